using Ssgan.Gan.Data;

namespace Ssgan.Gan.Training;

/// <summary>
/// An endless set of random pixels that costs next to nothing to read: for measuring what is not the data's cost.
/// </summary>
sealed class ProbeImages : IImageSource
{
    readonly byte[] _pixels;

    public ProbeImages(int size)
    {
        Size = size;
        // Twice an image: each one is a stretch from elsewhere.
        _pixels = new byte[2 * Bytes];
        new Random(1).NextBytes(_pixels);
    }

    public string Name => "random pixels";

    public long? Count => null;

    public int Size { get; }

    public string ContentHash => "";

    int Bytes => Size * Size * 3;

    public void Read(long index, Span<byte> pixels) => _pixels.AsSpan((int)(index * 7919 % Bytes), Bytes).CopyTo(pixels);

    public void Dispose()
    {
    }
}
