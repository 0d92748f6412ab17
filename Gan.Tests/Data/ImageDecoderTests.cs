using SkiaSharp;
using Ssgan.Gan.Data;
using Ssgan.Gan.Data.Imaging;

namespace Ssgan.Tests.Data;

public sealed class ImageDecoderTests
{
    static byte[] Decode(byte[] file, int size) => DataSamples.Decode(file, size);

    static byte[] Rgb(int width, int height, Func<int, int, SKColor> color) =>
        [.. from y in Enumerable.Range(0, height) from x in Enumerable.Range(0, width) let c = color(x, y)
            from b in new[] { c.Red, c.Green, c.Blue } select b];

    static SKColor Pattern(int x, int y) => new((byte)(x * 19), (byte)(y * 23), (byte)(x * 7 + y * 5));

    [Test]
    public void LosslessFormatsComeThroughExactly()
    {
        byte[] expected = Rgb(11, 11, Pattern);
        Assert.That(Decode(DataSamples.Image(11, 11, Pattern), 11), Is.EqualTo(expected));
        Assert.That(Decode(DataSamples.Bmp(11, 11, Pattern), 11), Is.EqualTo(expected));
    }

    [TestCase(SKEncodedImageFormat.Jpeg), TestCase(SKEncodedImageFormat.Webp)]
    public void LossyFormatsComeCloseOnFlatColour(SKEncodedImageFormat format)
    {
        byte[] got = Decode(DataSamples.Image(16, 16, (_, _) => new SKColor(200, 40, 90), format), 8);
        // Quality 90 with chroma conversion keeps a flat colour within a few levels.
        for (int i = 0; i < got.Length; i += 3)
            Assert.That(new[] { got[i] - 200, got[i + 1] - 40, got[i + 2] - 90 }, Has.All.InRange(-4, 4));
    }

    [TestCase(17, 8, 4, 0), TestCase(8, 13, 0, 2)]
    public void TheCentreIsCropped(int width, int height, int left, int top) =>
        Assert.That(Decode(DataSamples.Image(width, height, Pattern), 8),
            Is.EqualTo(Rgb(8, 8, (x, y) => Pattern(x + left, y + top))));

    [Test]
    public void AlphaIsLaidOverWhite()
    {
        byte[] got = Decode(DataSamples.Image(8, 8, (x, _) => new SKColor(200, 0, 100, x < 4 ? (byte)0 : (byte)102)), 8);
        // 0.4 of the colour and 0.6 of white.
        byte[] expected = Rgb(8, 8, (x, _) => x < 4 ? SKColors.White : new SKColor(233, 153, 193));
        Assert.That(got, Is.EqualTo(expected));
    }

    [Test]
    public void GreySpreadsOverThreeChannels()
    {
        using var bitmap = new SKBitmap(new SKImageInfo(8, 8, SKColorType.Gray8, SKAlphaType.Opaque));
        SKColor Grey(int x, int y) => new((byte)((y * 8 + x) * 4), (byte)((y * 8 + x) * 4), (byte)((y * 8 + x) * 4));
        for (int i = 0; i < 64; i++) bitmap.SetPixel(i % 8, i / 8, Grey(i % 8, i / 8));
        using SKData png = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        Assert.That(Decode(png.ToArray(), 8), Is.EqualTo(Rgb(8, 8, Grey)));
    }

    // Where the stored quadrants (r g / b w) are seen, reading order, for the EXIF orientations 1 to 8.
    [TestCase(1, "rgbw"), TestCase(2, "grwb"), TestCase(3, "wbgr"), TestCase(4, "bwrg")]
    [TestCase(5, "rbgw"), TestCase(6, "brwg"), TestCase(7, "wgbr"), TestCase(8, "gwrb")]
    public void ExifOrientationIsApplied(int orientation, string expected)
    {
        byte[] jpeg = DataSamples.Image(32, 32, (x, y) => (x < 16, y < 16) switch
        {
            (true, true) => SKColors.Red,
            (false, true) => new SKColor(0, 255, 0),
            (true, false) => SKColors.Blue,
            _ => SKColors.White,
        }, SKEncodedImageFormat.Jpeg);
        byte[] exif = [0xFF, 0xE1, 0, 34, .. "Exif\0\0MM\0*"u8, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0,
            (byte)orientation, 0, 0, 0, 0, 0, 0];
        byte[] pixels = Decode([.. jpeg[..2], .. exif, .. jpeg[2..]], 8);
        char At(int x, int y)
        {
            int at = (y * 8 + x) * 3;
            return (pixels[at] > 128, pixels[at + 1] > 128, pixels[at + 2] > 128) switch
            {
                (true, false, false) => 'r',
                (false, true, false) => 'g',
                (false, false, true) => 'b',
                (true, true, true) => 'w',
                _ => '?',
            };
        }
        Assert.That(string.Concat(At(1, 1), At(6, 1), At(1, 6), At(6, 6)), Is.EqualTo(expected));
    }

    [Test]
    public void HugeClaimsAreRefusedBeforeAnythingIsAllocated()
    {
        byte[] bmp = DataSamples.Bmp(8, 8, Pattern);
        BitConverter.TryWriteBytes(bmp.AsSpan(18), 60_000);
        BitConverter.TryWriteBytes(bmp.AsSpan(22), 60_000);
        byte[] png = DataSamples.Image(8, 8, Pattern);
        new byte[] { 0, 0, 0xEA, 0x60, 0, 0, 0xEA, 0x60 }.CopyTo(png, 16);
        uint crc = 0xFFFFFFFF;
        foreach (byte b in png.AsSpan(12, 17))
        {
            crc ^= b;
            for (int k = 0; k < 8; k++) crc = crc >> 1 ^ (0xEDB88320 & (uint)-(int)(crc & 1));
        }
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(png.AsSpan(29), ~crc);
        Assert.That(() => Decode(png, 8),
            Throws.InstanceOf<DatasetException>().With.Message.Contains("60000x60000, above the limit of 64 megapixels"));
        Assert.That(() => Decode(bmp, 8), Throws.InstanceOf<DatasetException>());
    }

    [Test]
    public void OtherFilesAreRefused()
    {
        Assert.That(() => Decode([], 8), Throws.InstanceOf<DatasetException>());
        Assert.That(() => Decode("GIF89a and some text"u8.ToArray(), 8), Throws.InstanceOf<DatasetException>());
        byte[] png = DataSamples.NoiseImage(40, 40, 1);
        Assert.That(() => Decode(png[..(png.Length / 2)], 8),
            Throws.InstanceOf<DatasetException>().With.Message.EqualTo("is cut short"));
    }

    /// <summary>What none of Skia's decoders knows by its first bytes would go to the one of raw files.</summary>
    [Test]
    public void Nothing_is_handed_to_Skia_that_begins_like_none_of_its_formats()
    {
        byte[][] heads =
        [
            [], "I"u8.ToArray(), "II*\0\b\0\0\0\0\0\0\0\0\0"u8.ToArray(), "MM\0*\0\0\0\b\0\0"u8.ToArray(),
            "RIFF\0\0\0\0WEBP"u8.ToArray(), "RIFF\0\0\0\0WEBPXX"u8.ToArray(), "GIF88a"u8.ToArray(), [0xFF, 0xD8],
            "FUJIFILMCCD-RAW "u8.ToArray(), [0, 0, 0, 0],
        ];
        foreach (byte[] head in heads) Assert.That(ImageCodec.IsKnown(head), Is.False, Convert.ToHexString(head));
        using var stem = SKBitmap.FromImage(SKImage.Create(new SKImageInfo(2, 2)));
        foreach (var format in new[] { SKEncodedImageFormat.Png, SKEncodedImageFormat.Jpeg, SKEncodedImageFormat.Webp })
        {
            using var data = stem.Encode(format, 90);
            Assert.That(ImageCodec.IsKnown(data.AsSpan()), $"{format}");
        }
    }
}
