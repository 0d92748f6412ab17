using Ssgan.Benchmarks.Workloads;
using Ssgan.Engine;

namespace Ssgan.Benchmarks.Kit;

/// <summary>Times of kernels that memory bounds, at the shapes of the published SSGAN-32 and at larger ones.</summary>
static class KernelTimes
{
    /// <summary>Batches and sides of rotated images.</summary>
    static readonly (int Batch, int Side)[] s_turned = [(64, 32), (256, 32), (64, 128), (1024, 128)];

    public static PartResult Run(Device device, PartContext context)
    {
        int divisor = context.Options.Number("shrink", 1), repetitions = context.Options.Number("reps", Bench.DefaultRepetitions);
        context.Options.Finish();
        using var bench = new Bench(device, context, divisor, repetitions);
        foreach (var item in Items(divisor)) bench.Time(item);
        return bench.Result($"{bench.Measurements.Count} times of kernels");
    }

    /// <summary>Everything that is timed: what the peer times too.</summary>
    /// <param name="divisor">Divides batches and widths: 1 on a card, more where a test has to be quick.</param>
    public static IEnumerable<Workload> Items(int divisor = 1)
    {
        Variant f32 = new(true, "f32", divisor), bf16 = new(true, "bf16", divisor);
        foreach (var (batch, side) in s_turned)
        {
            yield return Rotations.Quarters(f32, batch, side);
            yield return Rotations.Quarters(bf16, batch, side);
        }
        yield return Rotations.FromBytes(f32, 64, 32, turned: true);
        yield return SpectralNorms.Network(f32, 32);
        foreach (var v in (Variant[])[f32, bf16])
        {
            yield return BatchNorms.Of(v, 64, 32, 256);
            yield return Upsamplings.Forward(v, 64, 16, 256);
            yield return Poolings.Average(v, 192, 32, 128);
        }
        yield return Optimizers.Adam(f32);
        yield return RandomNumbers.Noise(f32);
    }
}
