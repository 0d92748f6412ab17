using Ssgan.Gan.Training;
using Ssgan.Runner.Runs;

namespace Ssgan.Runner.Serve;

/// <summary>A run that is served.</summary>
/// <param name="Name">Its folder's name.</param>
/// <param name="Folder">The folder.</param>
/// <param name="At">When its log was last written to, in ticks.</param>
sealed record ServedRun(string Name, string Folder, long At);

/// <summary>
/// The runs that are served, by name. A name that somebody asks for is looked up among those that there are, and never becomes a
/// path.
/// </summary>
/// <param name="root">A folder of runs, or one run's.</param>
sealed class RunCatalog(string root)
{
    const int MostRuns = 500, MostOpen = 16;

    readonly Dictionary<string, RunReader> _open = [];
    readonly Lock _lock = new();

    /// <summary>The runs' folders, those whose logs are newest first.</summary>
    /// <exception cref="IOException">The folder cannot be read.</exception>
    public IReadOnlyList<ServedRun> Runs()
    {
        if (RunFolder.IsRun(root)) return [new(RunFolder.Open(root).Name, root, default)];
        return
        [
            .. Directory.EnumerateDirectories(root).Where(RunFolder.IsRun)
                .Select(static f => new ServedRun(Path.GetFileName(f), f, LastWrite(f).Ticks))
                .OrderByDescending(static r => r.At).ThenByDescending(static r => r.Name, StringComparer.Ordinal).Take(MostRuns),
        ];
    }

    /// <summary>Does something with a run while nobody else reads it.</summary>
    /// <returns>The default where there is no run of that name.</returns>
    public T? With<T>(string name, Func<RunReader, T> use)
    {
        if (Runs().FirstOrDefault(r => r.Name == name)?.Folder is not { } folder) return default;
        lock (_lock)
        {
            if (!_open.TryGetValue(name, out var run))
            {
                // What is read of a log stays in memory: not of all runs that were ever looked at.
                if (_open.Count == MostOpen) _open.Clear();
                _open[name] = run = RunReader.Open(folder);
            }
            run.Refresh();
            return use(run);
        }
    }

    static DateTime LastWrite(string folder)
    {
        string log = Path.Combine(folder, "metrics.jsonl");
        return File.GetLastWriteTimeUtc(File.Exists(log) ? log : Path.Combine(folder, "config.json"));
    }
}
