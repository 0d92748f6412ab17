using System.Runtime.InteropServices;
using BenchmarkDotNet.Attributes;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Kernels.Cpu;

namespace Ssgan.Benchmarks;

/// <summary>Convolutions on the CPU: GFLOP/s = 2·N·OH·OW·K·KH·KW·C / time, for each of the three ops.</summary>
[ShortRunJob]
[MemoryDiagnoser]
public class ConvBenchmarks : IDisposable
{
    readonly CpuBackend _backend = new();
    ConvSpec _spec;
    View _x, _w, _bias, _y;

    /// <summary>Batch, height and width, channels, filters, kernel.</summary>
    [Params("16 32 256 256 3", "16 32 128 128 3", "16 8 128 128 3", "16 32 256 256 1", "16 32 3 128 3", "16 32 256 3 3")]
    public string Size { get; set; } = "";

    [GlobalSetup]
    public void Setup()
    {
        int[] s = [.. Size.Split(' ').Select(int.Parse)];
        _spec = new ConvSpec(1, s[4] / 2);
        _x = RandomArrays.New(_backend, s[0], s[1], s[1], s[2]);
        _w = RandomArrays.New(_backend, s[3], s[4], s[4], s[2]);
        _bias = RandomArrays.New(_backend, s[3]);
        _y = RandomArrays.New(_backend, s[0], s[1], s[1], s[3]);
    }

    [Benchmark]
    public void Forward() => _backend.Conv2dForward(_x, _w, _bias, _y, _spec);

    [Benchmark]
    public void BackwardData() => _backend.Conv2dBackwardData(_y, _w, _x, _spec);

    [Benchmark]
    public void BackwardFilter() => _backend.Conv2dBackwardFilter(_x, _y, _w, _spec);

    [GlobalCleanup]
    public void Dispose()
    {
        foreach (var v in (View[])[_x, _w, _bias, _y]) _backend.Free(v.Address, v.Bytes);
        _backend.Dispose();
        GC.SuppressFinalize(this);
    }
}

/// <summary>Arrays of uniform values in [-0.5, 0.5): zeros would let caches and branches look better than they are.</summary>
static class RandomArrays
{
    public static View New(CpuBackend backend, params ReadOnlySpan<int> dims)
    {
        var shape = new Shape(dims);
        var view = new View(backend.Allocate(shape.Count * sizeof(float)), shape, DType.F32);
        var random = new Random(1);
        var values = new float[shape.Count];
        for (int i = 0; i < values.Length; i++) values[i] = random.NextSingle() - 0.5f;
        backend.Upload(MemoryMarshal.AsBytes(values.AsSpan()), view);
        return view;
    }
}
