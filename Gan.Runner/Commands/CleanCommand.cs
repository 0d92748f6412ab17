using System.CommandLine;
using System.Text.RegularExpressions;
using Ssgan.Runner.Terminal;

namespace Ssgan.Runner.Commands;

/// <summary>"clean": shows what old files of runs take, and deletes them when told so.</summary>
static partial class CleanCommand
{
    public static Command Build(Host host)
    {
        var place = RunsCommand.Folder("A folder of runs, or a run's.");
        var keep = OptionKinds.Number<int>("--keep-last", "How many of a run's newest checkpoints stay. Default: 1.");
        var grids = OptionKinds.Switch("--grids", "Also the sheets in samples/, but the newest.");
        var features = OptionKinds.Switch("--features", "Also features of images that eval keeps for the next time.");
        var yes = OptionKinds.Switch("--yes", "Delete what is shown.");
        var command = new Command("clean", "Show which old checkpoints of runs can go; with --yes delete them. What a run keeps "
            + "as its best stays, and so does all that is not a run's own file.") { place, keep, grids, features, yes };
        command.SetAction(parsed =>
        {
            int last = parsed.Pick(keep, 1);
            if (last < 1) throw new UsageException($"--keep-last is {last}; it takes 1 or more.");
            return Run(parsed.GetValue(place) ?? RunsCommand.Place, last, parsed.GetValue(grids), parsed.GetValue(features),
                parsed.GetValue(yes), host);
        });
        return command;
    }

    static int Run(string place, int keep, bool grids, bool features, bool delete, Host host)
    {
        long bytes = 0;
        int runs = 0;
        foreach (var run in RunSummary.Find(place))
        {
            if (run.IsClaimed)
            {
                host.Out.WriteLine($"{run.Path}: is being trained, and stays as it is.");
                continue;
            }
            var plan = CleanPlan.Of(run, keep, grids);
            foreach (string foreign in plan.Foreign)
                host.Out.WriteLine($"{foreign}: stays, because it has files that are not a checkpoint's.");
            if (plan.IsEmpty) continue;
            if (delete) plan.Delete();
            host.Out.WriteLine($"{run.Path}: {plan.Describe()}, {Format.Bytes(plan.Bytes)}");
            (bytes, runs) = (bytes + plan.Bytes, runs + 1);
        }
        if (features) bytes += Features(host, delete);
        if (bytes == 0) host.Out.WriteLine("There is nothing to delete.");
        else if (delete) host.Out.WriteLine($"Deleted: {Format.Bytes(bytes)}.");
        else host.Out.WriteLine($"{Format.Bytes(bytes)} in all; nothing is deleted yet, --yes does it.");
        return ExitCode.Done;
    }

    static long Features(Host host, bool delete)
    {
        if (host.FeatureFolder is not { } folder || !Directory.Exists(folder)) return 0;
        FileInfo[] files = [.. new DirectoryInfo(folder).EnumerateFiles().Where(static f => FeatureName().IsMatch(f.Name))];
        long bytes = files.Sum(static f => f.Length);
        if (files.Length > 0)
            host.Out.WriteLine($"{folder}: features of {CleanPlan.Count(files.Length, "set")} of images, {Format.Bytes(bytes)}");
        if (delete) foreach (var file in files) file.Delete();
        return bytes;
    }

    [GeneratedRegex(@"^[0-9a-f]{24}\.features$")]
    private static partial Regex FeatureName();
}
