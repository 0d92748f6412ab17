namespace Ssgan.Gan.Data.Sources;

/// <summary>
/// An endless set of images whose bytes are random and uniform, for the score of what is no image at all. Image i of a size is
/// the same on every machine.
/// </summary>
public sealed class NoiseSource : IImageSource
{
    // Raised whenever a pixel of the set changes, so that recorded hashes tell the sets apart.
    const int Version = 1;

    // Apart from what else is drawn from small numbers.
    const ulong Stream = 0x6E6F697365;

    /// <summary>The set of a size of 8 to 1024 pixels.</summary>
    /// <exception cref="ArgumentException">The size is outside that range.</exception>
    public NoiseSource(int size)
    {
        ImageSourceGuard.Size("noise", size, 8, 1024);
        Size = size;
        ContentHash = Storage.ContentHash.Hex(Storage.ContentHash.OfText($"noise v{Version} size {size}"));
    }

    /// <inheritdoc/>
    public string Name => "noise";

    /// <inheritdoc/>
    public long? Count => null;

    /// <inheritdoc/>
    public int Size { get; }

    /// <inheritdoc/>
    public string ContentHash { get; }

    /// <inheritdoc/>
    public void Read(long index, Span<byte> pixels)
    {
        ImageSourceGuard.Read(this, index, pixels.Length);
        var random = SplitMix.For(Stream, (ulong)index);
        foreach (ref byte value in pixels) value = (byte)(random.Next() >> 56);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
