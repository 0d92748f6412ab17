using System.Globalization;
using Ssgan.Engine;
using Ssgan.Gan.Metrics;
using Ssgan.Gan.Metrics.Networks;

namespace Ssgan.Gan.Training;

/// <summary>
/// Scores what the generator draws, appends the receipts to scores.jsonl, and keeps the checkpoint that is best by a metric. Its
/// noise is its own: a run that is measured trains as one that is not.
/// </summary>
public sealed class EvaluationHook : IRunHook
{
    readonly Evaluator _evaluator;
    readonly EvaluationSettings _settings;
    readonly CancellationToken _stop;
    readonly Metric? _metric;
    double? _best;
    bool _began;

    /// <param name="device">Where the network is.</param>
    /// <param name="network">What describes images; it stays the caller's.</param>
    /// <param name="settings">How often and what.</param>
    /// <param name="cacheFolder">Where features of real images are kept; null keeps none.</param>
    /// <param name="notice">Told what makes a score doubtful.</param>
    /// <param name="stop">Ends an evaluation early; its step is then not scored.</param>
    /// <param name="ranks">The run's ranks, who look at images in turns; null for one.</param>
    public EvaluationHook(Device device, IFeatureNetwork network, EvaluationSettings settings, string? cacheFolder = null,
        Action<string>? notice = null, ICommunicator? ranks = null, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(settings);
        _evaluator = new Evaluator(device, network, new EvaluationOptions
        {
            Metrics = settings.Metrics, Protocol = MetricProtocol.Of(settings.EvalProtocol), Images = settings.EvalImages,
            CacheFolder = cacheFolder, Notice = notice, Ranks = ranks,
        });
        (_settings, _stop) = (settings, stop);
        _metric = settings.KeepBest == EvaluationSettings.None ? null : Metric.Of(settings.KeepBest);
        Every = new(settings.EvalEvery);
    }

    /// <inheritdoc/>
    public Every Every { get; }

    /// <inheritdoc/>
    public bool OnEveryRank => true;

    /// <inheritdoc/>
    public bool IsOwed(RunState run)
    {
        ArgumentNullException.ThrowIfNull(run);
        // A checkpoint is written before its evaluation. A run that branched off has no checkpoint of that step.
        return Every.IsDue(run.Done, run.Options.Optimisation.Steps) && run.Folder.CheckpointSteps().Contains(run.Done)
            && !(File.Exists(run.Folder.Scores) && Receipt.ReadAll(run.Folder.Scores).Any(r => r.Images.Step == run.Done));
    }

    /// <inheritdoc/>
    public void Run(RunState run)
    {
        ArgumentNullException.ThrowIfNull(run);
        if (!_began && run.Writes) Begin(run);
        IReadOnlyList<Receipt> receipts;
        try
        {
            receipts = _evaluator.Run(run.Source, request => Images(run, request), _stop);
        }
        catch (OperationCanceledException e) when (e.CancellationToken == _stop)
        {
            run.Observer.Notice($"Step {run.Done} is not scored: its evaluation was stopped.");
            return;
        }
        if (!run.Writes) return;
        // Before the receipts, which say that this step has had its turn.
        double? score = _metric is null ? null : Score(receipts);
        bool isBest = score is { } value && (_best is not { } best || _metric!.IsBetter!(value, best));
        if (isBest) CheckpointHook.Save(run, run.Folder.Best);
        Receipt.Append(run.Folder.Scores, receipts);
        run.Scores = receipts;
        run.Observer.Scored(run.Done, receipts);
        if (!isBest) return;
        _best = score;
        run.Observer.Wrote(string.Create(CultureInfo.InvariantCulture, $"best checkpoint by {_metric!.Name} ({score:G5})"),
            run.Folder.Best);
    }

    /// <summary>Drops receipts of steps that a resumed run has yet to make, and finds the best of the others.</summary>
    void Begin(RunState run)
    {
        _began = true;
        if (!File.Exists(run.Folder.Scores)) return;
        var kept = Receipt.ReadAll(run.Folder.Scores).Where(r => r.Images.Step is not { } step || step < run.Done).ToList();
        Engine.Serialization.AtomicFile.Write(run.Folder.Scores, stream =>
        {
            foreach (var receipt in kept) stream.Write(System.Text.Encoding.UTF8.GetBytes(receipt.ToJson() + "\n"));
        });
        // A best checkpoint of a step yet to come has taken the place of the one that those scores are of.
        if (_metric is null || !Directory.Exists(run.Folder.Best)
            || Checkpoint.ReadState(run.Folder.Best).Step > run.Done) return;
        foreach (var step in kept.GroupBy(static r => r.Images.Step))
            if (Score([.. step]) is { } score && (_best is not { } best || _metric.IsBetter!(score, best))) _best = score;
    }

    /// <summary>The value of the metric by which checkpoints are kept.</summary>
    double? Score(IReadOnlyList<Receipt> receipts) => receipts.FirstOrDefault(r => r.Images.Count == _settings.EvalImages
        && r.Protocol == _settings.EvalProtocol && r.Metric == _evaluator.NameOf(_metric!.Score!))?.Value;

    static DrawnImages Images(RunState run, DrawRequest request)
    {
        var (step, options) = (run.Step, run.Options);
        var record = new ImageRecord(run.Folder.Path, "", request.Count)
        {
            Model = options.Gan.Model, Step = run.Done, Weights = options.Gan.Averages(options.Optimisation) ? "g_ema" : "g",
            BatchNorm = "running", Choice = $"seed {request.Seed}",
        };
        return new(record, step.Device, run.Source.Size, request.Seed, DrawRequest.Batch, request.Mapping,
            (random, _, n) => step.Sample(step.Noise(random, n)));
    }
}
