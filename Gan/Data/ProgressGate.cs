namespace Ssgan.Gan.Data;

/// <summary>Counts work done on many threads and reports it one call at a time, in order, about once per percent.</summary>
internal sealed class ProgressGate(IProgress<DataProgress>? report, string stage, long total)
{
    readonly Lock _gate = new();
    long _done, _reported = -1;

    internal void Add(long amount)
    {
        if (report is null) return;
        lock (_gate)
        {
            _done += amount;
            long step = total > 0 ? _done * 100 / total : _done >> 24;
            if (step == _reported) return;
            _reported = step;
            report.Report(new DataProgress(stage, _done, total));
        }
    }
}
