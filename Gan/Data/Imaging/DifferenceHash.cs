namespace Ssgan.Gan.Data.Imaging;

/// <summary>
/// Pictures that look alike have hashes that differ in few bits: of 9x8 grey values, each bit says whether one is brighter than
/// its right neighbour ("dHash", Krawetz 2013, hackerfactor.com/blog, "Kind of Like That").
/// </summary>
internal sealed class DifferenceHash(int size)
{
    const int Side = 8;

    readonly Resampler _resampler = new(size, size, Side + 1, Side);

    /// <summary>Of (size, size, 3) RGB.</summary>
    internal ulong Of(ReadOnlySpan<byte> pixels)
    {
        Span<byte> small = stackalloc byte[(Side + 1) * Side * 3];
        _resampler.Resize(pixels, size * 3, 3, small);
        ulong hash = 0;
        for (int y = 0; y < Side; y++)
            for (int x = 0; x < Side; x++)
            {
                int at = (y * (Side + 1) + x) * 3;
                hash = hash << 1 | (Luma(small, at) > Luma(small, at + 3) ? 1ul : 0);
            }
        return hash;
    }

    // Weights of BT.601 in thousandths.
    static int Luma(ReadOnlySpan<byte> rgb, int at) => 299 * rgb[at] + 587 * rgb[at + 1] + 114 * rgb[at + 2];
}
