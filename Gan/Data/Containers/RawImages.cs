using Ssgan.Gan.Data.Imaging;

namespace Ssgan.Gan.Data.Containers;

/// <summary>Records of raw pixels, all of one size, square, one or three bytes a pixel.</summary>
internal abstract class RawImages : StoredImages
{
    Resampler? _resampler;

    /// <summary>Height and width of an image as it is stored.</summary>
    internal abstract int Side { get; }

    internal override string NameOf(int index) => index.ToString("D8", System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Writes (side, side, 3) RGB of a record; says whether it is grey.</summary>
    protected abstract bool Convert(ReadOnlySpan<byte> record, Span<byte> pixels);

    internal override bool Decode(byte[] stored, int size, ImageFit fit, Span<byte> pixels, Lock large)
    {
        if (size == Side) return Convert(stored, pixels);
        byte[] image = new byte[Side * Side * 3];
        bool grey = Convert(stored, image);
        // All images have one size; of two resamplers made at once either serves.
        Resampler resampler = _resampler is { } made && made.Target == size ? made : _resampler = new(Side, size);
        resampler.Resize(image, pixels);
        return grey;
    }
}
