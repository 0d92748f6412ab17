using System.CommandLine;
using Ssgan.Engine.Serialization;
using Ssgan.Gan.Settings;
using Ssgan.Gan.Training;
using Ssgan.Runner.Terminal;
using Ssgan.Runner.Views;

namespace Ssgan.Runner.Commands;

/// <summary>"compare": what of several runs differs, and from where on.</summary>
static class CompareCommand
{
    public static Command Build(Host host)
    {
        var places = new Argument<string[]>("RUN")
        {
            Description = "Folders of runs, or files of receipts (.jsonl).", Arity = ArgumentArity.OneOrMore,
        };
        var plot = OptionKinds.Text("--plot", "FILE.png",
            "Draw losses of all runs on one plot each, and scores that runs have at several steps.");
        var command = new Command("compare", "Put runs side by side: settings that differ, the step where they part, and scores "
            + "if they were computed alike.") { places, plot };
        command.SetAction(parsed =>
        {
            string[] names = parsed.GetValue(places)!;
            if (names.Length < 2) throw new UsageException("compare takes at least two runs or files of receipts.");
            if (parsed.GetValue(plot) is { } file) OptionKinds.CheckPng("--plot", file);
            return Run([.. names.Select(ComparedRun.Read)], parsed.GetValue(plot), host);
        });
        return command;
    }

    static int Run(IReadOnlyList<ComparedRun> runs, string? plot, Host host)
    {
        ComparedRun[] trained = [.. runs.Where(static r => r.Folder is not null)];
        if (trained.Length > 1)
        {
            var differences = ComparedRun.Differences(trained);
            if (differences.Count == 0) host.Out.WriteLine("All settings are the same.");
            else
            {
                TextTable.Print(host.Out, ["setting", .. trained.Select(static r => r.Name)],
                    differences.Select(static d => (string[])[d.Name, .. d.Values]));
            }
            foreach (var other in trained.Skip(1))
            {
                host.Out.WriteLine(RunParting.Of(trained[0].Log, other.Log).Describe(trained[0].Name, other.Name));
                if (Checkpoints(trained[0].Folder!, other.Folder!) is { } sentence) host.Out.WriteLine(sentence);
            }
        }
        if (plot is not null) Plot(runs, plot, host);
        var (alike, refused) = ScoreComparison.Print(runs, host);
        if (alike == 0 && (refused > 0 || trained.Length < runs.Count))
        {
            throw new TrainingException(refused > 0 ? "No score of these was computed alike, so no scores can be compared."
                : "These have no score in common.");
        }
        foreach (var run in trained.Where(static r => r.Receipts.Count == 0))
            host.Out.WriteLine($"{run.Name} has no scores yet; ssgan eval --checkpoint {run.Name} computes some.");
        return ExitCode.Done;
    }

    /// <summary>A sentence on the newest checkpoint of a step that both have; null where there is none.</summary>
    static string? Checkpoints(RunFolder mine, RunFolder other)
    {
        long[] common = [.. mine.CheckpointSteps().Intersect(other.CheckpointSteps())];
        if (common.Length == 0) return null;
        bool same = Hash(mine) == Hash(other);
        return $"Their checkpoints of step {common[^1]} have {(same ? "the same bytes" : "other tensors")}.";

        // Of the file itself: what its state says of it is another file's word.
        string Hash(RunFolder run) => Sha256File.Of(Path.Combine(run.Checkpoint(common[^1]), Checkpoint.TensorsFile));
    }

    static void Plot(IReadOnlyList<ComparedRun> runs, string file, Host host)
    {
        var drawn = ComparisonPlot.Save([.. runs.Select(static r => (r.Name, r.Log, r.Receipts))], file);
        host.Out.WriteLine(drawn.Count > 0 ? $"{file}: {string.Join(", ", drawn)} by step."
            : $"There is nothing to draw for {file}: no loss was logged, and no score computed alike, at two steps or more of "
                + "each.");
    }
}
