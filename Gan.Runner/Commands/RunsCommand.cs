using System.CommandLine;
using Ssgan.Runner.Terminal;
using Ssgan.Runner.Views;

namespace Ssgan.Runner.Commands;

/// <summary>"runs": what there is, how far it is, and what it takes.</summary>
static class RunsCommand
{
    /// <summary>Where runs are unless another place is named.</summary>
    public const string Place = "runs";

    public static Command Build(Host host)
    {
        var place = Folder("A folder of runs, or a run's.");
        var command = new Command("runs", "List runs: how far they are, their last losses and scores, and their use of the disk.")
        {
            place,
        };
        command.SetAction(parsed =>
        {
            string folder = parsed.GetValue(place) ?? Place;
            var runs = RunSummary.Find(folder).Select(RunSummary.Of).ToList();
            if (runs.Count == 0)
            {
                host.Out.WriteLine($"There are no runs in {folder}.");
                return ExitCode.Done;
            }
            TextTable.Print(host.Out, RunSummary.Titles, runs.Select(static r => r.Cells));
            host.Out.WriteLine($"{runs.Count} run{(runs.Count == 1 ? "" : "s")}, {Format.Bytes(runs.Sum(static r => r.Bytes))}; "
                + $"ssgan clean {folder} shows what of it can go.");
            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>The argument of commands on a folder of runs.</summary>
    public static Argument<string> Folder(string description) => new("DIR")
    {
        Description = $"{description} Default: {Place}.", Arity = ArgumentArity.ZeroOrOne,
    };
}
