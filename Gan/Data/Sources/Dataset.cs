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

    /// <summary>As users write it.</summary>
    internal string Name { get; }

    /// <summary>What it is, in a few words.</summary>
    internal string Description { get; }

    /// <summary>Opens it, from the data directory where it is kept as files.</summary>
    internal OpenDataset Open { get; }

    /// <summary>How it is known by its files; null where it has none.</summary>
    internal PublishedSet? Published { get; }
}

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
