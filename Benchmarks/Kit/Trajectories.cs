using System.Globalization;
using System.Runtime.InteropServices;
using Ssgan.Benchmarks.Workloads;
using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Kernels.Cuda;
using Ssgan.Gan.Data.Loading;
using Ssgan.Gan.Data.Sources;
using Ssgan.Gan.Training;
using Ssgan.Gan.Training.Feeds;

namespace Ssgan.Benchmarks.Kit;

/// <summary>
/// Short trainings of SSGAN-32 that must agree: the card with the CPU, and replayed graphs with the calls they
/// were captured from.
/// </summary>
static class Trajectories
{
    const int DefaultSteps = 20;

    /// <summary>
    /// How far a loss may differ, relative above 1. Adam without momentum turns the sign of a tiny gradient into a whole step,
    /// so rounding grows from step to step: on the CPU, images that differ by 2e-7 change the losses of the published networks
    /// by up to 3e-5 in the first four steps, and by up to 2e-2 in twenty. The card rounds in every operation, so it may have
    /// several times that.
    /// </summary>
    const double DefaultTolerance = 0.1;

    /// <summary>
    /// The first steps, in which an error is not yet lost in what rounding has grown to, must agree this many times better.
    /// </summary>
    const int EarlySteps = 4, EarlyFactor = 100;

    /// <summary>Losses of every step on the card and on the CPU, in F32.</summary>
    public static PartResult Parity(Device card, PartContext context)
    {
        var options = Settings(context.Options);
        double tolerance = context.Options.Real("tolerance", DefaultTolerance);
        int threads = context.Options.Number("threads", 0);
        context.Options.Finish();
        using var cuda = new Device(new CudaBackend(context.Libraries));
        using var cpu = Device.Cpu(threads);
        var (actual, expected) = (Train(cuda, options, graphs: false), Train(cpu, options, graphs: false));
        var pairs = Pair(actual, expected).FindAll(static p => p.Name.StartsWith("loss", StringComparison.Ordinal));
        Print(pairs, card.Name, cpu.Name, context.Output);
        var worst = pairs.MaxBy(static p => p.Difference)!;
        // Nothing compares with NaN, so it is asked for what holds.
        bool holds = pairs.All(p => p.Difference <= (p.Step <= EarlySteps ? tolerance / EarlyFactor : tolerance));
        var how = options.Optimisation;
        string found = Say($"{how.Steps} steps on {card.Name} and on {cpu.Name} (batch {how.Batch}): the losses differ ")
            + Say($"by at most {worst.Difference:0.0e0} ({worst.Name} of step {worst.Step}); {tolerance / EarlyFactor:0.0e0} is ")
            + Say($"allowed in the first {EarlySteps} steps, {tolerance:0.0e0} later.");
        return new(holds, found) { Losses = pairs };
    }

    /// <summary>Graphs against eager calls, bit for bit: every reported number, every weight, every optimizer's state.</summary>
    public static PartResult Captured(Device card, PartContext context)
    {
        var options = Settings(context.Options);
        context.Options.Finish();
        var (eager, captured) = (TrainOnCard(context, options, graphs: false), TrainOnCard(context, options, graphs: true));
        var pairs = Pair(captured, eager);
        Print(pairs, "captured", "eager", context.Output);
        var reports = pairs.Where(static p => !p.First.Equals(p.Second)).Select(static p => $"{p.Name} of step {p.Step}");
        var tensors = captured.Tensors.Zip(eager.Tensors).Where(static t => !t.First.Bytes.AsSpan().SequenceEqual(t.Second.Bytes))
            .Select(static t => t.First.Name);
        string[] differing = [.. reports, .. tensors];
        var how = options.Optimisation;
        string what = Say($"{how.Steps} steps on {card.Name} (batch {how.Batch}, {how.Precision}), captured and ")
            + Say($"eager: {pairs.Count} numbers and {eager.Tensors.Count} tensors ");
        return new(differing.Length == 0, differing.Length == 0 ? $"{what}are the same bit for bit."
            : $"{what}were compared, and {differing.Length} differ, first {differing[0]}.") { Losses = pairs };
    }

    static TrainOptions Settings(Arguments options)
    {
        var settings = Recipe.Of(options.Number("batch", 16), options.Text("precision", "f32"), ngf: options.Number("ngf", 0),
            ndf: options.Number("ndf", 0), discriminatorSteps: 1);
        int steps = options.Number("steps", DefaultSteps);
        return settings with { Optimisation = settings.Optimisation with { Steps = steps, Seed = 1, Decay = "constant" } };
    }

    static TrainedState TrainOnCard(PartContext context, TrainOptions options, bool graphs)
    {
        using var device = new Device(new CudaBackend(context.Libraries));
        return Train(device, options, graphs);
    }

    sealed record TrainedState(List<(int Step, string Name, double Value)> Reports, List<(string Name, byte[] Bytes)> Tensors);

    static TrainedState Train(Device device, TrainOptions options, bool graphs)
    {
        using var images = new ShapesSource(options.Data.Size);
        using var step = options.Validate().CreateStep(device);
        using var feed = BatchFeed.Open(device, images, options.Data, options.Optimisation.Batch, new LoaderPosition(1),
            static _ => { });
        using var loop = new GanLoop(step, feed, options.Optimisation with { Graphs = graphs });
        var reports = new List<(int, string, double)>();
        for (int i = 0; i < options.Optimisation.Steps; i++)
        {
            loop.Iterate();
            foreach (var (name, mean) in step.Stats.Take()) reports.Add((i + 1, name, mean));
        }
        return new(reports, [.. Checkpoint.NamedTensors(step).Select(static t => (t.Name, Bytes(t.Tensor)))]);
    }

    static byte[] Bytes(Tensor t) => t.Type == DType.I32 ? MemoryMarshal.AsBytes<int>(t.ToArray<int>()).ToArray()
        : MemoryMarshal.AsBytes<float>(t.ToArray()).ToArray();

    static List<LossPair> Pair(TrainedState first, TrainedState second) =>
        [.. first.Reports.Zip(second.Reports, static (a, b) => new LossPair(a.Step, a.Name, a.Value, b.Value))];

    static void Print(List<LossPair> pairs, string first, string second, TextWriter output)
    {
        foreach (var p in pairs)
            output.WriteLine(Say($"step {p.Step,3}  {p.Name,-16} {first} {p.First,14:0.00000000}  ")
                + Say($"{second} {p.Second,14:0.00000000}  difference {p.Difference:0.0e0}"));
    }

    static string Say(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
