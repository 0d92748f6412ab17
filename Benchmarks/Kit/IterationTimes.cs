using System.Globalization;
using Ssgan.Benchmarks.Workloads;
using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Kernels.Cuda;
using Ssgan.Gan.Training;

namespace Ssgan.Benchmarks.Kit;

/// <summary>
/// Times of SSGAN-32's training iteration: n_dis discriminator updates and one of the generator, on a batch that
/// lies on the card.
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
                var settings = new TrainOptions { Batch = batch, OnePass = onePass, DiscriminatorSteps = updates, Ngf = ngf,
                    Ndf = ndf, Precision = precision };
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
        var passed = Starts.FirstStep(device, new TrainOptions { Batch = batch, Ngf = ngf, Ndf = ndf, Precision = precision });
        return new(true, string.Create(CultureInfo.InvariantCulture,
            $"The first step ({precision}, batch {batch}) ended {passed.TotalSeconds:0.00} s after the program's start."));
    }

    static string Describe(TrainOptions settings) =>
        $"{settings.Precision} at batch {settings.Batch}{(settings.OnePass ? " in one pass" : "")}";

    static void Time(Bench bench, Device device, TrainOptions settings, int repetitions, double budget)
    {
        using var trainee = new Trainee(device, settings);
        var step = trainee.Step;
        var (discriminator, generator) = Trainee.Operations(settings);
        double[] operations = [settings.DiscriminatorSteps * discriminator + generator, discriminator, generator];
        var card = (CudaBackend)device.Backend;
        using var timer = new EventTimer(card);

        trainee.TrainDiscriminator();
        trainee.TrainGenerator();
        device.Backend.Synchronize();
        Measure("eager", trainee.TrainDiscriminator, trainee.TrainGenerator);
        using var graphs = new CapturedGanStep(step);
        Measure("graph", () => graphs.TrainDiscriminator(trainee.Real), () => graphs.TrainGenerator(settings.Batch));

        void Measure(string way, Action d, Action g)
        {
            device.Pool.ResetPeak();
            Action[] pieces = [Iteration, d, g];
            for (int i = 0; i < pieces.Length; i++)
            {
                // The second call captures.
                var time = timer.Measure(pieces[i], Math.Min(3, repetitions + 1), repetitions, budget / pieces.Length);
                string name = Name(Pieces[i], settings.Precision, settings.Batch, settings.OnePass);
                var item = new Workload(name, settings.Precision, 0, operations[i], static _ => static () => { });
                bench.Add(item, way, time, device.Pool.PeakBytes / 1048576.0);
            }
            if (step.Stats.FirstNonFinite() is { } metric) bench.Leave($"{metric} became NaN or infinite: {Describe(settings)}.");

            void Iteration()
            {
                for (int i = 0; i < settings.DiscriminatorSteps; i++) d();
                g();
            }
        }
    }
}
