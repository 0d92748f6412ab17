using System.Runtime.InteropServices;
using Ssgan.Engine.Kernels;

namespace Ssgan.Tests.Kernels;

/// <summary>
/// An array in a backend's memory between guard words, filled with NaN until uploaded: an element that a kernel forgets
/// to write is seen.
/// </summary>
sealed class GuardedArray : IDisposable
{
    const int Guard = 16;
    const float Mark = 12345.678f;
    readonly Backend _backend;
    readonly nint _address;
    readonly long _bytes;

    public GuardedArray(Backend backend, Shape shape, float[]? values = null)
    {
        _backend = backend;
        _bytes = (shape.Count + 2 * Guard) * sizeof(float);
        _address = backend.Allocate(_bytes);
        View = new TensorView(_address + Guard * sizeof(float), shape, DType.F32);
        var all = new float[shape.Count + 2 * Guard];
        Array.Fill(all, Mark);
        if (values != null) values.CopyTo(all, Guard);
        else Array.Fill(all, float.NaN, Guard, (int)shape.Count);
        backend.Upload(MemoryMarshal.AsBytes(all.AsSpan()), Whole);
    }

    public TensorView View { get; }

    TensorView Whole => new(_address, new Shape((int)(_bytes / sizeof(float))), DType.F32);

    /// <summary>The values, after checking that nothing around them was written.</summary>
    public float[] Read()
    {
        var all = new float[_bytes / sizeof(float)];
        _backend.Download(Whole, MemoryMarshal.AsBytes(all.AsSpan()));
        for (int i = 0; i < Guard; i++)
        {
            Assert.That(all[i], Is.EqualTo(Mark), "written before the array");
            Assert.That(all[^(i + 1)], Is.EqualTo(Mark), "written after the array");
        }
        return all[Guard..^Guard];
    }

    public void Dispose() => _backend.Free(_address, _bytes);

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
