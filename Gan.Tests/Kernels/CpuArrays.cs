using System.Runtime.InteropServices;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Kernels.Cpu;

namespace Ssgan.Tests.Kernels;

/// <summary>
/// A CPU backend and arrays on it, freed together. Each array lies between guard bytes, and freeing checks that they survived.
/// </summary>
sealed unsafe class CpuArrays(int threads = 2) : IDisposable
{
    const int Guard = 64;
    const byte GuardByte = 0xA5;
    readonly List<(nint Address, long Bytes)> _blocks = [];

    public CpuBackend Cpu { get; } = new(threads);

    /// <summary>
    /// An array whose contents are a recognisable garbage; misaligned: it does not begin at a vector's boundary.
    /// </summary>
    public TensorView New(Shape shape, DType type = DType.F32, bool misaligned = false)
    {
        long bytes = shape.Count * type.Size();
        int lead = Guard + (misaligned ? type.Size() : 0);
        nint address = Cpu.Allocate(lead + bytes + Guard);
        new Span<byte>((void*)address, lead).Fill(GuardByte);
        new Span<byte>((void*)(address + lead), (int)bytes).Fill(0xCD);
        new Span<byte>((void*)(address + lead + (nint)bytes), Guard).Fill(GuardByte);
        _blocks.Add((address + lead, bytes));
        return new TensorView(address + lead, shape, type);
    }

    public TensorView From<T>(Shape shape, DType type, T[] values) where T : unmanaged
    {
        var view = New(shape, type);
        Cpu.Upload(MemoryMarshal.AsBytes<T>(values), view);
        return view;
    }

    public TensorView From(Shape shape, params float[] values) => From(shape, DType.F32, values);

    /// <summary>Uniform numbers in [low, high).</summary>
    public TensorView Random(Shape shape, int seed, float low = -2, float high = 2) =>
        From(shape, Numbers(shape.Count, seed, low, high));

    public static float[] Numbers(long count, int seed, float low = -2, float high = 2)
    {
        var random = new Random(seed);
        var values = new float[count];
        for (long i = 0; i < count; i++) values[i] = low + (high - low) * random.NextSingle();
        return values;
    }

    public T[] Read<T>(TensorView view) where T : unmanaged
    {
        var values = new T[view.Bytes / sizeof(T)];
        Cpu.Download(view, MemoryMarshal.AsBytes(values.AsSpan()));
        return values;
    }

    public float[] Read(TensorView view) => Read<float>(view);

    /// <summary>
    /// Asserts equal bits (any NaN equals any other), naming the first place that differs; quicker than a
    /// constraint on long arrays.
    /// </summary>
    public static void AssertSame<T>(T[] actual, T[] expected, string what = "") where T : unmanaged, IEquatable<T>
    {
        Assert.That(actual, Has.Length.EqualTo(expected.Length), what);
        int same = actual.AsSpan().CommonPrefixLength(expected);
        if (same < expected.Length) Assert.Fail($"{what}: element {same} is {actual[same]}, expected {expected[same]}");
    }

    public void Dispose()
    {
        bool intact = true;
        foreach (var (address, bytes) in _blocks)
        {
            intact &= new Span<byte>((void*)(address - Guard), Guard).IndexOfAnyExcept(GuardByte) < 0;
            intact &= new Span<byte>((void*)(address + (nint)bytes), Guard).IndexOfAnyExcept(GuardByte) < 0;
            // The block began at the last 64-byte boundary that leaves room for the guard.
            Cpu.Free((address - Guard) & ~63, bytes);
        }
        _blocks.Clear();
        Cpu.Dispose();
        Assert.That(intact, "an operation wrote outside of its output");
    }
}
