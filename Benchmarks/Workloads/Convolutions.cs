using Ssgan.Engine.Kernels;
using Ssgan.Gan.Models;

namespace Ssgan.Benchmarks.Workloads;

/// <summary>
/// Every convolution that differs from the others of SSGAN-32, 64 and 128, and grouped ones: forward and both gradients.
/// </summary>
static class Convolutions
{
    static readonly int[] s_networks = [32, 64, 128];
    static readonly int[] s_sides = [8, 16, 32];

    public static IEnumerable<Workload> All(Variant v) =>
        s_networks.SelectMany(static side => Layers.Convolutions(Architecture.For(side))).Distinct()
        .SelectMany(layer => Of(v, layer, v.UsualBatch).Select(w => w.Short(IsShort(layer))));

    /// <summary>The grouped convolutions of R3GAN's CIFAR-10 networks but the smallest: 96 groups of 16 channels.</summary>
    public static IEnumerable<Workload> Grouped(Variant v) =>
        s_sides.SelectMany(side => Of(v, new ConvLayer(side, 1536, 1536, 3) { Groups = 96 }, v.UsualBatch))
        .Select(static w => w.Short(w.Name.Contains("s16", StringComparison.Ordinal)));

    /// <summary>Compute-bound, narrow at one end, small, and 1x1.</summary>
    static bool IsShort(ConvLayer c) =>
        c is { Side: 32, Inputs: 256, Kernel: 3 } or { Side: 8, Inputs: 128, Outputs: 128, Kernel: 3 }
        or { Side: 32, Inputs: 3, Outputs: 128 } or { Side: 16, Inputs: 256, Outputs: 256, Kernel: 1 };

    /// <summary>The three operations of a layer.</summary>
    public static IEnumerable<Workload> Of(Variant v, ConvLayer layer, int batch)
    {
        var (c, k, type) = (layer.Inputs > 3 ? v.Width(layer.Inputs) : 3,
            layer.Outputs > 3 ? v.Width(layer.Outputs) : 3, v.Storage);
        int groups = Math.Min(layer.Groups, c);
        var (input, filter, output) = (new Shape(v.Batch(batch), layer.Side, layer.Side, c),
            new Shape(k, layer.Kernel, layer.Kernel, c / groups), new Shape(v.Batch(batch), layer.Side, layer.Side, k));
        var spec = new ConvSpec(1, layer.Kernel / 2, groups: groups);
        double operations = input[0] * (layer with { Inputs = c, Outputs = k, Groups = groups }).Operations;
        // Either input is read and the result is written, whichever of the three it is.
        long bytes = (input.Count + filter.Count + output.Count) * type.Size();
        string channels = layer.Inputs == layer.Outputs ? $"{layer.Inputs}" : $"{layer.Inputs}-{layer.Outputs}";
        if (layer.Groups > 1) channels += $"g{layer.Groups}";
        string name = $"conv{layer.Kernel}x{layer.Kernel}/{v.Precision}/c{channels}s{layer.Side}n{batch}";
        yield return new($"{name}/fwd", v.Precision, bytes, operations, bed =>
        {
            var (x, w, y) = (bed.Numbers(input, type), bed.Numbers(filter, type), bed.Empty(output, type));
            return () => bed.Backend.Conv2dForward(x, w, null, y, spec);
        });
        yield return new($"{name}/dgrad", v.Precision, bytes, operations, bed =>
        {
            var (dy, w, dx) = (bed.Numbers(output, type), bed.Numbers(filter, type), bed.Empty(input, type));
            return () => bed.Backend.Conv2dBackwardData(dy, w, dx, spec);
        });
        yield return new($"{name}/wgrad", v.Precision, bytes, operations, bed =>
        {
            var (x, dy, dw) = (bed.Numbers(input, type), bed.Numbers(output, type), bed.Empty(filter, type));
            return () => bed.Backend.Conv2dBackwardFilter(x, dy, dw, spec);
        });
    }
}
