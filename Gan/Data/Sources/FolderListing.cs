using System.IO.Enumeration;
using Ssgan.Gan.Data.Imaging;
using Ssgan.Gan.Data.Storage;

namespace Ssgan.Gan.Data.Sources;

/// <summary>
/// The images of a folder and the folders below it, linked ones included, each once: under its own path where that lies inside,
/// else under the first link that leads to it. What a training run wrote is not among them.
/// </summary>
internal sealed class FolderListing
{
    readonly record struct Entry(string Name, bool IsFolder, bool IsLink, bool IsHidden, long Bytes, DateTime Changed);

    // As many links in one path as Linux follows.
    const int MostLinks = 40;

    readonly string _root, _realRoot, _cache;
    readonly HashSet<string> _visited = [];
    readonly SortedSet<string> _links = new(StringComparer.Ordinal);
    readonly List<Stamp.Seen> _found = [];
    readonly CancellationToken _cancellation;

    FolderListing(string folder, string cache, CancellationToken cancellation)
    {
        _root = Path.GetFullPath(folder);
        _realRoot = RealPath(_root);
        _cache = RealPath(cache);
        _cancellation = cancellation;
    }

    /// <summary>Paths relative to the folder, with forward slashes, in ordinal order: the same on every system.</summary>
    internal string[] Files { get; private set; } = [];

    internal LeftOut LeftOut { get; } = new();

    /// <summary>Of all files that were found, images or not.</summary>
    internal Stamp Stamp { get; private set; } = Stamp.Of([]);

    /// <summary>Looks through a folder; the packs in the cache folder, which may lie inside, are passed over.</summary>
    /// <exception cref="IOException">A folder cannot be listed.</exception>
    /// <exception cref="UnauthorizedAccessException">The same.</exception>
    internal static FolderListing Of(string folder, string cache, CancellationToken cancellation)
    {
        FolderListing listing = Walk(folder, cache, cancellation);
        listing.Examine();
        return listing;
    }

    /// <summary>Lists the files and opens none: for <see cref="Stamp"/>, and for <see cref="Examine"/> to go on from.</summary>
    /// <inheritdoc cref="Of"/>
    internal static FolderListing Walk(string folder, string cache, CancellationToken cancellation)
    {
        var listing = new FolderListing(folder, cache, cancellation);
        listing.Walk("", listing._realRoot);
        // Links after all folders: an image is known by its own path wherever that is inside.
        while (listing._links.Min is string link)
        {
            listing._links.Remove(link);
            string real = RealPath(listing.Full(link));
            if (listing._visited.Contains(real) || IsAbove(real, listing._realRoot)) listing.LeftOut.Loops++;
            else listing.Walk(link, real);
        }
        listing._found.Sort(static (a, b) => string.CompareOrdinal(a.Name, b.Name));
        listing.Stamp = Stamp.Of(listing._found);
        return listing;
    }

    string Full(string relative) => Path.Combine(_root, relative);

    void Walk(string relative, string real)
    {
        var folders = new Stack<(string Relative, string Real)>([(relative, real)]);
        while (folders.TryPop(out var folder))
        {
            _cancellation.ThrowIfCancellationRequested();
            if (folder.Real == _cache || !_visited.Add(folder.Real)) continue;
            string path = Full(folder.Relative);
            bool run = RunFiles.AreIn(path);
            if (run) LeftOut.Runs++;
            foreach (Entry entry in List(path))
            {
                if (run && RunFiles.Include(entry.Name)) continue;
                string name = folder.Relative.Length == 0 ? entry.Name : folder.Relative + '/' + entry.Name;
                if (entry.IsHidden) CountHidden(entry);
                // What stands for bytes that are no text; a name that does contain it can be opened.
                else if (entry.Name.Contains('\uFFFD') && !Path.Exists(Full(name)))
                {
                    if (entry.IsFolder) LeftOut.ForeignFolders++;
                    else LeftOut.ForeignNames++;
                }
                else if (!entry.IsFolder) _found.Add(Look(name, entry));
                else if (entry.IsLink && new FileInfo(Full(name)).LinkTarget is not null) _links.Add(name);
                else folders.Push((name, Path.Combine(folder.Real, entry.Name)));
            }
        }
    }

    void CountHidden(Entry entry)
    {
        if (entry.IsFolder) LeftOut.HiddenFolders++;
        else if (ImageFiles.IsNamedSo(entry.Name)) LeftOut.HiddenImages++;
    }

    // Of a link the file that it leads to counts.
    Stamp.Seen Look(string name, Entry entry)
    {
        if (!entry.IsLink) return new(name, entry.Bytes, entry.Changed);
        try
        {
            if (new FileInfo(Full(name)).ResolveLinkTarget(returnFinalTarget: true) is FileInfo { Exists: true } file)
                return new(name, file.Length, file.LastWriteTimeUtc);
        }
        catch (IOException)
        {
            // It leads round in a circle; what becomes of it is seen when it is opened.
        }
        return new(name, -1, DateTime.MinValue);
    }

    /// <summary>Sees by their first bytes which files are images.</summary>
    internal void Examine()
    {
        string[] files = [.. _found.Select(static f => f.Name)];
        var kinds = new FileKind[files.Length];
        Parallel.For(0, files.Length, new ParallelOptions { CancellationToken = _cancellation },
            i => kinds[i] = ImageFiles.Of(Full(files[i])));
        for (int i = 0; i < files.Length; i++) LeftOut.Add(files[i], kinds[i]);
        Files = [.. files.Where((_, i) => kinds[i] == FileKind.Image)];
    }

    static FileSystemEnumerable<Entry> List(string path) => new(path,
        static (ref FileSystemEntry entry) => new Entry(entry.FileName.ToString(), entry.IsDirectory,
            (entry.Attributes & FileAttributes.ReparsePoint) != 0,
            entry.IsHidden || (entry.Attributes & FileAttributes.System) != 0,
            entry.IsDirectory ? 0 : entry.Length, entry.LastWriteTimeUtc.UtcDateTime),
        new EnumerationOptions { IgnoreInaccessible = false, AttributesToSkip = 0 });

    static bool IsAbove(string folder, string inner)
    {
        string prefix = Path.EndsInDirectorySeparator(folder) ? folder : folder + Path.DirectorySeparatorChar;
        return inner.StartsWith(prefix, StringComparison.Ordinal);
    }

    // The path without any link in it, by which a folder is known again.
    static string RealPath(string path)
    {
        string full = Path.GetFullPath(path), real = Path.GetPathRoot(full)!;
        var rest = new Stack<string>();
        Push(full[real.Length..]);
        for (int links = 0; rest.TryPop(out string? part);)
        {
            if (part == "..") real = Path.GetDirectoryName(real) ?? real;
            string next = part is "" or "." or ".." ? real : Path.Combine(real, part);
            if (next == real) continue;
            if (new FileInfo(next).LinkTarget is not string target)
            {
                real = next;
                continue;
            }
            if (++links > MostLinks) throw new IOException($"{path} is behind more than {MostLinks} links.");
            if (Path.IsPathRooted(target)) real = Path.GetPathRoot(target)!;
            Push(Path.IsPathRooted(target) ? target[real.Length..] : target);
        }
        return real;

        void Push(string parts)
        {
            string[] names = parts.Split(Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar);
            for (int i = names.Length - 1; i >= 0; i--) rest.Push(names[i]);
        }
    }
}
