using System.Runtime.InteropServices;
using Ssgan.Engine.Kernels;

namespace Ssgan.Tests.Kernels;

/// <summary>
/// An array in a backend's memory between guard bytes. Until something is written it holds NaN, or garbage of another type, so
/// that an element that a kernel forgets to write is seen.
/// </summary>
sealed class GuardedArray : IDisposable
{
    const int Guard = 64;
    const byte Mark = 0xA5, Garbage = 0xCD;
    readonly Backend _backend;
    readonly nint _address;
    readonly int _lead, _bytes;

    /// <summary>An F32 array, with values if they are given.</summary>
    public GuardedArray(Backend backend, Shape shape, float[]? values = null) : this(backend, shape, DType.F32)
    {
        if (values is not null) backend.Upload(MemoryMarshal.AsBytes<float>(values), View);
    }

    /// <summary>An array that, if misaligned, does not begin at a vector's boundary.</summary>
    public GuardedArray(Backend backend, Shape shape, DType type, bool misaligned = false)
    {
        _backend = backend;
        _bytes = checked((int)(shape.Count * type.Size()));
        _lead = Guard + (misaligned ? type.Size() : 0);
        var all = new byte[_lead + _bytes + Guard];
        Array.Fill(all, Mark);
        var inside = all.AsSpan(_lead, _bytes);
        if (type == DType.F32) MemoryMarshal.Cast<byte, float>(inside).Fill(float.NaN);
        else inside.Fill(Garbage);
        _address = backend.Allocate(all.Length);
        backend.Upload(all, Whole);
        View = new TensorView(_address + _lead, shape, type);
    }

    public TensorView View { get; }

    TensorView Whole => new(_address, new Shape(_lead + _bytes + Guard), DType.U8);

    /// <summary>The values, after checking that nothing around them was written.</summary>
    public T[] Read<T>() where T : unmanaged
    {
        var all = new byte[_lead + _bytes + Guard];
        _backend.Download(Whole, all);
        Assert.That(all.AsSpan(0, _lead).ContainsAnyExcept(Mark), Is.False, "written before the array");
        Assert.That(all.AsSpan(_lead + _bytes).ContainsAnyExcept(Mark), Is.False, "written after the array");
        return MemoryMarshal.Cast<byte, T>(all.AsSpan(_lead, _bytes)).ToArray();
    }

    /// <summary>The same of an F32 array.</summary>
    public float[] Read() => Read<float>();

    public void Dispose() => _backend.Free(_address, _lead + _bytes + Guard);

    /// <summary>Uniform values in [-1, 1).</summary>
    public static float[] Random(Random random, long count)
    {
        var values = new float[count];
        for (long i = 0; i < count; i++) values[i] = 2 * random.NextSingle() - 1;
        return values;
    }

    /// <summary>
    /// Float sums of K products of values in [-1, 1) err by about 2^-24·sqrt(K) times the partial sums' size; twenty times that
    /// and a floor catch every wrong term (of size 0.3) and let rounding through, also that of Winograd's convolutions without
    /// fused multiply-adds, which is the largest.
    /// </summary>
    public static void AssertClose(float[] actual, double[] expected, long terms, string what)
    {
        double tolerance = 2e-6 * (1 + Math.Sqrt(terms)) * Math.Max(1, Math.Sqrt(terms) / 8);
        Assert.That(actual, Has.Length.EqualTo(expected.Length), what);
        for (int i = 0; i < actual.Length; i++)
        {
            if (Math.Abs(actual[i] - expected[i]) <= tolerance) continue;
            Assert.Fail($"{what}: element {i} of {actual.Length} is {actual[i]}, expected {expected[i]} within {tolerance}");
        }
    }
}
