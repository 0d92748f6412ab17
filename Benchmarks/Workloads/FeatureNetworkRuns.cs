using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Serialization;
using Ssgan.Gan.Metrics.Networks;
using Ssgan.Gan.Metrics.Networks.Inception;

namespace Ssgan.Benchmarks.Workloads;

/// <summary>
/// The Inception network of FID on images of its own size, with random weights: what a score waits for. 50,000 images are 782
/// batches of 64.
/// </summary>
static class FeatureNetworkRuns
{
    /// <summary>Multiplications and additions of an image's 94 convolutions.</summary>
    const double Operations = 2 * 5.71e9;

    public static IEnumerable<Workload> All(Variant v) => v.IsF32 || v.IsTf32 ? [Of(v).Short()] : [];

    static Workload Of(Variant v)
    {
        int batch = v.Batch(v.UsualBatch);
        return new($"inception_fwd/{v.Precision}/batch{v.UsualBatch}", v.Precision, 0, batch * Operations, bed =>
        {
            var random = bed.Own(new Rng(bed.Device, 1));
            var network = bed.Own(InceptionNetwork.Fill(bed.Device, entries => Fill(random, entries), "",
                ImageResize.TensorFlow, batch));
            var images = bed.Own(random.Normal(new Shape(batch, 299, 299, 3)));
            return () =>
            {
                using var scope = bed.Device.Scope();
                using var noGrad = bed.Device.NoGrad();
                network.Forward(images);
            };
        })
        {
            Kind = WorkloadKind.Update,
        };
    }

    /// <summary>Filters that keep the size of activations, and batch norms that change nothing much.</summary>
    static void Fill(Rng random, IEnumerable<StateEntry> entries)
    {
        foreach (var entry in entries)
        {
            var shape = entry.Tensor.Shape;
            using var scope = random.Device.Scope();
            float deviation = MathF.Sqrt(2f * shape[0] / entry.Tensor.Count);
            entry.Tensor.CopyFrom(shape.Rank == 1 ? random.Device.Full(shape, 1) : random.Normal(shape).Affine(deviation, 0));
        }
    }
}
