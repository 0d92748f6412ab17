using System.CommandLine;
using Ssgan.Engine;
using Ssgan.Gan.Data;
using Ssgan.Gan.Data.Imaging;
using Ssgan.Gan.Data.Sources;
using Ssgan.Gan.Metrics;
using Ssgan.Gan.Training;
using Ssgan.Runner.Terminal;
using Ssgan.Runner.Views;

namespace Ssgan.Runner.Commands;

/// <summary>What "eval" does once its network is open.</summary>
sealed class EvalRun(ParseResult parsed, EvalArguments arguments, Host host, Device device, Evaluator evaluator,
    EvaluationOptions options, RankSession? session)
{
    const int Neighbours = 5, NeighbourRows = 16;

    readonly DataOptions _data = new()
    {
        DataDirectory = parsed.Pick(arguments.DataDirectory, "data"), Progress = new DataProgressLines(host.Out),
        Notice = host.Out.WriteLine,
    };

    // Of several ranks all compute the same, and the first one writes.
    readonly bool _writes = session is null or { Writes: true };

    /// <summary>Scores images against others, both of folders or of data sets with names.</summary>
    public void Folders(string real, string scored)
    {
        int side = parsed.Has(arguments.Size) ? parsed.GetValue(arguments.Size) : SideOf(scored);
        using IImageSource reals = Open(real, side, _data), images = Open(scored, side, _data);
        host.Out.WriteLine($"real {Format.Data(reals)}; scored {Format.Data(images)}");
        SaveStatistics(reals);
        var chosen = SourceImages.Of(images, arguments.Count(parsed) ?? 0);
        Print(evaluator.Run(SourceImages.Of(reals, options.Reals ?? 0), chosen, host.Stop), parsed.GetValue(arguments.Out));
        SaveNeighbours(reals, chosen);
    }

    /// <summary>Opens a set, the first rank before the others: it packs what has to be.</summary>
    IImageSource Open(string name, int side, DataOptions options) => RankSession.InTurn(session, (_, alive) =>
        DatasetFactory.Open(name, side, options with { Progress = new AliveProgress(options.Progress!, alive) }, host.Stop));

    /// <summary>The side of a folder's images; sets that have names have none of their own.</summary>
    int SideOf(string images) => Directory.Exists(images) ? FolderSource.SideOf(images, _data)
        : throw new UsageException($"--size is needed: {images} is no folder whose images tell it.");

    /// <summary>Scores the checkpoints that are asked for.</summary>
    public void Generators()
    {
        string path = parsed.GetValue(arguments.Checkpoint)!;
        IImageSource? data = null;
        try
        {
            foreach (string checkpoint in Checkpoints(path, parsed.GetValue(arguments.Step)))
            {
                using var generator = TrainedGenerator.Open(device, checkpoint, arguments.Averaged(parsed));
                string step = generator.Step > 0 ? $"step {generator.Step}, " : "";
                host.Out.WriteLine($"images of {generator.Source} ({step}weights {generator.Weights})");
                string? log = parsed.GetValue(arguments.Out) ?? RunFolder.ScoresOf(generator.Source);
                if (parsed.GetValue(arguments.Statistics) is { } file) Print(AgainstStatistics(file, generator), log);
                else AgainstImages(data ??= OpenData(path, generator), generator, log);
            }
        }
        finally
        {
            data?.Dispose();
        }
    }

    IReadOnlyList<Receipt> AgainstStatistics(string file, TrainedGenerator generator)
    {
        var (statistics, hash) = StatisticsFile.Read(file);
        return evaluator.Run(statistics, new ImageRecord(file, hash, 0), generator.Images, host.Stop);
    }

    IImageSource OpenData(string path, TrainedGenerator generator)
    {
        string name = parsed.GetValue(arguments.Data) ?? generator.Data ?? throw new UsageException(
            $"{path} does not say what it was trained on; name the real images with --data.");
        // What --data names is taken as it is; a run's own data as the run took them.
        var trained = parsed.GetValue(arguments.Data) is null ? generator.TrainedOn : null;
        var data = Open(name, generator.Size, trained is null ? _data : _data with
        {
            SkipBad = trained.SkipBad, Fit = OptionKinds.Fit(trained.Fit), Split = trained.Split, Attribute = trained.Attribute,
        });
        host.Out.WriteLine($"real {Format.Data(data)}");
        SaveStatistics(data);
        return data;
    }

    void AgainstImages(IImageSource data, TrainedGenerator generator, string? log)
    {
        Print(evaluator.Run(data, generator.Images, host.Stop), log);
        SaveNeighbours(data, generator.Images(new DrawRequest(0, NeighbourRows, options.Protocol.Mapping, false)));
    }

    static IEnumerable<string> Checkpoints(string path, string? step)
    {
        if (step is null) return [path];
        var folder = RunFolder.Open(path);
        var steps = folder.CheckpointSteps();
        if (steps.Count == 0) throw new UsageException($"{path} has no checkpoint yet.");
        if (step == "all") return steps.Select(folder.Checkpoint);
        if (!long.TryParse(step, out long number) || !steps.Contains(number))
            throw new UsageException($"--step is {step}; it takes all, or a step of which {path} has a checkpoint: "
                + $"{string.Join(", ", steps)}.");
        return [folder.Checkpoint(number)];
    }

    void Print(IReadOnlyList<Receipt> receipts, string? log)
    {
        foreach (string line in ScoreTable.Lines(receipts)) host.Out.WriteLine(line);
        if (log is null)
        {
            host.Out.WriteLine("The receipts are not kept; --out FILE.jsonl keeps them.");
            return;
        }
        if (!_writes) return;
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(log))!);
        Receipt.Append(log, receipts);
        host.Out.WriteLine($"receipts: {log}");
    }

    void SaveStatistics(IImageSource data)
    {
        if (parsed.GetValue(arguments.SaveStatistics) is not { } file) return;
        var statistics = evaluator.Statistics(evaluator.Reals(data, options.Seeds[0]), host.Stop);
        if (!_writes) return;
        StatisticsFile.Write(file, statistics);
        host.Out.WriteLine($"statistics of real images: {file}");
    }

    void SaveNeighbours(IImageSource data, MeasuredImages images)
    {
        if (parsed.GetValue(arguments.Neighbours) is not { } file) return;
        var sheet = evaluator.NearestReals(data, images, NeighbourRows, Neighbours, host.Stop);
        if (!_writes) return;
        ImageGrid.Save(file, sheet.Pixels, sheet.Count, images.Size, sheet.Columns);
        host.Out.WriteLine(
            $"{file}: {sheet.Count / sheet.Columns} images, each followed by the {Neighbours} real images most like it.");
    }
}
