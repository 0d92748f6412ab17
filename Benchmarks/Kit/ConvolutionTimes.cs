using Ssgan.Engine.Kernels;
using Ssgan.Engine.Kernels.Cuda;

namespace Ssgan.Benchmarks.Kit;

/// <summary>Times of the 3x3 convolutions that most of an SSGAN-32 step consists of: forward and both gradients.</summary>
static class ConvolutionTimes
{
    static readonly (int Channels, int Side, int Batch)[] s_shapes = [(256, 32, 64), (256, 16, 64), (128, 32, 192), (128, 16, 192), (128, 8, 192), (256, 32, 256)];

    public static PartResult Run(CudaBackend card, PartContext context)
    {
        int divisor = context.Options.Number("shrink", 1), repetitions = context.Options.Number("reps", Bench.DefaultRepetitions);
        string[] precisions = context.Options.List("precision", "bf16,tf32,f32");
        context.Options.Finish();
        using var bench = new Bench(card, context, divisor, repetitions);
        foreach (string precision in precisions)
        {
            if (!bench.Ceilings.Teraflops.ContainsKey(precision))
            {
                bench.Leave($"{precision} was left out: {card.Properties.Name} multiplies in {string.Join(", ", bench.Ceilings.Teraflops.Keys)} only.");
                continue;
            }
            foreach (var item in Items(precision, divisor)) bench.Time(item);
        }
        return bench.Result($"{bench.Measurements.Count} times of convolutions");
    }

    /// <summary>Everything that is timed in a precision.</summary>
    public static IEnumerable<BenchItem> Items(string precision, int divisor = 1)
    {
        var type = precision == "bf16" ? DType.BF16 : DType.F32;
        var spec = new ConvSpec(1, 1);
        foreach (var (channels, side, batch) in s_shapes)
        {
            int c = Math.Max(8, channels / divisor);
            var (image, filter) = (new Shape(Math.Max(1, batch / divisor), side, side, c), new Shape(c, 3, 3, c));
            double operations = 2.0 * image.Count * 9 * c;
            string name = $"conv3x3/{precision}/c{channels}s{side}n{batch}";
            yield return new($"{name}/fwd", precision, 0, operations, (card, memory) =>
            {
                var (x, w, y) = (memory.Numbers(image, type), memory.Numbers(filter, type), memory.Empty(image, type));
                return () => card.Conv2dForward(x, w, null, y, spec);
            });
            yield return new($"{name}/dgrad", precision, 0, operations, (card, memory) =>
            {
                var (dy, w, dx) = (memory.Numbers(image, type), memory.Numbers(filter, type), memory.Empty(image, type));
                return () => card.Conv2dBackwardData(dy, w, dx, spec);
            });
            yield return new($"{name}/wgrad", precision, 0, operations, (card, memory) =>
            {
                var (x, dy, dw) = (memory.Numbers(image, type), memory.Numbers(image, type), memory.Empty(filter, type));
                return () => card.Conv2dBackwardFilter(x, dy, dw, spec);
            });
        }
    }
}
