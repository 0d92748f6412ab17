using Ssgan.Gan.Data.Imaging;

namespace Ssgan.Gan.Data.Sources;

/// <summary>Counts what of a folder is not taken, for one sentence.</summary>
internal sealed class LeftOut
{
    const int NamedEndings = 5;

    readonly Dictionary<string, int> _others = [], _special = [], _unreadable = [];

    /// <summary>Folders of runs whose samples were not looked at.</summary>
    internal int Runs { get; set; }

    internal int HiddenImages { get; set; }

    internal int HiddenFolders { get; set; }

    internal int ForeignNames { get; set; }

    internal int ForeignFolders { get; set; }

    /// <summary>Links to folders that are there already, or that lie above.</summary>
    internal int Loops { get; set; }

    int _sheets;

    internal void Add(string name, FileKind kind)
    {
        if (kind == FileKind.Sheet) _sheets++;
        var counts = kind switch
        {
            FileKind.Other => _others,
            FileKind.Special => _special,
            FileKind.Unreadable => _unreadable,
            _ => null,
        };
        if (counts is null) return;
        string ending = Path.GetExtension(name).ToLowerInvariant();
        counts[ending] = counts.GetValueOrDefault(ending) + 1;
    }

    /// <summary>"3 .heic and 1 .txt (not PNG, JPEG, WebP or BMP)"; null where nothing was left out.</summary>
    internal string? Describe()
    {
        var parts = new List<string>();
        if (_others.Count > 0) parts.Add($"{Endings(_others)} (not PNG, JPEG, WebP or BMP)");
        if (_unreadable.Count > 0) parts.Add($"{Endings(_unreadable)} (cannot be opened)");
        if (_special.Count > 0) parts.Add($"{Endings(_special)} (pipes, sockets or devices)");
        if (ForeignNames > 0) parts.Add($"{Count(ForeignNames, "file")} not named in UTF-8 (rename to take)");
        if (ForeignFolders > 0)
            parts.Add($"{Count(ForeignFolders, "folder")} not named in UTF-8, with all inside (rename to take)");
        if (HiddenImages > 0) parts.Add(Count(HiddenImages, "hidden image"));
        if (HiddenFolders > 0) parts.Add(Count(HiddenFolders, "hidden folder"));
        if (Runs > 0) parts.Add($"what {Count(Runs, "training run")} wrote");
        if (_sheets > 0) parts.Add($"{Count(_sheets, "sheet")} that ssgan drew");
        if (Loops > 0) parts.Add($"{Count(Loops, "link")} to folders that are there already or lie above");
        return parts.Count == 0 ? null : string.Join("; ", parts);
    }

    static string Count(int count, string what) => $"{count} {what}{(count == 1 ? "" : "s")}";

    static string Endings(Dictionary<string, int> counts)
    {
        var sorted = counts.OrderByDescending(static c => c.Value).ThenBy(static c => c.Key, StringComparer.Ordinal).ToList();
        var named = sorted.Take(NamedEndings)
            .Select(static c => $"{c.Value} {(c.Key.Length == 0 ? "without an ending" : c.Key)}").ToList();
        int rest = sorted.Skip(NamedEndings).Sum(static c => c.Value);
        if (rest > 0) named.Add($"{rest} with {sorted.Count - NamedEndings} other endings");
        return named.Count == 1 ? named[0] : $"{string.Join(", ", named.SkipLast(1))} and {named[^1]}";
    }
}
