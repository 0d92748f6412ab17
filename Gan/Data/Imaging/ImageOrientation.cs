using System.Runtime.InteropServices;

namespace Ssgan.Gan.Data.Imaging;

/// <summary>
/// How stored pixels become upright: swapped about the main diagonal, then mirrored left-right, then top-bottom. These are the
/// eight values of the Exif tag Orientation (Exif 2.32, 4.6.5).
/// </summary>
internal readonly record struct ImageOrientation(bool Transposed, bool FlippedX, bool FlippedY)
{
    /// <summary>Of a value of the tag; every value but 2 to 8 means upright.</summary>
    internal static ImageOrientation FromExif(int value) => value switch
    {
        2 => new(false, true, false),
        3 => new(false, true, true),
        4 => new(false, false, true),
        5 => new(true, false, false),
        6 => new(true, true, false),
        7 => new(true, true, true),
        8 => new(true, false, true),
        _ => default,
    };

    /// <summary>
    /// Left and top, in stored coordinates, of what is the centred square of the upright picture. An odd margin leaves its
    /// smaller half on the left and on the top of the upright picture, which may be the right and the bottom of the stored one.
    /// </summary>
    internal (int Left, int Top) CentredSquare(int width, int height)
    {
        int side = Math.Min(width, height);
        bool fromRight = Transposed ? FlippedY : FlippedX, fromBottom = Transposed ? FlippedX : FlippedY;
        return ((width - side + (fromRight ? 1 : 0)) / 2, (height - side + (fromBottom ? 1 : 0)) / 2);
    }

    /// <summary>
    /// Turns a square of four-byte pixels upright in place; rows begin <paramref name="rowBytes"/> bytes, a multiple of 4, apart.
    /// </summary>
    internal void Turn(Span<byte> square, int rowBytes, int side)
    {
        Span<uint> pixels = MemoryMarshal.Cast<byte, uint>(square);
        int stride = rowBytes / 4;
        if (Transposed)
        {
            for (int y = 1; y < side; y++)
                for (int x = 0; x < y; x++) Swap(ref pixels[y * stride + x], ref pixels[x * stride + y]);
        }
        if (FlippedX)
        {
            for (int y = 0; y < side; y++) pixels.Slice(y * stride, side).Reverse();
        }
        if (FlippedY)
        {
            for (int y = 0; y < side / 2; y++)
                for (int x = 0; x < side; x++) Swap(ref pixels[y * stride + x], ref pixels[(side - 1 - y) * stride + x]);
        }
    }

    /// <summary>A whole picture upright, without gaps between its rows.</summary>
    internal (byte[] Rgba, int Width, int Height) Upright(ReadOnlySpan<byte> stored, int rowBytes, int width, int height)
    {
        (int w, int h) = Transposed ? (height, width) : (width, height);
        byte[] rgba = new byte[w * h * 4];
        ReadOnlySpan<uint> from = MemoryMarshal.Cast<byte, uint>(stored);
        Span<uint> to = MemoryMarshal.Cast<byte, uint>(rgba.AsSpan());
        int stride = rowBytes / 4;
        for (int y = 0; y < h; y++)
            for (int x = 0; x < w; x++)
            {
                int fromX = FlippedX ? w - 1 - x : x, fromY = FlippedY ? h - 1 - y : y;
                to[y * w + x] = Transposed ? from[fromX * stride + fromY] : from[fromY * stride + fromX];
            }
        return (rgba, w, h);
    }

    static void Swap(ref uint a, ref uint b) => (a, b) = (b, a);
}
