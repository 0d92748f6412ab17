using Ssgan.Gan.Metrics;
using Ssgan.Gan.Settings;

namespace Ssgan.Gan.Training;

/// <summary>What a run measures while it trains.</summary>
public sealed record EvaluationSettings
{
    /// <summary>What stands for no metric.</summary>
    public const string None = "none";

    /// <summary>Steps between evaluations; 0 makes none.</summary>
    public long EvalEvery { get; init; }

    /// <summary>Images that are drawn for each, and real ones that they are compared with where there are so many.</summary>
    public int EvalImages { get; init; } = 5000;

    /// <summary>Names of metrics, with commas between them.</summary>
    public string EvalMetrics { get; init; } = "fid";

    /// <summary>The protocol's name.</summary>
    public string EvalProtocol { get; init; } = MetricProtocol.Standard.Name;

    /// <summary>The metric by which the best checkpoint is kept, or "none".</summary>
    public string KeepBest { get; init; } = None;

    /// <summary>Every value.</summary>
    public static IReadOnlyList<Setting<EvaluationSettings>> Settings { get; } =
    [
        Setting.Number<EvaluationSettings, long>("evalEvery", "--eval-every", "Steps between evaluations; 0, the default, makes "
            + "none.", static o => o.EvalEvery, static (o, v) => o with { EvalEvery = v }),
        Setting.Number<EvaluationSettings, int>("evalImages", "--eval-images", "Images that an evaluation draws, and at most as "
            + "many real ones. Default: 5000.", static o => o.EvalImages, static (o, v) => o with { EvalImages = v }),
        Setting.Text<EvaluationSettings>("evalMetrics", "--eval-metrics", "NAMES", "Metrics of an evaluation, with commas: "
            + $"{string.Join(", ", Metric.All.Select(static m => m.Name))}. Default: fid.", "metrics with commas between them",
            AreMetrics, static o => o.EvalMetrics, static (o, v) => o with { EvalMetrics = v }),
        Setting.Choice<EvaluationSettings, string>("evalProtocol", "--eval-protocol", "Protocol of evaluations: "
            + string.Join("; ", MetricProtocol.All.Select(static p => $"{p.Name}, {p.Description}")) + ". Default: standard.",
            [.. MetricProtocol.All.Select(static p => (p.Name, p.Name))], static o => o.EvalProtocol,
            static (o, v) => o with { EvalProtocol = v }),
        Setting.Choice<EvaluationSettings, string>("keepBest", "--keep-best", "Keep the checkpoint that is best by this metric "
            + "in the run's folder best.", [(None, None), .. Ordering.Select(static m => (m.Name, m.Name))],
            static o => o.KeepBest, static (o, v) => o with { KeepBest = v }),
    ];

    /// <summary>The metrics to compute: those that are asked for, and the one by which a checkpoint is kept.</summary>
    internal IReadOnlyList<string> Metrics => [.. (string[])[.. Split(EvalMetrics), .. KeepBest == None
        ? Array.Empty<string>() : [KeepBest]]];

    static IEnumerable<Metric> Ordering => Metric.All.Where(static m => m.IsBetter is not null);

    static string[] Split(string names) => names.Split(',', StringSplitOptions.TrimEntries);

    static bool AreMetrics(string names) => Split(names).All(static n => Metric.All.Any(m => m.Name == n));

    internal void Validate(Check check)
    {
        check.That(EvalEvery >= 0, "evalEvery", $"{EvalEvery}; it must be 0 or more steps");
        check.That(EvalImages >= 2, "evalImages", $"{EvalImages}; at least 2 images are needed");
        check.That(AreMetrics(EvalMetrics), "evalMetrics", $"\"{EvalMetrics}\", which names a metric that there is not");
        check.That(MetricProtocol.All.Any(p => p.Name == EvalProtocol), "evalProtocol", $"{EvalProtocol}, which is no protocol");
        check.That(KeepBest == None || Ordering.Any(m => m.Name == KeepBest), "keepBest",
            $"{KeepBest}, by which checkpoints cannot be ordered");
        check.That(KeepBest == None || EvalEvery > 0, "keepBest", $"{KeepBest}, and nothing is evaluated without evalEvery");
    }
}
