using Ssgan.Gan.Data.Storage;

namespace Ssgan.Gan.Data.Sources;

/// <summary>Opens a set at a size.</summary>
internal delegate IImageSource OpenDataset(int size, DataOptions options, CancellationToken cancellation);

/// <summary>Opens what lies at a path at a size.</summary>
internal delegate IImageSource OpenPlace(string path, int size, DataOptions options, CancellationToken cancellation);

/// <summary>A data set that has a name.</summary>
internal sealed class Dataset
{
    /// <summary>A set that is made and not read.</summary>
    internal Dataset(string name, string description, OpenDataset open)
    {
        Name = name;
        Description = description;
        Open = open;
    }

    /// <summary>A set that is published as an archive.</summary>
    internal Dataset(string name, string description, PublishedSet published) : this(name, description, published.Open) =>
        Published = published;

    /// <summary>A set that users fetch themselves.</summary>
    internal Dataset(string name, string description, KeptSet kept) : this(name, description, kept.Open) => Kept = kept;

    /// <summary>As users write it.</summary>
    internal string Name { get; }

    /// <summary>Where it comes from, under which terms, how large it is; null where it is made.</summary>
    internal DatasetOrigin? Origin { get; init; }

    /// <summary>What it is, in a few words.</summary>
    internal string Description { get; }

    /// <summary>Opens it, from the data directory where it is kept as files.</summary>
    internal OpenDataset Open { get; }

    /// <summary>How it is known by its files; null where it has none.</summary>
    internal PublishedSet? Published { get; }

    /// <summary>How it is found where users put it; null where it is not such a set.</summary>
    internal KeptSet? Kept { get; }

    /// <summary>Its parts; empty where it has none to choose from.</summary>
    internal string[] Splits { get; init; } = [];

    /// <summary>How it is found where neither of these says; null where that is not needed.</summary>
    internal Func<string, string?>? FindFiles { get; init; }

    /// <summary>What there is of it in a data directory; null for nothing.</summary>
    internal string? FindUnder(string dataDirectory) => FindFiles is not null ? FindFiles(dataDirectory) : Kept is not null
        ? Kept.FindUnder(dataDirectory)
        : Published is null ? null
        : Published.FindIn(dataDirectory)
            ?? (File.Exists(Path.Combine(dataDirectory, Published.Archive.FileName))
                ? Path.Combine(dataDirectory, Published.Archive.FileName) : null);
}

/// <summary>Where a set comes from.</summary>
/// <param name="Address">Of its publisher.</param>
/// <param name="Licence">Its terms, as the publisher states them.</param>
/// <param name="Size">About how much is fetched.</param>
internal sealed record DatasetOrigin(string Address, string Licence, string Size);

/// <summary>An archive that is published, read as it is or unpacked.</summary>
/// <param name="Archive">What is downloaded.</param>
/// <param name="MaxUnpackedBytes">More than the archive unpacks to.</param>
/// <param name="FindIn">What is to be opened of the set in a folder or its subfolder of the archive's name; null where nothing is
/// there.</param>
/// <param name="OpenUnpacked">Opens what was found.</param>
/// <param name="Owns">Whether an entry of an archive shows that the archive is of this set.</param>
/// <param name="OpenArchive">Opens an archive of the set.</param>
internal sealed record PublishedSet(RemoteArchive Archive, long MaxUnpackedBytes, Func<string, string?> FindIn,
    OpenPlace OpenUnpacked, Func<string, bool> Owns, OpenPlace OpenArchive)
{
    /// <summary>From the data directory, downloaded if need be.</summary>
    internal IImageSource Open(int size, DataOptions options, CancellationToken cancellation) =>
        FindIn(options.DataDirectory) is string found
            ? OpenUnpacked(found, size, options, cancellation)
            : OpenArchive(DatasetDownload.Find(Archive, options, cancellation), size, options, cancellation);
}
