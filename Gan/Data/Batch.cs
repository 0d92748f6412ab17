using Ssgan.Gan.Training;

namespace Ssgan.Gan.Data;

/// <summary>
/// Some images of a loader. The pixels are lent: they stay as they are until the next call of <see cref="BatchLoader.Next"/>.
/// </summary>
public sealed class Batch
{
    readonly byte[] _buffer;

    internal Batch(byte[] buffer, int size)
    {
        _buffer = buffer;
        Size = size;
    }

    /// <summary>Number of images.</summary>
    public int Count { get; internal set; }

    /// <summary>Height and width of each.</summary>
    public int Size { get; }

    /// <summary>The images as (Count, Size, Size, 3), RGB.</summary>
    public ReadOnlySpan<byte> Pixels => _buffer.AsSpan(0, Count * Size * Size * 3);

    /// <summary>The loader's position once this batch is used.</summary>
    internal LoaderPosition After { get; set; } = new(0);

    internal Span<byte> Image(int i) => _buffer.AsSpan(i * Size * Size * 3, Size * Size * 3);
}
