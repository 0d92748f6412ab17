using System.Diagnostics;
using System.Runtime.InteropServices;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Kernels.Cuda;
using Ssgan.Engine.Kernels.Cuda.Native;
using Ssgan.Engine.Kernels.Cuda.Runtime;

namespace Ssgan.Benchmarks.Kit;

/// <summary>
/// The parts of the GPU kit that are not the runner's. A program of its own instead of BenchmarkDotNet, which starts an SDK to build what it
/// measures and times on the host: this one must run where nothing is installed, and times between events on the card.
/// </summary>
static class KitProgram
{
    public const int Done = 0, Failed = 1, BadArguments = 2, NoGpu = 3;

    const string Usage = "Name a part: machine, start, parity, captured, kernels, convolutions, iteration, record or summary.";

    /// <summary>Runs one part and writes its report where --json says.</summary>
    /// <returns>0: done. 1: failed. 2: bad arguments. 3: there is no GPU.</returns>
    public static int Run(IReadOnlyList<string> args, ISymbolSource libraries, TextWriter output, TextWriter error)
    {
        try
        {
            if (args.Count == 0) throw new KitException(Usage);
            var options = new Arguments([.. args.Skip(1)]);
            return args[0] switch
            {
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
    }

    static int RunPart(IReadOnlyList<string> args, Arguments options, ISymbolSource libraries, TextWriter output)
    {
        Func<CudaBackend, PartContext, PartResult> part = args[0] switch
        {
            "machine" => static (_, context) => new(true, context.Machine.Describe()),
            "parity" => Trajectories.Parity,
            "captured" => Trajectories.Captured,
            "kernels" => KernelTimes.Run,
            "convolutions" => ConvolutionTimes.Run,
            "iteration" => IterationTimes.Run,
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

    static PartReport Attempt(IReadOnlyList<string> args, Arguments options, Func<CudaBackend, PartContext, PartResult> part, ISymbolSource libraries,
        TextWriter output, string file)
    {
        var report = new PartReport
        {
            Part = args[0], State = PartState.Skipped, Message = "", Date = DateTime.UtcNow, Command = $"ssgan-kit {string.Join(' ', args)}", Machine = About.Host(),
        };
        var driver = libraries.Open(CudaLibrary.Driver);
        if (driver.Path is null) return report with { Message = About.NoDriver(driver) };
        try
        {
            using var card = new CudaBackend(libraries, options: About.Fastest);
            var machine = About.Card(card);
            // A time limit may end the program; what was measured until then is there.
            var context = new PartContext(options, machine, libraries, output, result =>
            {
                if (file.Length > 0) Fill(result, PartState.Failed).Save(file);
            });
            var result = part(card, context);
            return Fill(result, result.Holds ? PartState.Done : PartState.Failed);

            PartReport Fill(PartResult result, PartState state) => report with
            {
                State = state, Message = result.Message, Date = DateTime.UtcNow, Machine = machine,
                Ceilings = result.Ceilings, Notes = [.. result.Notes, .. card.Notices], Measurements = result.Measurements, Losses = result.Losses,
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
        string part = options.Text("part", ""), file = options.Text("json", ""), command = options.Text("command", ""), message = options.Text("message", "");
        int code = options.Number("code", 0);
        double seconds = options.Real("seconds", 0);
        options.Finish();
        if (part.Length == 0 || file.Length == 0) throw new KitException("record needs --part and --json.");
        if (message.Length == 0) message = code switch { Done => "done", NoGpu => "skipped", timedOut => "stopped at its time limit", _ => $"exit code {code}" };
        new PartReport
        {
            Part = part, State = code switch { Done => PartState.Done, NoGpu => PartState.Skipped, _ => PartState.Failed }, Message = message,
            Date = DateTime.UtcNow, Command = command, Seconds = seconds, Machine = About.Find(libraries),
        }.Save(file);
        output.WriteLine($"{part}: {message}");
        return Done;
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
sealed record PartContext(Arguments Options, Machine Machine, ISymbolSource Libraries, TextWriter Output, Action<PartResult> Keep);

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

/// <summary>What the machine is.</summary>
static class About
{
    /// <summary>How a card is timed: with plans chosen on it, as the peer's are. Nothing is kept, so that a run does not depend on one before.</summary>
    public static CudaOptions Fastest { get; } = new() { Autotune = true };

    /// <summary>Without the card.</summary>
    public static Machine Host() => new(null, null, null, null, null, RuntimeInformation.OSDescription, RuntimeInformation.FrameworkDescription);

    public static Machine Card(CudaBackend card)
    {
        var p = card.Properties;
        return Host() with
        {
            Device = p.Name, ComputeCapability = $"{p.Major}.{p.Minor}", Driver = $"CUDA {p.DriverVersion / 1000}.{p.DriverVersion % 1000 / 10}{DriverRelease()}",
            CuBlas = card.CuBlasVersion, CuDnn = card.CuDnnVersion,
        };
    }

    /// <summary>With the card where there is one that can be opened.</summary>
    public static Machine Find(ISymbolSource libraries)
    {
        if (libraries.Open(CudaLibrary.Driver).Path is null) return Host();
        try
        {
            using var card = new CudaBackend(libraries);
            return Card(card);
        }
        catch (DeviceException)
        {
            // The part's own message says what is wrong with the card; this line only names the machine.
            return Host();
        }
    }

    /// <summary>" (580.65.06)": Linux's module says its release, the driver's library only the CUDA version it serves.</summary>
    static string DriverRelease()
    {
        const string file = "/proc/driver/nvidia/version";
        if (!File.Exists(file)) return "";
        string? release = File.ReadLines(file).FirstOrDefault("").Split(' ', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault(static w => Version.TryParse(w, out _));
        return release is null ? "" : $" ({release})";
    }

    public static string NoDriver(LibraryLookup driver) =>
        $"This machine has no NVIDIA driver, so this part, which needs a GPU, was left out; looked for {string.Join(", ", driver.Tried)}.";

    /// <summary>One line: card, driver, libraries.</summary>
    public static string Describe(this Machine m) => m.Device is null ? $"no GPU; {m.System}, {m.Runtime}"
        : $"{m.Device} (compute capability {m.ComputeCapability}), driver for {m.Driver}, cuBLAS {m.CuBlas ?? "absent"}, cuDNN {m.CuDnn ?? "absent"}, {m.System}, {m.Runtime}";
}
