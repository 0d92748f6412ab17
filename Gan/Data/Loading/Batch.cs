namespace Ssgan.Gan.Data.Loading;

/// <summary>
/// Some images of a loader. Pixels and labels are lent: they stay as they are until the next call of
/// <see cref="BatchLoader.Next"/>.
/// </summary>
public sealed class Batch
{
    readonly byte[] _pixels;
    readonly int[] _labels;

    internal Batch(int images, int size, bool labelled)
    {
        // Pinned, since both are copied to devices.
        _pixels = GC.AllocateUninitializedArray<byte>(images * size * size * 3, pinned: true);
        _labels = labelled ? GC.AllocateUninitializedArray<int>(images, pinned: true) : [];
        Size = size;
    }

    /// <summary>Number of images.</summary>
    public int Count { get; internal set; }

    /// <summary>Height and width of each.</summary>
    public int Size { get; }

    /// <summary>The images as (Count, Size, Size, 3), RGB.</summary>
    public ReadOnlySpan<byte> Pixels => _pixels.AsSpan(0, Count * Size * Size * 3);

    /// <summary>
    /// The images' labels (Count), each from 0 to the number of <see cref="IImageSource.Classes"/> less one; empty where the
    /// source has no classes.
    /// </summary>
    public ReadOnlySpan<int> Labels => _labels.AsSpan(0, Math.Min(Count, _labels.Length));

    /// <summary>The loader's position once this batch is used.</summary>
    internal LoaderPosition After { get; set; } = new(0);

    internal Span<byte> Image(int i) => _pixels.AsSpan(i * Size * Size * 3, Size * Size * 3);

    internal void Label(int i, int label) => _labels[i] = label;
}
