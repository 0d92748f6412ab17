using System.CommandLine;

namespace Ssgan.Runner.Commands;

/// <summary>What to do about a file or folder that the system keeps from this program.</summary>
static class DeniedPath
{
    const int ReadOnlyFileSystem = 30; // EROFS on Linux and macOS.

    /// <summary>The failure's sentence, and after it what helps where access was denied.</summary>
    public static string Explain(Exception failure, ParseResult parsed)
    {
        for (Exception? e = failure; e is not null; e = e.InnerException)
        {
            bool readOnly = e is IOException && e.HResult == ReadOnlyFileSystem && !OperatingSystem.IsWindows();
            if (e is not UnauthorizedAccessException && !readOnly) continue;
            string? path = Quoted(e.Message), option = path is null ? null : Culprit(path, parsed);
            // A run that cannot be written where it lies goes on elsewhere.
            string? elsewhere = option == "--resume" ? "--out" : option;
            string other = elsewhere is null ? "name another place" : $"name another place with {elsewhere}";
            return $"{failure.Message.TrimEnd('.')}; "
                + $"{(readOnly ? "" : $"give this user the right to {Right(option)} there, or ")}{other}.";
        }
        return failure.Message;
    }

    static string Right(string? option) => option is "--data" or "--checkpoint" ? "read" : "read and write";

    /// <summary>The option whose place, given or default, holds the path or lies in it.</summary>
    static string? Culprit(string path, ParseResult parsed)
    {
        var places = parsed.CommandResult.Command.Options.OfType<Option<string>>()
            .Where(o => o.HelpName is { } kind
                && (kind.Contains("DIR", StringComparison.Ordinal) || kind.Contains("FILE", StringComparison.Ordinal)))
            .Select(o => (o.Name, Place: parsed.Has(o)
                ? parsed.GetValue(o) : o.Name switch { "--out" => "runs", "--data-dir" => "data", _ => null }))
            .Where(static o => !string.IsNullOrWhiteSpace(o.Place));
        string denied = Path.GetFullPath(path);
        return places.Where(o => Holds(Path.GetFullPath(o.Place!), denied)).Select(static o => o.Name).FirstOrDefault()
            ?? places.Where(o => Holds(denied, Path.GetFullPath(o.Place!))).Select(static o => o.Name).FirstOrDefault();
    }

    static bool Holds(string folder, string path)
    {
        string inside = Path.GetRelativePath(folder, path);
        return inside != ".." && !inside.StartsWith(".." + Path.DirectorySeparatorChar, StringComparison.Ordinal)
            && !Path.IsPathRooted(inside);
    }

    /// <summary>What stands in a message's single quotes: the runtime puts the path there.</summary>
    static string? Quoted(string message)
    {
        int first = message.IndexOf('\'', StringComparison.Ordinal), last = message.LastIndexOf('\'');
        return last > first + 1 ? message[(first + 1)..last] : null;
    }
}
