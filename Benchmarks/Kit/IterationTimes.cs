using System.Diagnostics;
using System.Globalization;
using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Kernels.Cuda;
using Ssgan.Engine.Kernels.Cuda.Runtime;
using Ssgan.Gan.Models;
using Ssgan.Gan.Training;

namespace Ssgan.Benchmarks.Kit;

/// <summary>Times of SSGAN-32's training iteration: n_dis discriminator updates and one of the generator, on a batch that lies on the card.</summary>
static class IterationTimes
{
    /// <summary>What is measured, in the order of a configuration's lines.</summary>
    public static IReadOnlyList<string> Pieces { get; } = ["iteration", "d_step", "g_step"];

    public static string Name(string piece, string precision, int batch) => $"{piece}/{precision}/batch{batch}";

    public static PartResult Run(CudaBackend card, PartContext context)
    {
        var options = context.Options;
        string[] precisions = options.List("precision", "bf16,tf32,f32");
        int[] batches = options.Numbers("batch", "64,256");
        int updates = options.Number("n-dis", 5), ngf = options.Number("ngf", 0), ndf = options.Number("ndf", 0), divisor = options.Number("shrink", 1);
        int repetitions = options.Number("reps", Bench.DefaultRepetitions);
        double budget = options.Real("seconds", 5);
        options.Finish();
        using var bench = new Bench(card, context, divisor);
        foreach (string precision in precisions)
        {
            foreach (int batch in batches)
            {
                var settings = new TrainOptions { Batch = batch, DiscriminatorSteps = updates, Ngf = ngf, Ndf = ndf, Precision = precision };
                try
                {
                    using var device = new Device(new CudaBackend(context.Libraries, options: About.Fastest));
                    Time(bench, device, settings, repetitions, budget);
                }
                catch (Exception e) when (e is TrainingException or DeviceException or NotSupportedException or ArgumentException)
                {
                    bench.Leave($"{precision} at batch {batch} was left out: {e.Message}");
                }
            }
        }
        return bench.Result($"{bench.Measurements.Count} times of the training iteration");
    }

    /// <summary>From the program's start to the end of the first step of both networks: loading, compiling kernels, first weights.</summary>
    public static PartResult Start(CudaBackend card, PartContext context)
    {
        int batch = context.Options.Number("batch", 64), ngf = context.Options.Number("ngf", 0), ndf = context.Options.Number("ndf", 0);
        string precision = context.Options.Text("precision", card.Properties.Supports(8, 0) ? "bf16" : "f32");
        context.Options.Finish();
        var settings = new TrainOptions { Batch = batch, Ngf = ngf, Ndf = ndf, Precision = precision };
        using var device = new Device(new CudaBackend(context.Libraries));
        using var step = SsganRecipe.Create(device, settings.Validate());
        using var random = new Rng(device, 2);
        using var real = random.Uniform(new Shape(batch, settings.Size, settings.Size, 3), -1, 1);
        step.TrainDiscriminator(real);
        step.TrainGenerator(batch);
        device.Backend.Synchronize();
        var passed = DateTime.Now - Process.GetCurrentProcess().StartTime;
        return new(true, string.Create(CultureInfo.InvariantCulture, $"The first step ({precision}, batch {batch}) ended {passed.TotalSeconds:0.00} s after the program's start."));
    }

    static void Time(Bench bench, Device device, TrainOptions settings, int repetitions, double budget)
    {
        using var step = SsganRecipe.Create(device, settings.Validate());
        using var random = new Rng(device, 2);
        using var real = random.Uniform(new Shape(settings.Batch, settings.Size, settings.Size, 3), -1, 1);
        var (forwardG, forwardD) = Forward(SsganRecipe.Architecture(settings));
        // A backward costs two forwards, or one where the weights' gradients are not wanted.
        double discriminator = settings.Batch * (forwardG + 9 * forwardD), generator = settings.Batch * (3 * forwardG + 4 * forwardD);
        double[] operations = [settings.DiscriminatorSteps * discriminator + generator, discriminator, generator];
        var card = (CudaBackend)device.Backend;
        using var timer = new EventTimer(card);

        step.TrainDiscriminator(real);
        step.TrainGenerator(settings.Batch);
        device.Backend.Synchronize();
        Measure("eager", () => step.TrainDiscriminator(real), () => step.TrainGenerator(settings.Batch));
        using var graphs = new CapturedGanStep(step);
        Measure("graph", () => graphs.TrainDiscriminator(real), () => graphs.TrainGenerator(settings.Batch));

        void Measure(string way, Action d, Action g)
        {
            device.Pool.ResetPeak();
            Action[] pieces = [Iteration, d, g];
            for (int i = 0; i < pieces.Length; i++)
            {
                // The second call captures.
                var time = timer.Measure(pieces[i], Math.Min(3, repetitions + 1), repetitions, budget / pieces.Length);
                var item = new BenchItem(Name(Pieces[i], settings.Precision, settings.Batch), settings.Precision, 0, operations[i], static (_, _) => static () => { });
                bench.Add(item, way, time, device.Pool.PeakBytes / 1048576.0);
            }
            if (step.Stats.FirstNonFinite() is { } metric) bench.Leave($"{metric} became NaN or infinite in {settings.Precision} at batch {settings.Batch}.");

            void Iteration()
            {
                for (int i = 0; i < settings.DiscriminatorSteps; i++) d();
                g();
            }
        }
    }

    /// <summary>Operations of a forward of both networks for one image, as the plain algorithm has them: shortcuts at the larger size, two a term.</summary>
    public static (double Generator, double Discriminator) Forward(Architecture a)
    {
        double g = 2.0 * a.Latent * a.StartSize * a.StartSize * a.StartChannels, d = 0;
        int side = a.StartSize, channels = a.StartChannels;
        foreach (int width in a.GeneratorBlocks)
        {
            side *= 2;
            g += 2.0 * side * side * width * (9 * channels + 9 * width + channels);
            channels = width;
        }
        g += 2.0 * side * side * 3 * 9 * channels;
        (side, channels) = (a.Size, 3);
        foreach (var (block, i) in a.DiscriminatorBlocks.Select(static (b, i) => (b, i)))
        {
            int hidden = i == 0 ? block.Channels : channels, pixels = side * side;
            d += 2.0 * pixels * (9 * channels * hidden + 9 * hidden * block.Channels);
            // The first block's shortcut comes after its pooling; a block that changes nothing has none.
            if (i == 0) d += 2.0 * pixels / 4 * channels * block.Channels;
            else if (block.Downsample || channels != block.Channels) d += 2.0 * pixels * channels * block.Channels;
            if (block.Downsample) side /= 2;
            channels = block.Channels;
        }
        return (g, d + 2.0 * channels * 5);
    }
}
