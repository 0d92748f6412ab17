namespace Ssgan.Gan.Training;

/// <summary>A line of metrics.jsonl: means since the line before, pace, memory.</summary>
sealed class LogHook(RunState run) : IRunHook, IDisposable
{
    readonly MetricsLog? _log = run.Writes ? new(run.Folder.Metrics, run.Done) : null;
    readonly Throughput _throughput = new(run.Step.Device, run.Options.Optimisation, run.Done);

    public Every Every { get; } = new(run.Options.Cadence.LogEvery);

    // The means start over on each rank.
    public bool OnEveryRank => true;

    public void Run(RunState run)
    {
        run.CheckFinite();
        RankAgreement.CheckEqual(run);
        var report = _throughput.Report(run.Done, run.Step.Stats.Take(), run.LearningRate) with
        {
            Sigmas = LayerSigmas.Of(run.Step),
        };
        run.Report = report;
        if (_log is null) return;
        _log.Append(report);
        run.Observer.Logged(report);
    }

    /// <summary>Brings all lines to the disk.</summary>
    public void Sync() => _log?.Sync();

    public void Dispose() => _log?.Dispose();
}
