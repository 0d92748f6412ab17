using SkiaSharp;
using Ssgan.Engine.Kernels;
using Ssgan.Gan.Data.Containers;
using Ssgan.Gan.Data.Imaging;

namespace Ssgan.Gan.Data.Reports;

/// <summary>What a report knows of one stored image.</summary>
/// <param name="Width">As stored; 0 where no header tells.</param>
/// <param name="Height">As stored; 0 where no header tells.</param>
/// <param name="Format">"PNG", "JPEG", "WebP", "BMP", or "raw" for records of pixels.</param>
/// <param name="IsGrey">Whether it has one channel.</param>
/// <param name="HasAlpha">Whether pixels may be transparent.</param>
/// <param name="Content">Hash of its bytes; null where they cannot be read.</param>
/// <param name="Look">Hash of what it looks like.</param>
/// <param name="Fault">Why it cannot be used; null where it can.</param>
internal sealed record ImageFacts(int Width, int Height, string Format, bool IsGrey, bool HasAlpha, string? Content, ulong Look,
    string? Fault)
{
    /// <summary>Reads and decodes an image.</summary>
    internal static ImageFacts Of(StoredImages images, int index, int size, ImageFit fit, DifferenceHash look, Lock large)
    {
        var facts = new ImageFacts(0, 0, "raw", false, false, null, 0, null);
        try
        {
            byte[] bytes = images.Read(index);
            facts = facts with { Content = Convert.ToHexStringLower(Sha256.HashData(bytes)) };
            if (images is not RawImages)
            {
                using SKData data = SKData.CreateCopy(bytes);
                using var codec = SKCodec.Create(data);
                if (codec is not null)
                    facts = facts with
                    {
                        Width = codec.Info.Width, Height = codec.Info.Height, Format = NameOf(codec.EncodedFormat),
                        HasAlpha = codec.Info.AlphaType != SKAlphaType.Opaque,
                    };
            }
            byte[] pixels = new byte[size * size * 3];
            bool grey = images.Decode(bytes, size, fit, pixels, large);
            return facts with { IsGrey = grey, Look = look.Of(pixels) };
        }
        catch (Exception e) when (e is DatasetException or IOException or UnauthorizedAccessException)
        {
            return facts with { Fault = e is DatasetException ? e.Message : $"cannot be opened ({e.Message})" };
        }
    }

    static string NameOf(SKEncodedImageFormat format) => format switch
    {
        SKEncodedImageFormat.Webp => "WebP",
        _ => $"{format}".ToUpperInvariant(),
    };
}
