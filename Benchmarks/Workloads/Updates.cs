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
        TrainOptions published = new(), onePass = new() { OnePass = true }, narrow = new() { Ngf = 64, Ndf = 32 },
            larger = new() { Size = 64 };
        (string Name, TrainOptions Settings, int Batch)[] cases = v.OnCard
            ? [("", published, 64), ("one-pass/", onePass, 64), ("", published, 256), ("ssgan64/", larger, 64)]
            : [("", published, 16), ("one-pass/", onePass, 16), ("", published, 64), ("g64d32/", narrow, 64),
                ("ssgan64/", larger, 16)];
        foreach (var (i, (name, settings, batch)) in cases.Index())
        {
            var these = settings with { Batch = v.Batch(batch), Precision = v.Precision, Ngf = Width(v, settings.Ngf),
                Ndf = Width(v, settings.Ndf) };
            var (d, g) = Trainee.Operations(these);
            yield return Of($"d_step/{v.Precision}/{name}batch{batch}", these, d, isDiscriminator: true).Short(i == 0);
            yield return Of($"g_step/{v.Precision}/{name}batch{batch}", these, g, isDiscriminator: false).Short(i == 0);
        }
    }

    static int Width(Variant v, int published) => v.Divisor == 1 ? published : LeastWidth;

    static Workload Of(string name, TrainOptions settings, double count, bool isDiscriminator) =>
        new(name, settings.Precision, 0, count, bed =>
    {
        var trainee = bed.Own(new Trainee(bed.Device, settings));
        if (!bed.Device.CanCapture) return isDiscriminator ? trainee.TrainDiscriminator : trainee.TrainGenerator;
        var graphs = bed.Own(new CapturedGanStep(trainee.Step));
        Action update = isDiscriminator ? () => graphs.TrainDiscriminator(trainee.Real) : () =>
            graphs.TrainGenerator(trainee.Batch);
        // The first call runs as written, the second captures.
        update();
        update();
        return update;
    })
    {
        Kind = WorkloadKind.Update,
    };
}
