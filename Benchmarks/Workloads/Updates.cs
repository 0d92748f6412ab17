using Ssgan.Gan.Training;

namespace Ssgan.Benchmarks.Workloads;

/// <summary>
/// The updates of SSGAN's networks as training runs them: forward, backward, spectral norm, rotation, Adam; on a card as graphs.
/// </summary>
static class Updates
{
    /// <summary>What a network has at least where a test has to be quick.</summary>
    const int LeastWidth = 16;

    public static IEnumerable<Workload> All(Variant v)
    {
        // Name, size, widths (0 as published), batch.
        (string Name, int Size, int Ngf, int Ndf, int Batch)[] cases = v.OnCard
            ? [("", 32, 0, 0, 64), ("one-pass/", 32, 0, 0, 64), ("", 32, 0, 0, 256), ("ssgan64/", 64, 0, 0, 64)]
            : [("", 32, 0, 0, 16), ("one-pass/", 32, 0, 0, 16), ("", 32, 0, 0, 64), ("g64d32/", 32, 64, 32, 64),
                ("ssgan64/", 64, 0, 0, 16)];
        foreach (var (i, (name, size, ngf, ndf, batch)) in cases.Index())
        {
            var these = Recipe.Of(v.Batch(batch), v.Precision, size, Width(v, ngf), Width(v, ndf), name == "one-pass/");
            var (d, g) = Trainee.Operations(these);
            yield return Of($"d_step/{v.Precision}/{name}batch{batch}", these, d, isDiscriminator: true).Short(i == 0);
            yield return Of($"g_step/{v.Precision}/{name}batch{batch}", these, g, isDiscriminator: false).Short(i == 0);
        }
    }

    static int Width(Variant v, int published) => v.Divisor == 1 ? published : LeastWidth;

    static Workload Of(string name, TrainOptions settings, double count, bool isDiscriminator) =>
        new(name, settings.Optimisation.Precision, 0, count, bed =>
    {
        var trainee = bed.Own(new Trainee(bed.Device, settings));
        Action update = isDiscriminator ? trainee.TrainDiscriminator : trainee.TrainGenerator;
        if (!bed.Device.CanCapture) return update;
        // The first call runs as written, the second captures.
        update();
        update();
        return update;
    })
    {
        Kind = WorkloadKind.Update,
    };
}
