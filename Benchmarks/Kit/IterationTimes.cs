using System.Globalization;
using Ssgan.Benchmarks.Workloads;
using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Kernels.Cuda;
using Ssgan.Gan.Settings;
using Ssgan.Gan.Algorithms;
using Ssgan.Gan.Training;

namespace Ssgan.Benchmarks.Kit;

/// <summary>
/// Times of SSGAN-32's training iteration: n_dis discriminator updates and one of the generator, by the way that a run
/// takes, on images that the card keeps.
/// </summary>
static class IterationTimes
{
    /// <summary>What is measured, in the order of a configuration's lines.</summary>
    public static IReadOnlyList<string> Pieces { get; } = ["iteration", "d_step", "g_step"];

    public static string Name(string piece, string precision, int batch, bool onePass = false) =>
        $"{piece}/{precision}/batch{batch}{(onePass ? "/one-pass" : "")}";

    public static PartResult Run(Device card, PartContext context)
    {
        var options = context.Options;
        string[] precisions = options.List("precision", "bf16,tf32,f32");
        int[] batches = options.Numbers("batch", "64,256");
        int updates = options.Number("n-dis", 5), ngf = options.Number("ngf", 0), ndf = options.Number("ndf", 0),
            divisor = options.Number("shrink", 1);
        int repetitions = options.Number("reps", Bench.DefaultRepetitions);
        double budget = options.Real("seconds", 4);
        options.Finish();
        using var bench = new Bench(card, context, divisor);
        foreach (string precision in precisions)
        {
            // At the smallest batch also with all of an update's images in one pass, which is where it may matter.
            foreach (var (batch, onePass) in batches.Select(static b => (b, false)).Append((batches.Min(), true)))
            {
                var settings = Recipe.Of(batch, precision, 32, ngf, ndf, onePass, updates);
                try
                {
                    using var device = new Device(new CudaBackend(context.Libraries, options: About.Fastest));
                    Time(bench, device, settings, repetitions, budget);
                }
                catch (Exception e) when (e is TrainingException or DeviceException or NotSupportedException or ArgumentException)
                {
                    bench.Leave($"{Describe(settings)} was left out: {e.Message}");
                }
            }
        }
        return bench.Result($"{bench.Measurements.Count} times of the training iteration");
    }

    /// <summary>
    /// From the program's start to the end of the first step of both networks: loading, compiling kernels, first weights.
    /// </summary>
    public static PartResult Start(Device card, PartContext context)
    {
        int batch = context.Options.Number("batch", 64), ngf = context.Options.Number("ngf", 0),
            ndf = context.Options.Number("ndf", 0);
        string precision = context.Options.Text("precision", Starts.DefaultPrecision(card));
        context.Options.Finish();
        // Without timing plans first, as a training starts.
        using var device = new Device(new CudaBackend(context.Libraries));
        var passed = Starts.FirstStep(device, Recipe.Of(batch, precision, 32, ngf, ndf));
        return new(true, string.Create(CultureInfo.InvariantCulture,
            $"The first step ({precision}, batch {batch}) ended {passed.TotalSeconds:0.00} s after the program's start."));
    }

    static string Describe(TrainOptions settings) =>
        $"{settings.Optimisation.Precision} at batch {settings.Optimisation.Batch}{(OnePass(settings) ? " in one pass" : "")}";

    static bool OnePass(TrainOptions settings) =>
        Recipe.OnePass(GanCatalog.Of(settings.Gan.Model))?.Read(settings) == "on";

    static void Time(Bench bench, Device device, TrainOptions settings, int repetitions, double budget)
    {
        var optimisation = settings.Optimisation;
        var (discriminator, generator) = Trainee.Operations(settings);
        double[] operations = [optimisation.DiscriminatorSteps * discriminator + generator, discriminator, generator];
        var card = (CudaBackend)device.Backend;
        using var timer = new EventTimer(card);

        Measure("eager", graphs: false);
        Measure("graph", graphs: true);

        void Measure(string way, bool graphs)
        {
            using var trainee = new Trainee(device, settings with { Optimisation = optimisation with { Graphs = graphs } });
            trainee.Iterate();
            device.Backend.Synchronize();
            device.Pool.ResetPeak();
            Action[] pieces = [trainee.Iterate, trainee.TrainDiscriminator, trainee.TrainGenerator];
            for (int i = 0; i < pieces.Length; i++)
            {
                // The second call captures.
                var time = timer.Measure(pieces[i], Math.Min(3, repetitions + 1), repetitions, budget / pieces.Length);
                string name = Name(Pieces[i], optimisation.Precision, optimisation.Batch, OnePass(settings));
                var item = new Workload(name, optimisation.Precision, 0, operations[i], static _ => static () => { });
                bench.Add(item, way, time, device.Pool.PeakBytes / 1048576.0);
            }
            if (trainee.Step.Stats.FirstNonFinite() is { } metric)
                bench.Leave($"{metric} became NaN or infinite: {Describe(settings)}.");
        }
    }
}
