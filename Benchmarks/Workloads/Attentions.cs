using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Nn;

namespace Ssgan.Benchmarks.Workloads;

/// <summary>SAGAN's self-attention, forward and backward, where its networks have it.</summary>
static class Attentions
{
    // The generator and the discriminator at 32 pixels, the generator at 128.
    static readonly (int Side, int Channels)[] s_places = [(16, 256), (8, 128), (32, 256)];

    public static IEnumerable<Workload> All(Variant v) =>
        s_places.Select(p => Of(v, v.UsualBatch, p.Side, p.Channels).Short(p.Channels == 128));

    static Workload Of(Variant v, int batch, int side, int channels)
    {
        var shape = new Shape(v.Batch(batch), side, side, Math.Max(8, v.Width(channels)));
        return new($"attention_fwd_bwd/{v.Precision}/c{channels}s{side}n{batch}", v.Precision, 0,
            3 * shape[0] * Forward(side * side, shape[3]), bed =>
        {
            var random = bed.Own(new Rng(bed.Device, 1));
            var layer = bed.Own(new SelfAttention2d(random, shape[3]));
            layer.Gamma.CopyFrom<float>([0.5f]);
            var x = bed.Own(random.Normal(shape));
            x.RequiresGrad = true;
            Tensor[] inputs = [x, .. layer.Parameters];
            if (!bed.Device.CanCapture) return Step;
            // As an update of a network does: once as written, and then as a graph.
            Step();
            return bed.Own(bed.Device.Capture(Step)).Replay;

            void Step()
            {
                using var scope = bed.Device.Scope();
                _ = Autograd.Grad([layer.Forward(x.Cast(v.Storage)).Sum()], inputs);
            }
        })
        {
            Kind = WorkloadKind.Update,
        };
    }

    /// <summary>
    /// Operations of one image's forward: C / 8 channels twice and C / 2 of all pixels, their products with a quarter of the
    /// pixels, and C / 2 back to C.
    /// </summary>
    static double Forward(int pixels, int channels)
    {
        int keys = channels / 8, values = channels / 2;
        return 2.0 * pixels * (channels * (2 * keys + 2 * values) + pixels / 4 * (keys + values));
    }
}
