using Ssgan.Gan.Data.Containers;
using Ssgan.Gan.Data.Imaging;

namespace Ssgan.Gan.Data.Sources;

/// <summary>The image files of a folder and the folders below it.</summary>
internal sealed class FolderImages(string folder, FolderListing listing) : StoredImages
{
    internal override string Place => folder;

    internal override int Count => listing.Files.Length;

    internal override string? LeftOut { get; } = listing.LeftOut.Describe();

    internal override string NameOf(int index) => listing.Files[index];

    internal override byte[] Read(int index)
    {
        string path = Path.Combine(folder, listing.Files[index]);
        if (new FileInfo(path).Length > ImageDecoder.MaxFileBytes)
            throw new DatasetException($"is above {ImageDecoder.MaxFileBytes >> 20} MB");
        return File.ReadAllBytes(path);
    }
}
