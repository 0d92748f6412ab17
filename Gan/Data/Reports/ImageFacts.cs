using SkiaSharp;
using Ssgan.Engine.Kernels;
using Ssgan.Gan.Data.Containers;
using Ssgan.Gan.Data.Imaging;

namespace Ssgan.Gan.Data.Reports;

/// <summary>What a report knows of one stored image.</summary>
internal sealed class ImageFacts
{
    /// <summary>As stored; 0 where no header tells.</summary>
    internal int Width { get; private set; }

    /// <summary>As stored; 0 where no header tells.</summary>
    internal int Height { get; private set; }

    /// <summary>"PNG", "JPEG", "WebP", "BMP", "unknown", or "raw" for records of pixels.</summary>
    internal string Format { get; private set; } = "raw";

    /// <summary>Whether it has one channel.</summary>
    internal bool IsGrey { get; private set; }

    /// <summary>Whether pixels may be transparent.</summary>
    internal bool HasAlpha { get; private set; }

    /// <summary>Hash of its bytes; null where they cannot be read.</summary>
    internal string? Content { get; private set; }

    /// <summary>Hash of what it looks like.</summary>
    internal ulong Look { get; private set; }

    /// <summary>Why it cannot be used; null where it can.</summary>
    internal string? Fault { get; private set; }

    /// <summary>Reads and decodes an image.</summary>
    internal static ImageFacts Of(StoredImages images, int index, int size, ImageFit fit, DifferenceHash look, Lock large)
    {
        var facts = new ImageFacts();
        try
        {
            byte[] bytes = images.Read(index);
            facts.Content = Convert.ToHexStringLower(Sha256.HashData(bytes));
            if (images is not RawImages)
            {
                facts.Format = "unknown";
                using SKData data = SKData.CreateCopy(bytes);
                using var codec = ImageCodec.Open(data);
                if (codec is not null)
                {
                    (facts.Width, facts.Height) = (codec.Info.Width, codec.Info.Height);
                    facts.Format = NameOf(codec.EncodedFormat);
                    facts.HasAlpha = codec.Info.AlphaType != SKAlphaType.Opaque;
                }
            }
            byte[] pixels = new byte[size * size * 3];
            facts.IsGrey = images.Decode(bytes, size, fit, pixels, large);
            facts.Look = look.Of(pixels);
        }
        catch (Exception e) when (e is DatasetException or IOException or UnauthorizedAccessException)
        {
            facts.Fault = e is DatasetException ? e.Message : $"cannot be opened ({e.Message})";
        }
        return facts;
    }

    static string NameOf(SKEncodedImageFormat format) => format switch
    {
        SKEncodedImageFormat.Webp => "WebP",
        _ => $"{format}".ToUpperInvariant(),
    };
}
