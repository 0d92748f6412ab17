using System.Diagnostics;
using System.Text;
using Ssgan.Gan.Metrics;
using Ssgan.Gan.Settings;
using Ssgan.Gan.Training;

namespace Ssgan.Endurance.Power;

/// <summary>
/// Records what a run does to its files, and looks at what a disk could have after a loss of power behind each of these deeds:
/// whether a whole checkpoint is found, none older than the last one that was reported, and goes on to the same bytes.
/// </summary>
sealed class PowerCut(string work, TextWriter output)
{
    /// <summary>Whether the run is of narrow networks on drawn images, and takes no scores.</summary>
    public bool IsShort { get; init; }

    Trial New(string folder, string images, int steps) =>
        new(folder, IsShort ? null : images, steps) { More = IsShort ? Trial.Narrow : [] };

    /// <summary>Returns how many states were wrong.</summary>
    /// <param name="steps">Of the run.</param>
    /// <param name="states">Random states behind each deed, beside those where all or nothing is lost.</param>
    /// <param name="resumes">How many states are resumed to the end.</param>
    /// <param name="seed">Of the random states, and of which ones are resumed.</param>
    public int Run(int steps, int states, int resumes, int seed)
    {
        string images = Pictures.Make(Path.Combine(work, "images"), 24, 48), root = Path.Combine(work, "whole");
        var whole = Recorded(root, images, steps, out string log);
        var records = Record.Read(log);
        output.WriteLine($"{steps} steps of preset tiny: {records.Count} deeds, "
            + $"{records.Count(static r => r.Deed == Deed.Sync)} of them flushes");
        var (disk, random) = (new Disk(root), new Random(seed));
        var seen = new HashSet<string>();
        var kept = new List<SortedDictionary<string, byte[]?>>();
        long promised = 0;
        int wrong = 0, looked = 0;
        for (int i = 0; i < records.Count; i++)
        {
            if (records[i].Deed == Deed.Mark) promised = Math.Max(promised, Promise(records[i].Data));
            else disk.Do(records[i]);
            foreach (var state in States(disk, states, random))
            {
                looked++;
                if (!seen.Add(Key(state, promised))) continue;
                if (Fault(state, promised) is { } fault && wrong++ < 20)
                    output.WriteLine($"WRONG behind deed {i} ({records[i].Deed} {records[i].Path}): {fault}");
                // Any of those seen so far is as likely to be kept.
                if (kept.Count < resumes) kept.Add(state);
                else if (random.Next(seen.Count) is var at && at < kept.Count) kept[at] = state;
            }
        }
        output.WriteLine($"{looked} states, {seen.Count} of them different: {wrong} wrong");
        int broken = 0;
        foreach (var state in kept)
        {
            // In place of the run: its images' names are in its settings.
            string folder = Path.Combine(work, "after");
            Place(folder, state);
            var trial = New(folder, images, steps);
            var end = trial.Go();
            if ((end.Code == 0 ? trial.Difference(whole) : end.Errors) is not { } difference) continue;
            broken++;
            output.WriteLine($"WRONG when resumed: {difference}");
        }
        output.WriteLine($"{kept.Count} resumed to the end, {broken} otherwise than the run without loss");
        return wrong + broken;
    }

    /// <summary>Trains under the recorder, which is compiled for it.</summary>
    Trial Recorded(string root, string images, int steps, out string log)
    {
        string library = root + ".recorder.so";
        log = root + ".log";
        using (var compiler = Process.Start("cc", ["-O2", "-fPIC", "-shared", "-o", library,
            Path.Combine(AppContext.BaseDirectory, "recorder.c"), "-ldl", "-lpthread"]))
        {
            compiler.WaitForExit();
            if (compiler.ExitCode != 0) throw new InvalidOperationException("cc does not compile recorder.c.");
        }
        Directory.CreateDirectory(root);
        var trial = New(root, images, steps);
        trial.Environment["LD_PRELOAD"] = library;
        trial.Environment["RECORDER_ROOT"] = root;
        trial.Environment["RECORDER_LOG"] = log;
        var left = trial.Go();
        return left.Code == 0 ? trial : throw new InvalidOperationException($"The recorded run fails: {left.Errors}");
    }

    static long Promise(byte[] line)
    {
        const string words = "wrote checkpoint ", step = "step-";
        string text = Encoding.UTF8.GetString(line);
        return text.StartsWith(words, StringComparison.Ordinal)
            ? long.Parse(text.AsSpan(text.LastIndexOf(step, StringComparison.Ordinal) + step.Length, 8)) : 0;
    }

    static IEnumerable<SortedDictionary<string, byte[]?>> States(Disk disk, int count, Random random)
    {
        // Nothing that was not flushed; all names and no bytes, or zeros for bytes; everything, as when a process is killed.
        yield return disk.After(static () => false, static f => f.Flushed);
        yield return disk.After(static () => true, static f => f.Flushed);
        yield return disk.After(static () => true, static f => Cut(f, 0, f.Now.Length));
        yield return disk.After(static () => true, static f => f.Now);
        for (int i = 0; i < count; i++)
        {
            double chance = random.NextDouble();
            yield return disk.After(() => random.NextDouble() < chance, f => random.Next(4) switch
            {
                0 => f.Flushed,
                1 => f.Now,
                2 => Cut(f, random.Next(f.Now.Length + 1), 0),
                _ => Mixed(f, random),
            });
        }
    }

    // The first bytes are new and what was flushed follows them, then zeros up to a length.
    static byte[] Cut(FileNode file, int count, int length)
    {
        int old = Math.Min(file.Flushed.Length, file.Now.Length);
        byte[] cut = new byte[Math.Max(Math.Max(count, old), length)];
        file.Flushed.AsSpan(0, old).CopyTo(cut);
        file.Now.AsSpan(0, count).CopyTo(cut);
        return cut;
    }

    // Pages reach the disk in any order.
    static byte[] Mixed(FileNode file, Random random)
    {
        const int page = 4096;
        byte[] mixed = new byte[file.Now.Length];
        file.Flushed.AsSpan(0, Math.Min(file.Flushed.Length, mixed.Length)).CopyTo(mixed);
        for (int at = 0; at < mixed.Length; at += page)
            if (random.Next(2) == 0) file.Now.AsSpan(at, Math.Min(page, mixed.Length - at)).CopyTo(mixed.AsSpan(at));
        return mixed;
    }

    static string Key(SortedDictionary<string, byte[]?> state, long promised)
    {
        var text = new StringBuilder();
        text.Append(promised);
        foreach (var (path, bytes) in state)
        {
            var hash = new HashCode();
            hash.AddBytes(bytes);
            text.Append('|').Append(path).Append(bytes?.Length).Append(':').Append(hash.ToHashCode());
        }
        return text.ToString();
    }

    string? Fault(SortedDictionary<string, byte[]?> state, long promised)
    {
        string folder = Path.Combine(work, "look"), run = Path.Combine(folder, "run");
        Place(folder, state, "run/");
        try
        {
            if (!File.Exists(Path.Combine(run, "config.json")))
                return promised > 0 ? $"there is no run, but step {promised} was reported" : null;
            // As resuming begins.
            var open = RunFolder.Open(run);
            open.Claim().Dispose();
            TrainOptions.FromJson(File.ReadAllText(open.Config), open.Config);
            var steps = open.CheckpointSteps();
            if (steps.Count == 0) return promised > 0 ? $"there is no checkpoint, but step {promised} was reported" : null;
            // Not the newest alone: what has a checkpoint's name is one.
            foreach (long step in steps) Checkpoint.ReadState(open.Checkpoint(step));
            if (Directory.Exists(open.Best)) Checkpoint.ReadState(open.Best);
            if (steps[^1] < promised) return $"the newest checkpoint is of step {steps[^1]}, but step {promised} was reported";
            if (File.Exists(open.Scores)) Receipt.ReadAll(open.Scores);
            // The lines up to a checkpoint, of which a resumed run makes none again.
            var lines = File.Exists(open.Metrics)
                ? MetricsLog.Read(open.Metrics).Select(static r => (long)r["step"]).ToList() : [];
            for (long step = 3; step <= steps[^1]; step += 3)
                if (!lines.Contains(step)) return $"step {steps[^1]} has a checkpoint, and the log has no line of step {step}";
            return null;
        }
        catch (Exception e) when (e is TrainingException or MetricException or IOException)
        {
            return e.Message;
        }
    }

    static void Place(string folder, SortedDictionary<string, byte[]?> state, string below = "")
    {
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        Directory.CreateDirectory(folder);
        foreach (var (path, bytes) in state)
        {
            if (!path.StartsWith(below, StringComparison.Ordinal)) continue;
            string place = Path.Combine(folder, path);
            Directory.CreateDirectory(bytes is null ? place : Path.GetDirectoryName(place)!);
            if (bytes is not null) File.WriteAllBytes(place, bytes);
        }
    }
}
