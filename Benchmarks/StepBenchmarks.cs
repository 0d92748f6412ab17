using BenchmarkDotNet.Attributes;
using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Gan.Models;
using Ssgan.Gan.Training;

namespace Ssgan.Benchmarks;

/// <summary>
/// One SSGAN-32 update of each network on the CPU, as the trainer runs it: forward, backward, spectral norm, rotation, Adam. The discriminator's
/// includes the generator's forward and three forwards of its own.
/// </summary>
[ShortRunJob]
[MemoryDiagnoser]
public class StepBenchmarks : IDisposable
{
    readonly Device _device = Device.Cpu();
    SsganStep? _step;
    Tensor? _real;
    int _batch;

    /// <summary>Batch, ngf, ndf.</summary>
    [Params("16 256 128", "64 64 32", "16 32 32")]
    public string Size { get; set; } = "";

    [GlobalSetup]
    public void Setup()
    {
        int[] s = [.. Size.Split(' ').Select(int.Parse)];
        _batch = s[0];
        _step = new SsganStep(_device, Architecture.For(32, s[1], s[2]), new SsganOptions(), seed: 1);
        using var rng = new Rng(_device, 2);
        _real = rng.Uniform(new Shape(_batch, 32, 32, 3), -1, 1);
    }

    [Benchmark]
    public void Discriminator() => _step!.TrainDiscriminator(_real!);

    [Benchmark]
    public void Generator() => _step!.TrainGenerator(_batch);

    [GlobalCleanup]
    public void Dispose()
    {
        _real?.Dispose();
        _step?.Dispose();
        _device.Dispose();
        GC.SuppressFinalize(this);
    }
}
