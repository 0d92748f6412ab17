using Ssgan.Gan.Data.Imaging;

namespace Ssgan.Gan.Data.Containers;

/// <summary>
/// Images as they are stored, numbered, wherever that is: in files of a folder, in an archive, in a database, as records of raw
/// pixels. Whatever holds them, they are hashed, decoded and packed by one route, and so read alike. Reading is thread-safe.
/// </summary>
internal abstract class StoredImages : IDisposable
{
    /// <summary>What they lie in, for messages.</summary>
    internal abstract string Place { get; }

    internal abstract int Count { get; }

    /// <summary>An image's name within its place, with forward slashes; names of folders may be classes.</summary>
    internal abstract string NameOf(int index);

    /// <summary>An image's bytes as they are stored.</summary>
    /// <exception cref="DatasetException">They cannot be had; the message is a reason without the image's name.</exception>
    /// <exception cref="IOException">The same, with the system's reason.</exception>
    internal abstract byte[] Read(int index);

    /// <summary>Labels that are stored beside the images; null where folders' names are the classes.</summary>
    internal virtual ImageLabels? Labels => null;

    /// <summary>What of the place is not taken, as one clause; null where all is.</summary>
    internal virtual string? LeftOut => null;

    /// <summary>Writes (size, size, 3) RGB of an image's bytes; says whether it was grey.</summary>
    /// <exception cref="DatasetException">They cannot be decoded; the message is a reason without the image's name.</exception>
    internal virtual bool Decode(byte[] stored, int size, ImageFit fit, Span<byte> pixels, Lock large) =>
        ImageDecoder.Decode(stored, size, pixels, large, fit);

    /// <inheritdoc/>
    public virtual void Dispose()
    {
    }
}
