using System.Diagnostics;
using System.Globalization;
using Ssgan.Engine.Serialization;
using Ssgan.Gan.Settings;
using Ssgan.Gan.Training;
using Ssgan.Runner.Terminal;

namespace Ssgan.Runner.Commands;

/// <summary>The two trainings of "verify-resume", by processes of this program's own, with a checkpoint of every step.</summary>
sealed class ResumeTrial
{
    static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(5);

    readonly Host _host;
    readonly long _from, _to;
    readonly string _whole, _killed;
    readonly string[] _begin, _passed;

    /// <param name="host">Where this program is.</param>
    /// <param name="work">An empty folder.</param>
    /// <param name="run">The run.</param>
    /// <param name="checkpoint">The checkpoint to begin from; null begins with the run's settings.</param>
    /// <param name="from">Its step.</param>
    /// <param name="steps">How many steps are trained.</param>
    /// <param name="passed">Options that are passed on.</param>
    public ResumeTrial(Host host, string work, RunFolder run, string? checkpoint, long from, int steps, string[] passed)
    {
        (_host, _from, _to, _passed) = (host, from, from + steps, passed);
        (_whole, _killed) = (Path.Combine(work, "whole"), Path.Combine(work, "killed"));
        string start = Path.Combine(work, "start");
        if (checkpoint is not null)
        {
            // A copy: a run that goes on meanwhile may let go of it.
            Directory.CreateDirectory(start);
            foreach (string file in (string[])[Checkpoint.StateFile, Checkpoint.TensorsFile])
                File.Copy(Path.Combine(checkpoint, file), Path.Combine(start, file));
        }
        // Lines and sums of several steps, so that a kill comes in the middle of some; nothing that only takes time.
        _begin =
        [
            "train", .. checkpoint is null ? (string[])["--config", run.Config] : ["--resume", start],
            "--steps", Text(_to), "--checkpoint-every", "1", "--keep-last", Text(steps), "--log-every", "3",
            "--sample-every", Text(_to), "--eval-every", "0", "--keep-best", EvaluationSettings.None, "--plain", .. passed,
        ];
    }

    /// <summary>Trains from the beginning to the end.</summary>
    /// <exception cref="TrainingException">It fails.</exception>
    public void TrainWhole() => Finish(Start([.. _begin, "--out", _whole]));

    /// <summary>Trains, and is killed after some steps and resumed.</summary>
    /// <param name="kills">How often.</param>
    /// <param name="random">Chooses the steps, and how long after one.</param>
    /// <returns>The last step of which each that was killed left a checkpoint.</returns>
    /// <exception cref="TrainingException">A process fails, or none can be killed in time.</exception>
    public IReadOnlyList<long> TrainKilled(int kills, Random random)
    {
        long[] steps = [.. Enumerable.Range(1, (int)(_to - _from) - 1).Select(i => _from + i)];
        random.Shuffle(steps);
        var left = new List<long>();
        foreach (long step in steps.Take(kills).Order())
        {
            // The one before may have come so far before it was dead.
            if (left is [.., var last] && last >= step) continue;
            using var child = Start(Next());
            if (!ComesTo(child, step)) break;
            // Somewhere in the step that follows.
            child.Process.WaitForExit(random.Next(10));
            child.Process.Kill();
            child.Process.WaitForExit();
            // One that was at its end has done all that it could.
            if (child.Process.ExitCode == ExitCode.Done) break;
            left.Add(Newest());
        }
        if (left.Count == 0)
            throw new TrainingException("The copy was at its end before it could be killed; --steps N takes more steps.");
        Finish(Start(Next()));
        return left;
    }

    string[] Next() => Directory.Exists(_killed) ? ["train", "--resume", _killed, "--plain", .. _passed]
        : [.. _begin, "--out", _killed];

    /// <summary>What differs first; null where nothing does.</summary>
    public string? FirstDifference()
    {
        RunFolder whole = RunFolder.Open(_whole), killed = RunFolder.Open(_killed);
        for (long step = _from + 1; step <= _to; step++)
        {
            foreach (string file in (string[])[Checkpoint.TensorsFile, Checkpoint.StateFile])
            {
                string mine = Path.Combine(whole.Checkpoint(step), file), other = Path.Combine(killed.Checkpoint(step), file);
                foreach (string path in (string[])[mine, other])
                {
                    if (!File.Exists(path)) return $"there is no {path}";
                }
                if (Sha256File.Of(mine) != Sha256File.Of(other)) return $"{file} of step {step} has other bytes";
            }
        }
        var parting = RunParting.Of([.. MetricsLog.Read(whole.Metrics)], [.. MetricsLog.Read(killed.Metrics)]);
        return parting.Step is { } at ? $"the losses of step {at} are others" : null;
    }

    /// <summary>Waits for a checkpoint of a step; false where the process ends before.</summary>
    bool ComesTo(Child child, long step)
    {
        while (!child.Process.WaitForExit(s_look))
        {
            if (_host.Stop.IsCancellationRequested) child.Process.Kill();
            _host.Stop.ThrowIfCancellationRequested();
            if (Newest() >= step) return true;
        }
        if (child.Process.ExitCode != ExitCode.Done) throw Failure(child);
        return false;
    }

    /// <summary>The newest checkpoint of the copy that is killed.</summary>
    long Newest() => Directory.Exists(_killed) && File.Exists(Path.Combine(_killed, "config.json"))
        && RunFolder.Open(_killed).CheckpointSteps() is [.., var step] ? step : 0;

    void Finish(Child child)
    {
        using (child)
        {
            while (!child.Process.WaitForExit(s_look))
            {
                if (_host.Stop.IsCancellationRequested) child.Process.Kill();
                _host.Stop.ThrowIfCancellationRequested();
            }
            if (child.Process.ExitCode != ExitCode.Done) throw Failure(child);
        }
    }

    static TrainingException Failure(Child child)
    {
        string? last = child.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries).LastOrDefault();
        return new($"A copy of the run does not train: {last ?? $"its exit code is {child.Process.ExitCode}."}");
    }

    Child Start(string[] arguments)
    {
        var info = new ProcessStartInfo(_host.Self[0]) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string argument in _host.Self.Skip(1).Concat(arguments)) info.ArgumentList.Add(argument);
        return new(info);
    }

    static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>A process, and what it prints, which is read lest a full pipe stop it.</summary>
    sealed class Child : IDisposable
    {
        readonly Task<string> _output, _errors;

        public Child(ProcessStartInfo info)
        {
            Process = Process.Start(info)!;
            (_output, _errors) = (Process.StandardOutput.ReadToEndAsync(), Process.StandardError.ReadToEndAsync());
        }

        public Process Process { get; }

        /// <summary>What it printed as errors, once it has ended.</summary>
        public string Errors => _errors.Result;

        public void Dispose()
        {
            // Only of a process that has ended: its ends of the pipes are closed.
            if (Process.HasExited) Task.WaitAll(_output, _errors);
            Process.Dispose();
        }
    }
}
