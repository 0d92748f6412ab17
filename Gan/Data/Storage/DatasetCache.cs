namespace Ssgan.Gan.Data.Storage;

/// <summary>A file of the cache.</summary>
public sealed class CachedFile
{
    internal CachedFile(string path, long bytes, string contents) => (Path, Bytes, Contents) = (path, bytes, contents);

    /// <summary>Where it is.</summary>
    public string Path { get; }

    /// <summary>Its size.</summary>
    public long Bytes { get; }

    /// <summary>What it is, in a few words.</summary>
    public string Contents { get; }
}

/// <summary>What <see cref="DataOptions.CacheDirectory"/> holds: all of it can be made again.</summary>
public static class DatasetCache
{
    /// <summary>The files of a cache, the largest first; files of others, which may lie there, are not among them.</summary>
    /// <exception cref="IOException">The folder cannot be read.</exception>
    public static IReadOnlyList<CachedFile> List(string folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        if (!Directory.Exists(folder)) return [];
        return [.. new DirectoryInfo(folder).EnumerateFiles().Select(Describe).OfType<CachedFile>()
            .OrderByDescending(static f => f.Bytes).ThenBy(static f => f.Path, StringComparer.Ordinal)];
    }

    /// <summary>Deletes files of a cache.</summary>
    /// <exception cref="IOException">One cannot be deleted; those before it are.</exception>
    public static void Delete(IEnumerable<CachedFile> files)
    {
        ArgumentNullException.ThrowIfNull(files);
        foreach (CachedFile file in files) File.Delete(file.Path);
    }

    /// <summary>Moves a cache's files to another folder, also on another disk. Files that are there already are kept.</summary>
    /// <exception cref="IOException">One cannot be moved; it is whole in one of the two.</exception>
    public static void Move(string from, string to)
    {
        ArgumentNullException.ThrowIfNull(from);
        ArgumentNullException.ThrowIfNull(to);
        if (Path.GetFullPath(from) == Path.GetFullPath(to)) return;
        Directory.CreateDirectory(to);
        foreach (CachedFile file in List(from))
        {
            string target = Path.Combine(to, Path.GetFileName(file.Path));
            if (File.Exists(target)) File.Delete(file.Path);
            else Move(new FileInfo(file.Path), target);
        }
    }

    // Between disks the system copies: under another name, so that a copy that is stopped is no pack.
    static void Move(FileInfo file, string target)
    {
        DateTime changed = file.LastWriteTimeUtc;
        string temporary = target + ".moving";
        file.MoveTo(temporary, overwrite: true);
        // A pack is known again by its time, which not every file system copies to the same digit.
        File.SetLastWriteTimeUtc(temporary, changed);
        File.Move(temporary, target);
    }

    static CachedFile? Describe(FileInfo file)
    {
        string name = file.Name;
        string? contents = name.EndsWith(PartialPack.Ending, StringComparison.Ordinal)
            || name.EndsWith(PartialPack.LogEnding, StringComparison.Ordinal) ? "a packing that was stopped"
            : name.EndsWith(KnownPack.Ending, StringComparison.Ordinal) ? "a note of what a place held"
            : !name.EndsWith(".pack", StringComparison.Ordinal) ? null
            : name.EndsWith($".v{PackFile.Version}.pack", StringComparison.Ordinal) ? PackFile.Describe(file.FullName)
            : "images, packed by another version";
        return contents is null ? null : new(file.FullName, file.Length, contents);
    }
}
