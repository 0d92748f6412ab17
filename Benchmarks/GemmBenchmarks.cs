using BenchmarkDotNet.Attributes;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Kernels.Cpu;

namespace Ssgan.Benchmarks;

/// <summary>Matrix products on the CPU: GFLOP/s = 2·m·n·k / time. The shapes are a square, a wide one, and the linear layers of a small SSGAN.</summary>
[ShortRunJob]
[MemoryDiagnoser]
public class GemmBenchmarks : IDisposable
{
    readonly CpuBackend _backend = new();
    View _a, _b, _c;

    [Params("1024 1024 1024", "256 9216 2304", "64 4096 128", "64 4 128", "4096 1 4096")]
    public string Size { get; set; } = "";

    [Params(false, true)]
    public bool TransposeB { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        int[] s = [.. Size.Split(' ').Select(int.Parse)];
        _a = RandomArrays.New(_backend, s[0], s[2]);
        _b = TransposeB ? RandomArrays.New(_backend, s[1], s[2]) : RandomArrays.New(_backend, s[2], s[1]);
        _c = RandomArrays.New(_backend, s[0], s[1]);
    }

    [Benchmark]
    public void MatMul() => _backend.MatMul(_a, false, _b, TransposeB, _c, false);

    [GlobalCleanup]
    public void Dispose()
    {
        foreach (var v in (View[])[_a, _b, _c]) _backend.Free(v.Address, v.Bytes);
        _backend.Dispose();
        GC.SuppressFinalize(this);
    }
}
