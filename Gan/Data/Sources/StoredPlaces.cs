using Ssgan.Gan.Data.Containers;

namespace Ssgan.Gan.Data.Sources;

/// <summary>Looks through a place without packing what is there.</summary>
internal static class StoredPlaces
{
    /// <summary>The images of a set or a place; null where it is made, or has one file with records of its own.</summary>
    /// <exception cref="DatasetException">There is no such place, or nothing is in it.</exception>
    internal static StoredImages? List(string data, DataOptions options, CancellationToken cancellation)
    {
        try
        {
            if (DatasetCatalog.All.FirstOrDefault(d => d.Name == data) is { } named)
                return named.Kept is { } set && set.FindUnder(options.DataDirectory) is { } place
                    ? set.ListAt(place, options, cancellation) : null;
            if (Directory.Exists(data))
            {
                foreach (KeptSet kept in KeptSets.All)
                    if (kept.FindIn(data) is { } found) return kept.ListAt(found, options, cancellation);
                if (DatasetCatalog.Published.Any(p => p.FindIn(data) is not null)) return null;
                string split = options.Split.Length == 0 ? "train" : options.Split;
                string folder = KeptSets.ImageNetFolder(data, split) ?? data;
                return ContainerFactory.List(folder, options, cancellation)
                    ?? FolderSource.List(folder, FolderListing.Walk(folder, options.Cache, cancellation));
            }
            if (File.Exists(data)) return ContainerFactory.List(data, options, cancellation);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DatasetException($"The dataset {data} cannot be read: {e.Message}", e);
        }
        throw new DatasetException($"There is no dataset \"{data}\": give {DatasetFactory.Accepted}.");
    }
}
