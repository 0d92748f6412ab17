using System.CommandLine;
using System.Globalization;
using Ssgan.Gan.Data.Sources;
using Ssgan.Gan.Metrics;
using Ssgan.Runner.Terminal;

namespace Ssgan.Runner.Commands;

/// <summary>The options of "eval".</summary>
sealed class EvalArguments
{
    const int MostImages = 1 << 24, MostSeeds = 1000;

    public Option<string> Checkpoint { get; } = OptionKinds.Text("--checkpoint", "DIR|FILE",
        "The generator to score: a run's folder (its newest checkpoint), a checkpoint's folder, or a generator's file with "
        + "Mimicry's names.");

    public Option<string> Step { get; } = OptionKinds.Text("--step", "N|all",
        "Which checkpoint of the run; all scores each, for a curve. Default: the newest.");

    public Option<string[]> Images { get; } = OptionKinds.Texts("--images", "N|DIR",
        "How many images to draw (default: 50000); or, given twice, two folders or data sets: the real images and those to "
        + "score, and once more how many of these.");

    readonly Option<string> _metrics = OptionKinds.Text("--metrics", "NAMES", "With commas between them: "
        + string.Join("; ", Metric.All.Select(static m => $"{m.Name}, {m.Description}"))
        + ". Default: fid,kid,pr, and is where the network tells classes.");

    readonly Option<string> _protocol = OptionKinds.Choice("--protocol", "What else decides scores: "
        + string.Join("; ", MetricProtocol.All.Select(static p => $"{p.Name}, {p.Description}")) + ". Default: standard.",
        [.. MetricProtocol.All.Select(static p => p.Name)]);

    public Option<string> Data { get; } = OptionKinds.Text("--data", "NAME|DIR",
        $"The real images: {DatasetFactory.Accepted}. Default: what the run was trained on.");

    readonly Option<int> _reals = OptionKinds.Number<int>("--reals",
        "Real images to compare with, chosen at random; 0 takes all. Default: the protocol's.");

    readonly Option<int> _seeds = OptionKinds.Number<int>("--seeds",
        "How often everything is done, with seeds 0, 1, ...; scores are the means. Default: 1.");

    public Option<int> Size { get; } = OptionKinds.Number<int>("--size",
        "Side to which images of two folders are brought, where it is not that of the first image.");

    public Option<string> Network { get; } = OptionKinds.Text("--network", "auto|inception|resnet18|FILE",
        "What describes images: Inception as in the papers, from its file; ResNet-18, which comes with this program and whose "
        + "scores have other names; or a file of either. Default: auto, Inception where its file is there.");

    public Option<string> Statistics { get; } = OptionKinds.Text("--statistics", "FILE.npz",
        "Mean and covariance (mu, sigma) of real images in place of images, as pytorch-fid, StyleGAN and clean-fid keep them; "
        + "for fid alone.");

    public Option<string> SaveStatistics { get; } = OptionKinds.Text("--save-statistics", "FILE.npz",
        "Write mean and covariance of the real images' features.");

    public Option<string> Neighbours { get; } = OptionKinds.Text("--neighbours", "FILE.png",
        "Write a sheet of 16 images, each followed by the real ones most like it: does the generator repeat what it saw?");

    public Option<string> Out { get; } = OptionKinds.Text("--out", "FILE.jsonl",
        "Where receipts are added. Default: scores.jsonl in the run's folder.");

    public Option<string> Cache { get; } = OptionKinds.Text("--cache", "DIR|none",
        "Where features are kept, so that what was stopped goes on. Default: the user's cache folder.");

    readonly Option<string> _ema = OptionKinds.Averaged();

    public Option<string> DataDirectory { get; } = OptionKinds.Text("--data-dir", "DIR",
        "Where named data sets are kept. Default: data.");

    public Option<string> Device { get; } = OptionKinds.Text("--device", "auto|cpu|cuda[:i]", "What computes. Default: auto.");

    public Option<int> Threads { get; } = OptionKinds.Number<int>("--threads", "CPU threads; 0, the default, takes all cores.");

    public Option<bool> Winograd { get; } = OptionKinds.Switch("--winograd",
        "On a CPU, convolve by Winograd's method, which is faster and rounds in another way; receipts say so.");

    public RankArguments Ranks { get; } = new();

    public IEnumerable<Option> All =>
    [
        Checkpoint, Step, Images, _metrics, _protocol, Data, _reals, _seeds, Size, Network, Statistics, SaveStatistics,
        Neighbours, Out, Cache, _ema, DataDirectory, Device, Threads, Winograd,
        .. Ranks.All,
    ];

    /// <summary>Refuses options that do not go together.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="hasFolders">Whether folders are compared.</param>
    public void Check(ParseResult parsed, bool hasFolders)
    {
        if (!hasFolders && !parsed.Has(Checkpoint))
            throw new UsageException("eval needs --checkpoint, or two folders: --images REAL --images SCORED.");
        if (parsed.Has(Statistics)
            && (hasFolders || parsed.Has(Neighbours) || parsed.Has(SaveStatistics) || parsed.Has(Data)))
            throw new UsageException("--statistics stands for real images, so it goes with no other real images, and not with "
                + "what needs them: --neighbours, --save-statistics.");
        if (hasFolders && (parsed.Has(Data) || parsed.Has(Step)))
            throw new UsageException("--data and --step go with --checkpoint, not with two folders.");
        if (parsed.GetValue(Neighbours) is { } sheet) OptionKinds.CheckPng("--neighbours", sheet);
    }

    /// <summary>Whether features are kept, so that what is stopped can go on.</summary>
    public bool KeepsFeatures(ParseResult parsed) => parsed.Pick(Cache, "") != "none";

    /// <summary>The protocol that is asked for.</summary>
    public MetricProtocol Protocol(ParseResult parsed) => MetricProtocol.Of(parsed.Pick(_protocol, MetricProtocol.Standard.Name));

    /// <summary>Whether averaged weights are asked for; null where that is left open.</summary>
    public bool? Averaged(ParseResult parsed) => parsed.IsAveraged(_ema);

    /// <summary>What is measured.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="tellsClasses">Whether the network does.</param>
    /// <param name="featureFolder">Where features are kept unless another place is named.</param>
    /// <exception cref="UsageException">A value is out of range.</exception>
    public EvaluationOptions Options(ParseResult parsed, bool tellsClasses, string? featureFolder)
    {
        int seeds = parsed.Pick(_seeds, 1), reals = parsed.Pick(_reals, 0);
        if (seeds is < 1 or > MostSeeds) throw new UsageException($"--seeds is {seeds}; it takes 1 to {MostSeeds}.");
        if (reals is < 0 or > MostImages) throw new UsageException($"--reals is {reals}; it takes 0 (all) to {MostImages}.");
        string cache = parsed.Pick(Cache, "");
        return new EvaluationOptions
        {
            Metrics = Metrics(parsed, tellsClasses), Protocol = Protocol(parsed), Images = Count(parsed) ?? 50_000,
            Reals = parsed.Has(_reals) ? reals : null,
            Seeds = [.. Enumerable.Range(0, seeds).Select(static s => (ulong)s)],
            CacheFolder = cache switch { "none" => null, "" => featureFolder, _ => cache },
        };
    }

    string[] Metrics(ParseResult parsed, bool tellsClasses)
    {
        if (!parsed.Has(_metrics))
            return parsed.Has(Statistics) ? ["fid"] : tellsClasses ? ["fid", "kid", "is", "pr"] : ["fid", "kid", "pr"];
        string[] names = parsed.GetValue(_metrics)!.Split(',', StringSplitOptions.TrimEntries);
        string[] known = [.. Metric.All.Select(static m => m.Name)];
        if (names.FirstOrDefault(n => !known.Contains(n)) is { } unknown)
            throw new UsageException($"--metrics takes {Suggestions.NotAmong(known, unknown)}");
        return names;
    }

    /// <summary>The number among the values of --images, or null.</summary>
    static int? Number(string text) => int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int n)
        ? n : null;

    /// <summary>How many images are asked for; null where that is left open.</summary>
    public int? Count(ParseResult parsed)
    {
        int[] numbers = [.. Values(parsed).Select(Number).OfType<int>()];
        if (numbers.Length == 0) return null;
        if (numbers[^1] is < 1 or > MostImages)
            throw new UsageException($"--images is {numbers[^1]}; it takes 1 to {MostImages}, or a folder.");
        return numbers[^1];
    }

    /// <summary>The two folders to compare; null where a generator is scored.</summary>
    /// <exception cref="UsageException">There are one, or more than two.</exception>
    public (string Real, string Scored)? Folders(ParseResult parsed)
    {
        string[] folders = [.. Values(parsed).Where(static v => Number(v) is null)];
        if (folders.Length == 0) return null;
        if (folders.Length != 2)
            throw new UsageException($"--images names {folders.Length} folder{(folders.Length == 1 ? "" : "s")}; it takes two, "
                + "the real images and those to score.");
        if (parsed.Has(Checkpoint)) throw new UsageException("--images with folders does not go with --checkpoint.");
        return (folders[0], folders[1]);
    }

    string[] Values(ParseResult parsed) => parsed.Pick(Images, []);
}
