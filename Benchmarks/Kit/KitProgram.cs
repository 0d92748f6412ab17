using System.Diagnostics;
using System.Globalization;
using Ssgan.Benchmarks.Results;
using Ssgan.Benchmarks.Running;
using Ssgan.Benchmarks.Workloads;
using Ssgan.Engine;
using Ssgan.Engine.Kernels.Cuda;
using Ssgan.Engine.Kernels.Cuda.Native;

namespace Ssgan.Benchmarks.Kit;

/// <summary>
/// The benchmarks, and the parts of the GPU kit that are not the runner's. The kit's own times are taken between events on the
/// card, which BenchmarkDotNet does not do.
/// </summary>
static class KitProgram
{
    public const int Done = 0, Failed = 1, BadArguments = 2, NoGpu = 3;

    const string Usage =
        "Name a part: machine, start, parity, captured, kernels, convolutions, iteration, ranks, record or summary; "
        + "or see --help.";

    /// <summary>
    /// Runs the benchmarks, compares two of their files, or runs one part of the kit and writes its report where --json says.
    /// </summary>
    /// <returns>0: done. 1: failed, or slower. 2: bad arguments. 3: there is no GPU.</returns>
    public static int Run(IReadOnlyList<string> args, ISymbolSource libraries, TextWriter output, TextWriter error)
    {
        try
        {
            if (args.Count == 0) throw new KitException(Usage);
            if (args[0] is "--help" or "-h")
            {
                output.WriteLine(BenchOptions.Usage);
                return Done;
            }
            if (args[0].StartsWith('-')) return BenchRun.Run(BenchOptions.Parse(args), args, libraries, output);
            if (args[0] == "compare") return Compare(args, output);
            var options = new Arguments([.. args.Skip(1)]);
            return args[0] switch
            {
                Starts.Verb => FirstStep(options, libraries, output),
                "summary" => Summarise(options, output),
                "record" => Record(options, libraries, output),
                _ => RunPart(args, options, libraries, output),
            };
        }
        catch (KitException e)
        {
            error.WriteLine(e.Message);
            return BadArguments;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            error.WriteLine($"A file cannot be written: {e.Message}");
            return Failed;
        }
    }

    static int RunPart(IReadOnlyList<string> args, Arguments options, ISymbolSource libraries, TextWriter output)
    {
        Func<Device, PartContext, PartResult> part = args[0] switch
        {
            "machine" => static (_, context) => new(true, context.Machine.Describe()),
            "parity" => Trajectories.Parity,
            "captured" => Trajectories.Captured,
            "kernels" => KernelTimes.Run,
            "convolutions" => ConvolutionTimes.Run,
            "iteration" => IterationTimes.Run,
            "ranks" => RankTimes.Run,
            "start" => IterationTimes.Start,
            _ => throw new KitException($"There is no part \"{args[0]}\". {Usage}"),
        };
        string file = options.Text("json", "");
        var clock = Stopwatch.StartNew();
        var report = Attempt(args, options, part, libraries, output, file) with { Seconds = clock.Elapsed.TotalSeconds };
        if (file.Length > 0) report.Save(file);
        output.WriteLine(report.Message);
        return report.State switch { PartState.Done => Done, PartState.Skipped => NoGpu, _ => Failed };
    }

    static PartReport Attempt(IReadOnlyList<string> args, Arguments options, Func<Device, PartContext, PartResult> part,
        ISymbolSource libraries, TextWriter output, string file)
    {
        var report = new PartReport
        {
            Part = args[0], State = PartState.Skipped, Message = "", Date = DateTime.UtcNow,
            Command = $"ssgan-kit {string.Join(' ', args)}", Machine = About.Host(),
        };
        var driver = libraries.Open(CudaLibrary.Driver);
        if (driver.Path is null) return report with { Message = About.NoDriver(driver) };
        try
        {
            using var device = new Device(new CudaBackend(libraries, options: About.Fastest));
            var card = (CudaBackend)device.Backend;
            var machine = About.Card(card);
            // A time limit may end the program; what was measured until then is there.
            var context = new PartContext(options, machine, libraries, output, result =>
            {
                if (file.Length > 0) Fill(result, PartState.Failed).Save(file);
            });
            var result = part(device, context);
            return Fill(result, result.Holds ? PartState.Done : PartState.Failed);

            PartReport Fill(PartResult result, PartState state) => report with
            {
                State = state, Message = result.Message, Date = DateTime.UtcNow, Machine = machine,
                Ceilings = result.Ceilings, Notes = [.. result.Notes, .. card.Notices],
                Measurements = result.Measurements, Losses = result.Losses,
            };
        }
        catch (Exception e) when (e is not KitException)
        {
            // Whatever breaks is this part's result; the others still run.
            return report with { State = PartState.Failed, Message = $"{e.GetType().Name}: {e.Message}".ReplaceLineEndings(" ") };
        }
    }

    /// <summary>Writes the report of a part that another program ran.</summary>
    static int Record(Arguments options, ISymbolSource libraries, TextWriter output)
    {
        const int timedOut = 124;
        string part = options.Text("part", ""), file = options.Text("json", ""), command = options.Text("command", ""),
            message = options.Text("message", "");
        int code = options.Number("code", 0);
        double seconds = options.Real("seconds", 0);
        options.Finish();
        if (part.Length == 0 || file.Length == 0) throw new KitException("record needs --part and --json.");
        if (message.Length == 0)
            message = code switch { Done => "done", NoGpu => "skipped", timedOut => "stopped at its time limit",
                _ => $"exit code {code}" };
        new PartReport
        {
            Part = part, State = code switch { Done => PartState.Done, NoGpu => PartState.Skipped, _ => PartState.Failed },
            Message = message, Date = DateTime.UtcNow, Command = command, Seconds = seconds, Machine = About.Find(libraries),
        }.Save(file);
        output.WriteLine($"{part}: {message}");
        return Done;
    }

    /// <summary>What the benchmark of the start launches.</summary>
    static int FirstStep(Arguments options, ISymbolSource libraries, TextWriter output)
    {
        string name = options.Text("device", "cpu");
        if (name is not ("cpu" or "cuda")) throw new KitException($"--device takes cpu or cuda, not \"{name}\".");
        using var device = name == "cuda" ? Device.Cuda(libraries: libraries) : Device.Cpu(options.Number("threads", 0));
        var settings = Recipe.Of(options.Number("batch", 64), options.Text("precision", Starts.DefaultPrecision(device)),
            ngf: options.Number("ngf", 0), ndf: options.Number("ndf", 0));
        options.Finish();
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{Starts.FirstStep(device, settings).TotalSeconds:0.000} s"));
        return Done;
    }

    /// <summary>Puts two result files side by side.</summary>
    static int Compare(IReadOnlyList<string> args, TextWriter output)
    {
        string[] files = [.. args.Skip(1).TakeWhile(static a => !a.StartsWith("--", StringComparison.Ordinal))];
        if (files.Length != 2)
            throw new KitException($"compare takes two result files, or commas between several of a side, not {files.Length}.");
        var options = new Arguments([.. args.Skip(3)]);
        double least = options.Real("least", 100 * Comparison.DefaultLeast);
        options.Finish();
        if (!(least >= 0))
            throw new KitException(
                $"--least takes a percentage of at least 0, not {least.ToString(CultureInfo.InvariantCulture)}.");
        var comparison = new Comparison(Load(files[0]), Load(files[1]), least / 100);
        output.Write(comparison.Describe(files[0], files[1]));
        return comparison.Count(Change.Slower) > 0 ? Failed : Done;

        static ResultFile[] Load(string files) => [.. files.Split(',').Select(ResultFile.Load)];
    }

    static int Summarise(Arguments options, TextWriter output)
    {
        string folder = options.Text("dir", ".");
        options.Finish();
        string file = Path.Combine(folder, "summary.md");
        File.WriteAllText(file, Summary.Of(folder));
        output.WriteLine($"The summary is {file}.");
        return Done;
    }
}

/// <summary>What a part gets.</summary>
/// <param name="Keep">Saves what there is so far.</param>
sealed record PartContext(Arguments Options, Machine Machine, ISymbolSource Libraries,
    TextWriter Output, Action<PartResult> Keep);

/// <summary>What a part gives.</summary>
/// <param name="Holds">Whether what it checks holds; true where it only measures.</param>
/// <param name="Message">One sentence.</param>
sealed record PartResult(bool Holds, string Message)
{
    public Ceilings? Ceilings { get; init; }
    public IReadOnlyList<string> Notes { get; init; } = [];
    public IReadOnlyList<Measurement> Measurements { get; init; } = [];
    public IReadOnlyList<LossPair> Losses { get; init; } = [];
}
