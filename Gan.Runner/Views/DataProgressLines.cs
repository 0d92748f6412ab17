using Ssgan.Gan.Data;

namespace Ssgan.Runner.Views;

/// <summary>A line for each quarter of a long preparation of data.</summary>
sealed class DataProgressLines(TextWriter output)
{
    string _stage = "";
    long _quarter = -1;

    public void Report(DataProgress progress)
    {
        long quarter = progress.Total > 0 ? progress.Done * 4 / progress.Total : 0;
        if (progress.Stage == _stage && quarter <= _quarter) return;
        (_stage, _quarter) = (progress.Stage, quarter);
        output.WriteLine(progress.Total > 0 ? $"data {progress.Stage} {quarter * 25}%" : $"data {progress.Stage}");
    }

    /// <summary>Options for a network's file, of which a download is told, but not the hash, a moment's work.</summary>
    public DataOptions ForNetwork(string? cacheFolder) => new()
    {
        CacheDirectory = cacheFolder,
        Progress = progress =>
        {
            if (progress.Stage == "download") Report(progress);
        },
    };
}
