namespace Ssgan.Gan.Data;

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
        if ((kind switch { FileKind.Other => _others, FileKind.Special => _special, FileKind.Unreadable => _unreadable, _ => null }) is not { } counts) return;
        string ending = Path.GetExtension(name).ToLowerInvariant();
        counts[ending] = counts.GetValueOrDefault(ending) + 1;
    }

    /// <summary>"Left out of photos: 3 .heic and 1 .txt (not PNG, JPEG, WebP or BMP)."; null where nothing was.</summary>
    internal string? Describe(string folder)
    {
        var parts = new List<string>();
        if (_others.Count > 0) parts.Add($"{Endings(_others)} (not PNG, JPEG, WebP or BMP)");
        if (_unreadable.Count > 0) parts.Add($"{Endings(_unreadable)} (cannot be opened)");
        if (_special.Count > 0) parts.Add($"{Endings(_special)} (pipes, sockets or devices)");
        if (ForeignNames > 0) parts.Add($"{Files(ForeignNames)} whose names are not valid UTF-8");
        if (ForeignFolders > 0) parts.Add($"{Folders(ForeignFolders)} whose names are not valid UTF-8, with all they hold");
        if (HiddenImages > 0) parts.Add($"{HiddenImages} hidden image{(HiddenImages == 1 ? "" : "s")}");
        if (HiddenFolders > 0) parts.Add($"{HiddenFolders} hidden folder{(HiddenFolders == 1 ? "" : "s")}");
        if (Runs > 0) parts.Add($"what {Runs} training run{(Runs == 1 ? "" : "s")} wrote");
        if (_sheets > 0) parts.Add($"{_sheets} sheet{(_sheets == 1 ? "" : "s")} that ssgan drew");
        if (Loops > 0) parts.Add($"{Loops} link{(Loops == 1 ? "" : "s")} to folders that are there already or lie above");
        return parts.Count == 0 ? null : $"Left out of {folder}: {string.Join("; ", parts)}.";
    }

    static string Files(int count) => $"{count} file{(count == 1 ? "" : "s")}";

    static string Folders(int count) => $"{count} folder{(count == 1 ? "" : "s")}";

    static string Endings(Dictionary<string, int> counts)
    {
        var sorted = counts.OrderByDescending(static c => c.Value).ThenBy(static c => c.Key, StringComparer.Ordinal).ToList();
        var named = sorted.Take(NamedEndings).Select(static c => $"{c.Value} {(c.Key.Length == 0 ? "without an ending" : c.Key)}").ToList();
        int rest = sorted.Skip(NamedEndings).Sum(static c => c.Value);
        if (rest > 0) named.Add($"{rest} with {sorted.Count - NamedEndings} other endings");
        return named.Count == 1 ? named[0] : $"{string.Join(", ", named.SkipLast(1))} and {named[^1]}";
    }
}
