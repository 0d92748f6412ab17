namespace Ssgan.Gan.Data;

/// <summary>
/// A set of square RGB images addressed by number. Reading is deterministic and may happen on many threads at once.
/// </summary>
public interface IImageSource : IDisposable
{
    /// <summary>For messages and records: "shapes", "cifar10", a folder's path.</summary>
    string Name { get; }

    /// <summary>How many images there are; null for an endless set, which accepts every non-negative index.</summary>
    long? Count { get; }

    /// <summary>Height and width of every image, in pixels.</summary>
    int Size { get; }

    /// <summary>Colour channels of a pixel: red, green, blue.</summary>
    int Channels => 3;

    /// <summary>Lower-case hex SHA-256 that changes whenever any pixel of the set would.</summary>
    string ContentHash { get; }

    /// <summary>Writes image <paramref name="index"/> as Size·Size·3 bytes, row by row from the top, RGB interleaved.</summary>
    /// <exception cref="ArgumentException">The index is outside the set, or the span has another length.</exception>
    /// <exception cref="DatasetException">The image cannot be read from where it is stored.</exception>
    void Read(long index, Span<byte> pixels);

    /// <summary>
    /// Names of the classes, in the order of their labels; empty where images have none. A set has a label for every image or for
    /// none. <see cref="ContentHash"/> vouches for pixels, and need not for labels.
    /// </summary>
    IReadOnlyList<string> Classes => [];

    /// <summary>The class of image <paramref name="index"/>, as its place in <see cref="Classes"/>.</summary>
    /// <exception cref="ArgumentException">The index is outside the set.</exception>
    /// <exception cref="InvalidOperationException">The set has no classes.</exception>
    int Label(long index) => throw ImageSourceGuard.NoClasses(this);
}

/// <summary>Checks shared by the sources.</summary>
internal static class ImageSourceGuard
{
    internal static void Size(string source, int size, int smallest, int largest)
    {
        if (size < smallest || size > largest)
            throw new ArgumentException($"{source}: image size {size} is outside {smallest} to {largest}.", nameof(size));
    }

    internal static void Read(IImageSource source, long index, int length)
    {
        Index(source, index);
        int expected = source.Size * source.Size * 3;
        if (length != expected)
            throw new ArgumentException($"{source.Name}: an image takes {expected} bytes, but the destination has {length}.",
                nameof(length));
    }

    internal static void Label(IImageSource source, long index)
    {
        if (source.Classes.Count == 0) throw NoClasses(source);
        Index(source, index);
    }

    internal static InvalidOperationException NoClasses(IImageSource source) => new($"{source.Name} has no classes.");

    static void Index(IImageSource source, long index)
    {
        if (index < 0 || index >= (source.Count ?? long.MaxValue))
            throw new ArgumentOutOfRangeException(nameof(index),
                $"{source.Name}: there is no image {index}" + (source.Count is long n ? $" among {n}." : "."));
    }
}
