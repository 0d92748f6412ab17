using System.Runtime.InteropServices;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Kernels.Cpu;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Kernels;

/// <summary>Arrays for a kernel test. Outputs start as NaN, so that an element nobody wrote shows;
/// a guard around each array is checked at the end.</summary>
sealed unsafe class NnArrays(Backend backend, int seed = 1) : IDisposable
{
    const int Guard = 64;
    const byte Pattern = 0xA5;
    readonly List<(nint Address, long Bytes)> _blocks = [];

    public Random Random { get; } = new(seed);

    TensorView Block(Shape shape, DType type)
    {
        long bytes = shape.Count * type.Size();
        nint address = backend.Allocate(bytes + 2 * Guard);
        new Span<byte>((void*)address, checked((int)bytes + 2 * Guard)).Fill(Pattern);
        _blocks.Add((address, bytes));
        return new TensorView(address + Guard, shape, type);
    }

    public TensorView Output(params ReadOnlySpan<int> dims)
    {
        var v = Block(new Shape(dims), DType.F32);
        new Span<float>(v.F32, (int)v.Count).Fill(float.NaN);
        return v;
    }

    public TensorView Of(ReadOnlySpan<float> data, params ReadOnlySpan<int> dims)
    {
        var v = Block(new Shape(dims), DType.F32);
        backend.Upload(MemoryMarshal.AsBytes(data), v);
        return v;
    }

    public TensorView Ints(ReadOnlySpan<int> data, params ReadOnlySpan<int> dims)
    {
        var v = Block(new Shape(dims), DType.I32);
        backend.Upload(MemoryMarshal.AsBytes(data), v);
        return v;
    }

    /// <summary>Normals of a given mean and deviation.</summary>
    public TensorView NormalsOf(float mean, float deviation, params ReadOnlySpan<int> dims)
    {
        var data = new float[new Shape(dims).Count];
        for (int i = 0; i < data.Length; i++)
            data[i] = mean + deviation * (float)(Math.Sqrt(-2 * Math.Log(1 - Random.NextDouble())) * Math.Cos(
                2 * Math.PI * Random.NextDouble()));
        return Of(data, dims);
    }

    public TensorView Normals(params ReadOnlySpan<int> dims) => NormalsOf(0, 1, dims);

    public float[] Read(TensorView v)
    {
        var data = new float[v.Count];
        backend.Download(v, MemoryMarshal.AsBytes(data.AsSpan()));
        return data;
    }

    public int[] ReadInts(TensorView v)
    {
        var data = new int[v.Count];
        backend.Download(v, MemoryMarshal.AsBytes(data.AsSpan()));
        return data;
    }

    public void Dispose()
    {
        foreach (var (address, bytes) in _blocks)
        {
            var before = new ReadOnlySpan<byte>((void*)address, Guard);
            var after = new ReadOnlySpan<byte>((void*)(address + Guard + (nint)bytes), Guard);
            Assert.That(before.ContainsAnyExcept(Pattern) || after.ContainsAnyExcept(Pattern), Is.False,
                "A kernel wrote outside an array.");
            backend.Free(address, bytes + 2 * Guard);
        }
        _blocks.Clear();
    }
}

/// <summary>Questions that every kernel is asked.</summary>
static class NnChecks
{
    /// <summary>|actual − expected| ≤ absolute + relative·|expected| everywhere; a NaN only where one is expected.</summary>
    public static void Close(float[] actual, double[] expected, double absolute, double relative = 0)
    {
        Assert.That(actual, Has.Length.EqualTo(expected.Length));
        for (int i = 0; i < actual.Length; i++)
        {
            bool same = double.IsNaN(expected[i])
                ? float.IsNaN(actual[i])
                : Math.Abs(actual[i] - expected[i]) <= absolute + relative * Math.Abs(expected[i]);
            if (!same) Assert.Fail($"Element {i} of {actual.Length} is {actual[i]:R}, expected {expected[i]:R}.");
        }
    }

    /// <summary>Equal element by element, without the cost of an NUnit comparison per element.</summary>
    public static void Same(float[] actual, float[] expected)
    {
        if (!actual.AsSpan().SequenceEqual(expected)) Assert.That(actual, Is.EqualTo(expected));
    }

    public static double Dot(float[] a, float[] b)
    {
        Assert.That(a, Has.Length.EqualTo(b.Length));
        double sum = 0;
        for (int i = 0; i < a.Length; i++) sum += (double)a[i] * b[i];
        return sum;
    }

    /// <summary>⟨A x, y⟩ = ⟨x, Aᵀ y⟩: the two products of equally many terms of size one agree up to rounding.</summary>
    public static void Adjoint(float[] ax, float[] y, float[] x, float[] aty)
    {
        double scale = Math.Sqrt(Dot(ax, ax) * Dot(y, y)) + 1e-30;
        Assert.That(Dot(ax, y) - Dot(x, aty), Is.Zero.Within(1e-5 * scale));
    }

    /// <summary>The same inputs give the same bits with 1, 2 and 3 threads.</summary>
    public static void ThreadsDoNotMatter(Func<CpuBackend, NnArrays, float[][]> run)
    {
        byte[]? first = null;
        for (int threads = 1; threads <= 3; threads++)
        {
            using var backend = new CpuBackend(threads);
            using var arrays = new NnArrays(backend);
            byte[] bytes = [.. run(backend, arrays).SelectMany(a => MemoryMarshal.AsBytes<float>(a).ToArray())];
            first ??= bytes;
            Assert.That(bytes.AsSpan().SequenceEqual(first), $"{threads} threads differ from one.");
        }
    }

    /// <summary>After a first call, no call leaves garbage.</summary>
    public static void AllocatesNothing(Action call) => Assert.That(Allocations.PerRound(call), Is.Zero);
}
