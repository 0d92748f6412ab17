using Ssgan.Gan.Data.Storage;

namespace Ssgan.Gan.Data.Sources;

/// <summary>Opens a dataset by its name or its place.</summary>
public static class DatasetFactory
{
    // The kind of an archive shows in its first names; one of anything else is not worth unpacking to its end.
    const int EntriesLookedAt = 32;

    /// <summary>The names that <see cref="Open"/> knows; the first is the default.</summary>
    public static IReadOnlyList<string> Names => DatasetCatalog.Names;

    /// <summary>The sets that have names, in their order.</summary>
    public static IReadOnlyList<DatasetInfo> Sets { get; } = [.. DatasetCatalog.All.Select(static d => new DatasetInfo(d))];

    /// <summary>What there is of a set in a data directory: a file or a folder; null for nothing.</summary>
    /// <exception cref="ArgumentException">No set has the name.</exception>
    public static string? Find(string name, string dataDirectory)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(dataDirectory);
        var set = DatasetCatalog.All.FirstOrDefault(d => d.Name == name)
            ?? throw new ArgumentException($"There is no dataset \"{name}\" among {string.Join(", ", Names)}.", nameof(name));
        return set.FindUnder(dataDirectory);
    }

    /// <summary>What <see cref="Open"/> accepts, for messages.</summary>
    public static string Accepted { get; } = $"{string.Join(", ", Names)}, {Places}";

    /// <summary>The same with what each set is, for help texts.</summary>
    public static string Described { get; } =
        $"{string.Join(", ", DatasetCatalog.All.Select(static d => $"{d.Name} ({d.Description})"))}, {Places}";

    static string Places => "a folder of images, a .zip or .tar of them, a folder of such .tar files, "
        + "a folder with LMDB's data.mdb, or the archive of a set ("
        + $"{string.Join(", ", DatasetCatalog.Published.Select(static p => p.Archive.FileName))}) or the folder in it";

    /// <summary>
    /// Opens a set at a size: one of <see cref="Names"/>, the first where none is given, from the data directory, downloaded if
    /// need be; otherwise a folder or an archive, whose kind shows in its contents. Images of another size are resized.
    /// </summary>
    /// <exception cref="ArgumentException">The size is outside what the set allows.</exception>
    /// <exception cref="DatasetException">There is no such set, or it is missing, damaged or unreadable.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static IImageSource Open(string? nameOrPath, int size, DataOptions options, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        string data = string.IsNullOrEmpty(nameOrPath) ? Names[0] : nameOrPath;
        try
        {
            if (DatasetCatalog.All.FirstOrDefault(d => d.Name == data) is { } named)
            {
                if (named.Kept is null) Refuse(data, named.Splits, options);
                return named.Open(size, options, cancellation);
            }
            if (Directory.Exists(data)) return OpenFolder(data, size, options, cancellation);
            if (File.Exists(data)) return OpenArchive(data, size, options, cancellation);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DatasetException($"The dataset {data} cannot be read: {e.Message}", e);
        }
        // U+FFFD stands for bytes that are no text, and .NET opens no path that holds such.
        if (Path.GetFullPath(data).Contains('\uFFFD'))
            throw new DatasetException(
                $"The folder {Path.GetFullPath(data)} is not named in UTF-8 and cannot be opened; rename it.");
        throw new DatasetException($"There is no dataset \"{data}\": give {Accepted}.");
    }

    static IImageSource OpenFolder(string folder, int size, DataOptions options, CancellationToken cancellation)
    {
        foreach (KeptSet set in KeptSets.All)
            if (set.FindIn(folder) is string found) return set.OpenAt(found, size, options, cancellation);
        string split = options.Split.Length == 0 ? "train" : options.Split;
        if (KeptSets.ImageNetFolder(folder, split) is string photos)
        {
            Refuse(folder, ["train", "val"], options);
            return FolderSource.Open(photos, size, options, cancellation);
        }
        Refuse(folder, [], options);
        foreach (PublishedSet set in DatasetCatalog.Published)
            if (set.FindIn(folder) is string found) return set.OpenUnpacked(found, size, options, cancellation);
        return ContainerFactory.Open(folder, size, options, cancellation)
            ?? FolderSource.Open(folder, size, options, cancellation);
    }

    /// <summary>Says which of the options of other sets is none of this one's.</summary>
    static void Refuse(string name, string[] splits, DataOptions options)
    {
        if (options.Split.Length > 0 && !splits.Contains(options.Split))
            throw new DatasetException($"--split {options.Split}: {name} has "
                + $"{(splits.Length == 0 ? "no parts to choose from" : string.Join(", ", splits))}.");
        if (options.Attribute.Length > 0)
            throw new DatasetException($"--attribute {options.Attribute}: images of {name} have no attributes.");
    }

    static IImageSource OpenArchive(string path, int size, DataOptions options, CancellationToken cancellation)
    {
        if (KeptSets.Celeba.FindIn(Path.GetDirectoryName(Path.GetFullPath(path))!) == Path.GetFullPath(path))
            return KeptSets.Celeba.OpenAt(path, size, options, cancellation);
        Refuse(path, [], options);
        if (ContainerFactory.Open(path, size, options, cancellation) is { } images) return images;
        if (!path.EndsWith(".tar.gz", StringComparison.OrdinalIgnoreCase)
            && !path.EndsWith(".tgz", StringComparison.OrdinalIgnoreCase))
        {
            throw new DatasetException(OtherVersion.Of(path) is string version ? $"{path} is from {version}"
                : $"The file {path} is no dataset: give {Accepted}.");
        }
        PublishedSet? owner = null;
        using (TarGz tar = TarGz.Open(path, DatasetCatalog.Published.Max(static set => set.MaxUnpackedBytes)))
        {
            for (int entries = 0; entries < EntriesLookedAt && owner is null && tar.Next(); entries++)
            {
                cancellation.ThrowIfCancellationRequested();
                owner = DatasetCatalog.Published.FirstOrDefault(set => set.Owns(tar.Name));
                if (owner is null && OtherVersion.Of(tar.Name) is string other)
                    throw new DatasetException($"{path} holds {other}");
            }
        }
        if (owner is not null) return owner.OpenArchive(path, size, options, cancellation);
        IEnumerable<string> known = DatasetCatalog.Published.Select(static set => set.Archive.Dataset);
        throw new DatasetException($"The archive {path} holds neither {string.Join(" nor ", known)}.");
    }
}
