using System.Buffers.Binary;
using System.IO.Compression;

namespace Ssgan.Gan.Data.Containers;

/// <summary>
/// Grey images and labels in the IDX format of MNIST, gzipped or not: mirrors compress the same contents into other bytes, so
/// that what is looked at is the contents.
/// </summary>
internal sealed class IdxImages : RawImages
{
    const int MaxImages = 1 << 21, MaxSide = 256, MaxClasses = 256;
    const uint ImagesMagic = 0x803, LabelsMagic = 0x801;

    readonly byte[] _pixels;

    IdxImages(string place, byte[] pixels, int side, ImageLabels labels) =>
        (Place, _pixels, Side, Labels) = (place, pixels, side, labels);

    internal override string Place { get; }

    internal override int Count => _pixels.Length / (Side * Side);

    internal override int Side { get; }

    internal override ImageLabels Labels { get; }

    internal override byte[] Read(int index) => _pixels.AsSpan(index * Side * Side, Side * Side).ToArray();

    protected override bool Convert(ReadOnlySpan<byte> record, Span<byte> pixels)
    {
        for (int i = 0; i < record.Length; i++) pixels.Slice(3 * i, 3).Fill(record[i]);
        return true;
    }

    /// <summary>Reads images, and labels where there is a file of them.</summary>
    /// <param name="place">What the images are called in messages.</param>
    /// <param name="images">A file of images.</param>
    /// <param name="labels">A file of labels; null for none.</param>
    /// <param name="classNames">The classes' names by the labels.</param>
    /// <exception cref="DatasetException">A file is no IDX file, or damaged, or the two do not belong together.</exception>
    internal static IdxImages Open(string place, string images, string? labels, Func<byte[], string[]> classNames)
    {
        (byte[] pixels, int count, int side) = Images(images);
        if (labels is null) return new(place, pixels, side, ImageLabels.None);
        byte[] classes = LabelsOf(labels);
        if (classes.Length != count) throw new DatasetException($"{labels} has {classes.Length} labels for {count} images.");
        string[] names = classNames(classes);
        int wrong = classes.AsSpan().IndexOfAnyExceptInRange((byte)0, (byte)(names.Length - 1));
        if (wrong >= 0)
            throw new DatasetException(
                $"{labels} is damaged: image {wrong} has label {classes[wrong]}, but there are {names.Length} classes.");
        return new(place, pixels, side, new ImageLabels(names, Array.ConvertAll(classes, static c => (int)c)));
    }

    static (byte[] Pixels, int Count, int Side) Images(string path)
    {
        byte[] file = Contents(path, 16 + (long)MaxImages * 28 * 28);
        if (file.Length < 16 || U32(file, 0) != ImagesMagic) throw new DatasetException($"{path} is no IDX file of images.");
        uint count = U32(file, 4), height = U32(file, 8), width = U32(file, 12);
        if (height != width || width is 0 or > MaxSide)
            throw new DatasetException($"{path} has images of {width}x{height}, which are not squares of at most {MaxSide}.");
        if (count is 0 or > MaxImages || file.Length - 16 != (long)count * height * width)
            throw new DatasetException($"{path} has {file.Length - 16:N0} bytes for {count:N0} images of {width}x{height}.");
        return (file[16..], (int)count, (int)width);
    }

    /// <summary>The labels of a file.</summary>
    /// <exception cref="DatasetException">It has none.</exception>
    internal static byte[] LabelsOf(string path)
    {
        byte[] file = Contents(path, 8 + MaxImages);
        if (file.Length < 8 || U32(file, 0) != LabelsMagic) throw new DatasetException($"{path} is no IDX file of labels.");
        if (file.Length - 8 != U32(file, 4))
            throw new DatasetException($"{path} has {file.Length - 8:N0} bytes for {U32(file, 4):N0} labels.");
        return file[8..];
    }

    static byte[] Contents(string path, long limit)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        Span<byte> head = stackalloc byte[2];
        bool zipped = stream.ReadAtLeast(head, 2, throwOnEndOfStream: false) == 2 && head is [0x1F, 0x8B];
        stream.Position = 0;
        try
        {
            using Stream contents = zipped ? new GZipStream(stream, CompressionMode.Decompress) : stream;
            return Bounded.ReadAll(contents, stream.Length, limit);
        }
        catch (InvalidDataException e)
        {
            throw new DatasetException($"{path} is damaged: {e.Message}", e);
        }
        catch (DatasetException e)
        {
            throw new DatasetException($"{path} {e.Message}.", e);
        }
    }

    static uint U32(byte[] file, int at) => BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan(at));
}
