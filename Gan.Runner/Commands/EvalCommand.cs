using System.CommandLine;
using Ssgan.Engine;
using Ssgan.Gan.Data;
using Ssgan.Gan.Data.Imaging;
using Ssgan.Gan.Data.Sources;
using Ssgan.Gan.Metrics;
using Ssgan.Gan.Metrics.Networks;
using Ssgan.Gan.Training;
using Ssgan.Runner.Terminal;
using Ssgan.Runner.Views;

namespace Ssgan.Runner.Commands;

/// <summary>"eval": scores of a generator, or of a folder of images, with receipts.</summary>
static class EvalCommand
{
    const int Neighbours = 5, NeighbourRows = 16;

    public static Command Build(Host host)
    {
        var arguments = new EvalArguments();
        var command = new Command("eval", "Score a generator or a folder of images: FID, KID, IS, precision, recall and others.");
        foreach (var option in arguments.All) command.Options.Add(option);
        command.SetAction(parsed =>
        {
            try
            {
                return Run(parsed, arguments, host);
            }
            catch (OperationCanceledException) when (host.Stop.IsCancellationRequested && !IsUncached(parsed, arguments))
            {
                host.Error.WriteLine("Stopped; features that were computed are kept, and the same command goes on from there.");
                return ExitCode.Interrupted;
            }
        });
        return command;
    }

    static bool IsUncached(ParseResult parsed, EvalArguments arguments) => parsed.Pick(arguments.Cache, "") == "none";

    static int Run(ParseResult parsed, EvalArguments arguments, Host host)
    {
        var folders = arguments.Folders(parsed);
        Check(parsed, arguments, folders is not null);
        // On a CPU without Winograd's method, whose rounding is another; on a GPU with plans that repeat their results.
        using var device = DeviceChoice.Open(host.Devices, parsed.Pick(arguments.Device, "auto"),
            new() { Threads = parsed.Pick(arguments.Threads, 0), Deterministic = true, CacheFolder = host.CacheFolder },
            host.Out.WriteLine);
        DeviceNotices.Print(device, host.Out);
        var lines = new DataProgressLines(host.Out);
        using var network = FeatureNetworks.Open(device, parsed.Pick(arguments.Network, FeatureNetworks.Auto),
            arguments.Protocol(parsed).Resize, lines.ForNetwork(host.CacheFolder), host.Stop);
        var options = arguments.Options(parsed, network.Info.Classes > 0, host.CacheFolder) with
        {
            Progress = new EvaluationProgress(host.Out).Report, Notice = host.Out.WriteLine,
        };
        host.Out.WriteLine($"network {network.Info.Name}, {network.Info.Dimensions} features; protocol {options.Protocol.Name}: "
            + $"{options.Protocol.Description}");
        var data = new DataOptions
        {
            DataDirectory = parsed.Pick(arguments.DataDirectory, "data"), Progress = lines.Report, Notice = host.Out.WriteLine,
        };
        if (folders is var (real, scored))
        {
            var evaluator = new Evaluator(device, network, options);
            int side = parsed.Has(arguments.Size) ? parsed.GetValue(arguments.Size) : SideOf(scored, data);
            using IImageSource reals = DatasetFactory.Open(real, side, data, host.Stop),
                images = DatasetFactory.Open(scored, side, data, host.Stop);
            host.Out.WriteLine($"real {Format.Data(reals)}; scored {Format.Data(images)}");
            Save(parsed, arguments, evaluator, reals, options, host);
            var chosen = SourceImages.Of(images, arguments.Count(parsed) ?? 0);
            Print(evaluator.Run(SourceImages.Of(reals, options.Reals ?? 0), chosen, host.Stop), parsed.GetValue(arguments.Out), host);
            Sheet(parsed, arguments, evaluator, reals, chosen, options, host);
            return ExitCode.Done;
        }
        Generators(parsed, arguments, device, network, options, data, host);
        return ExitCode.Done;
    }

    /// <summary>The side of a folder's images; sets that have names have none of their own.</summary>
    static int SideOf(string images, DataOptions data) => Directory.Exists(images) ? FolderSource.SideOf(images, data)
        : throw new UsageException($"--size is needed: {images} is no folder whose images tell it.");

    static void Check(ParseResult parsed, EvalArguments arguments, bool hasFolders)
    {
        if (!hasFolders && !parsed.Has(arguments.Checkpoint))
            throw new UsageException("eval needs --checkpoint, or two folders: --images REAL --images SCORED.");
        if (parsed.Has(arguments.Statistics) && (hasFolders || parsed.Has(arguments.Neighbours)
            || parsed.Has(arguments.SaveStatistics) || parsed.Has(arguments.Data)))
            throw new UsageException("--statistics stands for real images, so it goes with no other real images, and not with what "
                + "needs them: --neighbours, --save-statistics.");
        if (hasFolders && (parsed.Has(arguments.Data) || parsed.Has(arguments.Step)))
            throw new UsageException("--data and --step go with --checkpoint, not with two folders.");
        if (parsed.GetValue(arguments.Neighbours) is { } sheet && !sheet.EndsWith(".png", StringComparison.OrdinalIgnoreCase))
            throw new UsageException($"--neighbours is {sheet}; the picture is a PNG, so name it .png.");
    }

    static void Generators(ParseResult parsed, EvalArguments arguments, Device device, IFeatureNetwork network,
        EvaluationOptions options, DataOptions dataOptions, Host host)
    {
        var evaluator = new Evaluator(device, network, options);
        string path = parsed.GetValue(arguments.Checkpoint)!;
        IImageSource? data = null;
        try
        {
            foreach (string checkpoint in Checkpoints(path, parsed.GetValue(arguments.Step)))
            {
                using var generator = TrainedGenerator.Open(device, checkpoint, arguments.Averaged(parsed));
                string log = parsed.GetValue(arguments.Out) ?? RunFolder.ScoresOf(generator.Source) ?? "";
                host.Out.WriteLine($"images of {generator.Source} ({(generator.Step > 0 ? $"step {generator.Step}, " : "")}weights "
                    + $"{generator.Weights})");
                if (parsed.GetValue(arguments.Statistics) is { } file)
                {
                    var (statistics, hash) = StatisticsFile.Read(file);
                    Print(evaluator.Run(statistics, new ImageRecord(file, hash, (int)(statistics.Count ?? 0)), generator.Images, host.Stop),
                        log, host);
                    continue;
                }
                if (data is null)
                {
                    string name = parsed.GetValue(arguments.Data) ?? generator.Data
                        ?? throw new UsageException($"{path} does not say what it was trained on; name the real images with --data.");
                    data = DatasetFactory.Open(name, generator.Size, dataOptions, host.Stop);
                    host.Out.WriteLine($"real {Format.Data(data)}");
                    Save(parsed, arguments, evaluator, data, options, host);
                }
                Print(evaluator.Run(data, generator.Images, host.Stop), log, host);
                var drawn = generator.Images(new DrawRequest(0, NeighbourRows, options.Protocol.Mapping, false));
                Sheet(parsed, arguments, evaluator, data, drawn, options, host);
            }
        }
        finally
        {
            data?.Dispose();
        }
    }

    /// <summary>The checkpoints to score.</summary>
    static IEnumerable<string> Checkpoints(string path, string? step)
    {
        if (step is null) return [path];
        var folder = RunFolder.Open(path);
        var steps = folder.CheckpointSteps();
        if (step == "all")
        {
            return steps.Count > 0 ? steps.Select(folder.Checkpoint) : throw new UsageException($"{path} has no checkpoint yet.");
        }
        if (!long.TryParse(step, out long number) || !steps.Contains(number))
            throw new UsageException($"--step is {step}; it takes all, or a step of which {path} has a checkpoint: "
                + $"{string.Join(", ", steps)}.");
        return [folder.Checkpoint(number)];
    }

    static void Print(IReadOnlyList<Receipt> receipts, string? log, Host host)
    {
        foreach (string line in ScoreTable.Lines(receipts)) host.Out.WriteLine(line);
        if (string.IsNullOrEmpty(log))
        {
            host.Out.WriteLine("The receipts are not kept; --out FILE.jsonl keeps them.");
            return;
        }
        if (Path.GetDirectoryName(Path.GetFullPath(log)) is { } folder) Directory.CreateDirectory(folder);
        Receipt.Append(log, receipts);
        host.Out.WriteLine($"receipts: {log}");
    }

    static void Save(ParseResult parsed, EvalArguments arguments, Evaluator evaluator, IImageSource data,
        EvaluationOptions options, Host host)
    {
        if (parsed.GetValue(arguments.SaveStatistics) is not { } file) return;
        StatisticsFile.Write(file, evaluator.Statistics(evaluator.Reals(data, options.Seeds[0]), host.Stop));
        host.Out.WriteLine($"statistics of real images: {file}");
    }

    static void Sheet(ParseResult parsed, EvalArguments arguments, Evaluator evaluator, IImageSource data, MeasuredImages images,
        EvaluationOptions options, Host host)
    {
        if (parsed.GetValue(arguments.Neighbours) is not { } file) return;
        var sheet = evaluator.NearestReals(data, images, NeighbourRows, Neighbours, host.Stop);
        ImageGrid.Save(file, sheet.Pixels, sheet.Count, images.Size, sheet.Columns);
        host.Out.WriteLine($"{file}: {sheet.Count / sheet.Columns} images, each followed by the {Neighbours} real images most like "
            + "it.");
    }
}
