namespace Ssgan.Gan.Metrics;

/// <summary>RGB images to be measured, read in order, as bytes.</summary>
public abstract class MeasuredImages
{
    /// <param name="record">What a receipt says of them.</param>
    /// <param name="size">Image side.</param>
    private protected MeasuredImages(ImageRecord record, int size) => (Record, Size) = (record, size);

    /// <summary>What a receipt says of them.</summary>
    public ImageRecord Record { get; }

    /// <summary>How many there are.</summary>
    public int Count => Record.Count;

    /// <summary>Image side, in pixels.</summary>
    public int Size { get; }

    /// <summary>Text that differs whenever a pixel may; null where nothing vouches for that.</summary>
    internal abstract string? Identity { get; }

    /// <summary>
    /// Batches of pixels (n, S, S, 3), n at most <paramref name="batch"/>; what is yielded is overwritten by the next.
    /// </summary>
    /// <param name="skip">Images to leave out at the start, a multiple of the batch.</param>
    /// <param name="batch">The most images at a time.</param>
    /// <param name="stop">Ends it between two batches.</param>
    internal abstract IEnumerable<ReadOnlyMemory<byte>> Read(int skip, int batch, CancellationToken stop);

    /// <summary>Bytes of an image.</summary>
    private protected int ImageBytes => Size * Size * 3;
}
