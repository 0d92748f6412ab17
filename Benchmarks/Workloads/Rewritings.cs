using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Nn;
using Ssgan.Gan.Models;

namespace Ssgan.Benchmarks.Workloads;

/// <summary>
/// What the networks compute in another order than the paper's, beside the paper's: forward and backward, with SSGAN-32's shapes.
/// Both forms of a pair count the operations of the paper's.
/// </summary>
static class Rewritings
{
    const int Half = 16, Full = 2 * Half;

    public static IEnumerable<Workload> All(Variant v)
    {
        const int g = 256, d = 128;
        yield return Shortcut(v, "upsample_conv1x1", v.UsualBatch, Half, g, static (c, x) => c.Forward(x.Upsample2x()));
        yield return Shortcut(v, "conv1x1_upsample", v.UsualBatch, Half, g, static (c, x) => c.Forward(x).Upsample2x()).Short();
        yield return Shortcut(v, "conv1x1_pool", v.UsualBatch, Full, d, static (c, x) => c.Forward(x).AvgPool2d());
        yield return Shortcut(v, "pool_conv1x1", v.UsualBatch, Full, d, static (c, x) => c.Forward(x.AvgPool2d())).Short();
        yield return Discriminator(v, "all_gradients", frozen: false);
        yield return Discriminator(v, "frozen", frozen: true).Short();
    }

    /// <summary>A 1x1 convolution at the large size, forward and backward.</summary>
    static double Pointwise(int batch, int channels) => 3 * 2.0 * batch * Full * Full * channels * channels;

    /// <summary>Named by the published sizes, whatever they are divided by.</summary>
    static Workload Shortcut(Variant v, string name, int batch, int side, int channels, Func<Conv2d, Tensor, Tensor> forward)
    {
        int n = v.Batch(batch), width = v.Width(channels);
        return Of($"{name}/{v.Precision}/c{channels}s{side}n{batch}", v, Pointwise(n, width),
            new(n, side, side, width), (bed, random) =>
        {
            var convolution = bed.Own(new Conv2d(random, width, width, 1));
            return (convolution, x => forward(convolution, x.Cast(v.Storage)));
        });
    }

    /// <summary>
    /// The discriminator as the generator's update sees it: the gradient of its images is wanted, those of its weights are not.
    /// </summary>
    static Workload Discriminator(Variant v, string name, bool frozen)
    {
        var architecture = Architecture.For(Full, 0, v.Divisor == 1 ? 0 : 16);
        double forward = Layers.Forward(architecture).Discriminator;
        int batch = v.Batch(v.UsualBatch);
        return Of($"through_d_{name}/{v.Precision}/batch{v.UsualBatch}", v, 3 * batch * forward,
            new(batch, Full, Full, 3), (bed, random) =>
        {
            var discriminator = bed.Own(new ResNetDiscriminator(random, architecture, new() { Compute = v.Storage }));
            if (frozen) bed.Own(discriminator.Frozen());
            return (discriminator, x => discriminator.Forward(x).Logits);
        });
    }

    static Workload Of(string name, Variant v, double operations, Shape shape,
        Func<BenchmarkContext, Rng, (Module Module, Func<Tensor, Tensor> Forward)> make) =>
        new(name, v.Precision, 0, operations, bed =>
        {
            var device = bed.Device;
            var random = bed.Own(new Rng(device, 1));
            var x = bed.Own(random.Normal(shape));
            x.RequiresGrad = true;
            var (module, forward) = make(bed, random);
            void Update()
            {
                using var scope = device.Scope();
                x.ZeroGrad();
                foreach (var p in module.Parameters) p.ZeroGrad();
                forward(x).Sum().Backward();
            }
            Update();
            return device.CanCapture ? bed.Own(device.Capture(Update)).Replay : Update;
        })
        {
            Kind = WorkloadKind.Update,
        };
}
