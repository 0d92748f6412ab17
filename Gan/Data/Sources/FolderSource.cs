using Ssgan.Gan.Data.Imaging;

namespace Ssgan.Gan.Data.Sources;

/// <summary>
/// The PNG, JPEG, WebP and BMP images of a folder and the folders below it, cropped to centred squares and resized; the first
/// bytes of a file decide, whatever its name. Linked folders are followed, each image once; hidden files, sheets and folders of
/// training runs are left out, and <see cref="DataOptions.Notice"/> is told what was. Images are decoded once into a pack in the
/// cache directory, found again by a hash over names and contents; they come in ordinal order of their paths.
/// </summary>
public sealed class FolderSource : IImageSource
{
    readonly PackedSource _images;

    FolderSource(PackedSource images) => _images = images;

    /// <inheritdoc/>
    public string Name => _images.Name;

    /// <inheritdoc/>
    public long? Count => _images.Count;

    /// <inheritdoc/>
    public int Size => _images.Size;

    /// <inheritdoc/>
    public string ContentHash => _images.ContentHash;

    /// <summary>
    /// The names of the subfolders of the first level, in ordinal order, where every image lies in one or deeper; else none.
    /// </summary>
    public IReadOnlyList<string> Classes => _images.Classes;

    /// <summary>Files that were left out, each with the reason; empty unless <see cref="DataOptions.SkipBad"/> was set.</summary>
    public IReadOnlyList<string> Skipped => _images.Skipped;

    /// <summary>The side of the square that a folder's first image is cropped to: the size at which it is not resized.</summary>
    /// <exception cref="DatasetException">The folder is missing or has no images, or the first one cannot be read.</exception>
    public static int SideOf(string folder, DataOptions options)
    {
        ArgumentNullException.ThrowIfNull(folder);
        ArgumentNullException.ThrowIfNull(options);
        if (!Directory.Exists(folder)) throw new DatasetException($"The image folder {folder} does not exist.");
        try
        {
            FolderListing listing = FolderListing.Of(folder, options.Cache, default);
            if (listing.Files.Length == 0) throw new DatasetException(NoImages(folder, listing.LeftOut.Describe()));
            string first = Path.Combine(folder, listing.Files[0]);
            return ImageDecoder.Side(first) ?? throw new DatasetException($"{first} is no image that can be read.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DatasetException($"The image folder {folder} cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Opens a folder at a size of 8 to 1024 pixels, packing its images if that was not done before.</summary>
    /// <exception cref="ArgumentException">The size is outside that range.</exception>
    /// <exception cref="DatasetException">
    /// The folder is missing or has no images; or some cannot be read and <see cref="DataOptions.SkipBad"/> is off; or the cache
    /// cannot be written.
    /// </exception>
    /// <exception cref="OperationCanceledException">Cancelled; the images packed so far are taken by the next
    /// opening.</exception>
    public static FolderSource Open(string folder, int size, DataOptions options, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(folder);
        ArgumentNullException.ThrowIfNull(options);
        ImageSourceGuard.Size(folder, size, 8, 1024);
        if (!Directory.Exists(folder)) throw new DatasetException($"The image folder {folder} does not exist.");
        try
        {
            FolderListing listing = FolderListing.Walk(folder, options.Cache, cancellation);
            return new FolderSource(PackedSource.Open(folder, Path.GetFullPath(folder), listing.Stamp, () =>
                List(folder, listing), size, options,
                cancellation));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DatasetException($"The image folder {folder} cannot be read: {e.Message}", e);
        }
    }

    /// <inheritdoc/>
    public void Read(long index, Span<byte> pixels) => _images.Read(index, pixels);

    /// <inheritdoc/>
    public int Label(long index) => _images.Label(index);

    /// <inheritdoc/>
    public void Dispose() => _images.Dispose();

    /// <summary>The images among listed files.</summary>
    /// <exception cref="DatasetException">There are none.</exception>
    internal static FolderImages List(string folder, FolderListing listing)
    {
        listing.Examine();
        if (listing.Files.Length == 0) throw new DatasetException(NoImages(folder, listing.LeftOut.Describe()));
        return new FolderImages(folder, listing);
    }

    static string NoImages(string folder, string? leftOut) =>
        OtherVersion.In(folder) is string other ? $"{folder} holds {other}"
        : $"The folder {folder} has no images{(leftOut is null ? ": it is empty." : $", only {leftOut}.")}";
}
