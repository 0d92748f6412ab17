using Ssgan.Gan.Data;
using Ssgan.Runner.Terminal;

namespace Ssgan.Runner.Views;

/// <summary>
/// Lines of a long preparation of data: one for each quarter, and one when a while has gone by, with the time that the rest will
/// take at the pace so far.
/// </summary>
sealed class DataProgressLines(TextWriter output, TimeProvider? time = null) : IProgress<DataProgress>
{
    static readonly TimeSpan s_while = TimeSpan.FromSeconds(15);

    readonly TimeProvider _time = time ?? TimeProvider.System;
    string _stage = "";
    long _quarter = -1, _begun, _first, _last;

    public void Report(DataProgress progress)
    {
        if (progress.Stage != _stage)
        {
            // What was done before, as of a packing that goes on, says nothing of the pace.
            (_stage, _quarter, _begun, _first) = (progress.Stage, -1, _time.GetTimestamp(), progress.Done);
            _last = _begun;
        }
        long quarter = progress.Total > 0 ? progress.Done * 4 / progress.Total : 0;
        if (quarter <= _quarter && (progress.Total == 0 || _time.GetElapsedTime(_last) < s_while)) return;
        _quarter = Math.Max(_quarter, quarter);
        _last = _time.GetTimestamp();
        output.WriteLine(progress.Total > 0 ? $"data {progress.Stage} {progress.Done * 100 / progress.Total}%{Rest(progress)}"
            : $"data {progress.Stage}");
    }

    string Rest(DataProgress progress)
    {
        TimeSpan gone = _time.GetElapsedTime(_begun);
        if (gone < TimeSpan.FromSeconds(1) || progress.Done <= _first || progress.Done >= progress.Total) return "";
        return $", {Format.Time(gone * ((double)(progress.Total - progress.Done) / (progress.Done - _first)))} left";
    }

    /// <summary>Options for a network's file, of which a download is told, but not the hash, a moment's work.</summary>
    public DataOptions ForNetwork(string? cacheFolder) => new()
    {
        CacheDirectory = cacheFolder,
        Progress = new Downloads(this),
    };

    sealed class Downloads(DataProgressLines lines) : IProgress<DataProgress>
    {
        public void Report(DataProgress progress)
        {
            if (progress.Stage == "download") lines.Report(progress);
        }
    }
}
