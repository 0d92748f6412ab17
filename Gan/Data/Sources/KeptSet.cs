using Ssgan.Gan.Data.Containers;
using Ssgan.Gan.Data.Storage;

namespace Ssgan.Gan.Data.Sources;

/// <summary>Looks through what lies at a place.</summary>
internal delegate StoredImages ListImages(string path, string split, DataOptions options, CancellationToken cancellation);

/// <summary>A set that users fetch themselves and that is read as it is published, packed like a folder of images.</summary>
/// <param name="Name">As users write it.</param>
/// <param name="Folder">The subfolder of the data directory that it may lie in.</param>
/// <param name="Files">What is to be put there, for messages.</param>
/// <param name="Splits">Its parts, the one first that is taken where none is asked for.</param>
/// <param name="FindIn">What is to be opened of the set in a folder; null where it is not there.</param>
/// <param name="FilesOf">Of what was found, the files that decide what is read.</param>
/// <param name="List">Looks through what was found.</param>
internal sealed record KeptSet(string Name, string Folder, string Files, string[] Splits, Func<string, string?> FindIn,
    Func<string, IEnumerable<string>> FilesOf, ListImages List)
{
    /// <summary>Whether images can be labelled by an attribute.</summary>
    internal bool HasAttributes { get; init; }

    /// <summary>What there is of it in a data directory; null for nothing.</summary>
    internal string? FindUnder(string dataDirectory) =>
        FindIn(Path.Combine(dataDirectory, Folder)) ?? FindIn(dataDirectory);

    /// <summary>From the data directory.</summary>
    internal IImageSource Open(int size, DataOptions options, CancellationToken cancellation) =>
        OpenAt(FindUnder(options.DataDirectory) ?? throw new DatasetException($"{Name} is not in "
            + $"{Path.GetFullPath(options.DataDirectory)}: put {Files} there, or into its folder {Folder}."),
            size, options, cancellation);

    /// <summary>Looks through what was found.</summary>
    internal StoredImages ListAt(string path, DataOptions options, CancellationToken cancellation) =>
        List(path, SplitOf(options), options, cancellation);

    string SplitOf(DataOptions options)
    {
        string split = options.Split.Length == 0 ? Splits[0] : options.Split;
        if (!Splits.Contains(split)) throw new DatasetException($"--split {split}: {Name} has {string.Join(", ", Splits)}.");
        if (options.Attribute.Length > 0 && !HasAttributes)
            throw new DatasetException($"--attribute {options.Attribute}: images of {Name} have no attributes.");
        return split;
    }

    /// <summary>What was found.</summary>
    internal IImageSource OpenAt(string path, int size, DataOptions options, CancellationToken cancellation)
    {
        string split = SplitOf(options);
        return PackedSource.Open(Name, $"{Path.GetFullPath(path)}\0{split} {options.Attribute}", Stamp.OfFiles(FilesOf(path)),
            () => List(path, split, options, cancellation), size, options, cancellation);
    }
}
