using System.CommandLine;
using Ssgan.Gan.Data.Sources;
using Ssgan.Gan.Data.Storage;
using Ssgan.Runner.Terminal;

namespace Ssgan.Runner.Commands;

/// <summary>"data": the sets that have names, and the cache of packed images.</summary>
static class DataCommand
{
    public static Command Build(Host host)
    {
        var directory = OptionKinds.Text("--data-dir", "DIR", "Where named data sets are kept. Default: data.");
        var clean = OptionKinds.Switch("--clean", "List the cache's files, which can all be made again; with --yes delete them.");
        var yes = OptionKinds.Switch("--yes", "Delete what --clean lists.");
        var move = OptionKinds.Text("--move", "DIR", "Move the cache's files there, into its folder cache.");
        var command = new Command("data",
            "List the data sets that have names: where they come from, their terms, whether they are here; and the cache.")
        {
            directory, clean, yes, move,
        };
        command.SetAction(parsed =>
        {
            string data = parsed.Pick(directory, "data"), cache = Path.Combine(data, "cache");
            bool cleans = parsed.GetValue(clean), sure = parsed.GetValue(yes);
            if (sure && !cleans) throw new UsageException("--yes goes with --clean.");
            if (cleans && parsed.Has(move)) throw new UsageException("--clean and --move do not go together.");
            if (cleans) Clean(host.Out, cache, sure);
            else if (parsed.Has(move)) Move(host.Out, cache, parsed.GetValue(move)!);
            else List(host.Out, data, cache);
            return ExitCode.Done;
        });
        return command;
    }

    static void List(TextWriter output, string data, string cache)
    {
        foreach (var set in DatasetFactory.Sets)
        {
            output.WriteLine($"{set.Name,-14} {set.Description}");
            if (set.Address is null) continue;
            string here = DatasetFactory.Find(set.Name, data) is { } place ? $"here: {place}" : $"not in {data}";
            output.WriteLine($"{"",-14} {set.Address}, {set.Size}; terms: {set.Licence}; {here}");
        }
        var files = DatasetCache.List(cache);
        output.WriteLine(files.Count == 0 ? $"No images are packed in {cache}."
            : $"Packed in {cache}: {Format.Bytes(files.Sum(static f => f.Bytes))} in {Files(files.Count)}; ssgan data --clean "
                + "lists them.");
    }

    static void Clean(TextWriter output, string cache, bool sure)
    {
        var files = DatasetCache.List(cache);
        foreach (var file in files)
            output.WriteLine($"{Format.Bytes(file.Bytes),10}  {Path.GetFileName(file.Path)}  {file.Contents}");
        string all = $"{Files(files.Count)} of {Format.Bytes(files.Sum(static f => f.Bytes))} in {cache}";
        if (sure) DatasetCache.Delete(files);
        output.WriteLine(files.Count == 0 ? $"Nothing to delete in {cache}."
            : sure ? $"Deleted {all}." : $"--yes would delete {all}; the next start packs what it needs again.");
    }

    static void Move(TextWriter output, string cache, string to)
    {
        var files = DatasetCache.List(cache);
        string target = Path.Combine(to, "cache");
        DatasetCache.Move(cache, target);
        output.WriteLine($"Moved {Files(files.Count)} of {Format.Bytes(files.Sum(static f => f.Bytes))} to {target}; "
            + $"--data-dir {to} uses them.");
    }

    static string Files(int count) => $"{count} file{(count == 1 ? "" : "s")}";
}
