using Ssgan.Benchmarks.Workloads;
using Ssgan.Engine;
using Ssgan.Engine.Kernels.Cuda;

namespace Ssgan.Benchmarks.Kit;

/// <summary>Times of the 3x3 convolutions that most of an SSGAN-32 step consists of: forward and both gradients.</summary>
static class ConvolutionTimes
{
    static readonly (int Channels, int Side, int Batch)[] s_shapes = [(256, 32, 64), (256, 16, 64), (128, 32, 192),
        (128, 16, 192), (128, 8, 192), (256, 32, 256)];

    public static PartResult Run(Device device, PartContext context)
    {
        int divisor = context.Options.Number("shrink", 1), repetitions = context.Options.Number("reps", Bench.DefaultRepetitions);
        string[] precisions = context.Options.List("precision", "bf16,tf32,f32");
        context.Options.Finish();
        using var bench = new Bench(device, context, divisor, repetitions);
        foreach (string precision in precisions)
        {
            if (!bench.Ceilings.Teraflops.ContainsKey(precision))
            {
                string card = ((CudaBackend)device.Backend).Properties.Name;
                bench.Leave(
                    $"{precision} was left out: {card} multiplies in {string.Join(", ", bench.Ceilings.Teraflops.Keys)} only.");
                continue;
            }
            foreach (var item in Items(precision, divisor)) bench.Time(item);
        }
        return bench.Result($"{bench.Measurements.Count} times of convolutions");
    }

    /// <summary>Everything that is timed in a precision: what the peer times too.</summary>
    public static IEnumerable<Workload> Items(string precision, int divisor = 1) =>
        s_shapes.SelectMany(s => Convolutions.Of(new Variant(true, precision, divisor),
            new ConvLayer(s.Side, s.Channels, s.Channels, 3), s.Batch));
}
