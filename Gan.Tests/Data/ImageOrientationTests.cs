using System.Buffers.Binary;
using SkiaSharp;

namespace Ssgan.Tests.Data;

public sealed class ImageOrientationTests
{
    /// <summary>TIFF data with the one tag Orientation, in either byte order.</summary>
    static byte[] Tiff(int orientation, bool big = true, int type = 3)
    {
        byte[] tiff = new byte[26];
        void U16(int at, int value)
        {
            if (big) BinaryPrimitives.WriteUInt16BigEndian(tiff.AsSpan(at), (ushort)value);
            else BinaryPrimitives.WriteUInt16LittleEndian(tiff.AsSpan(at), (ushort)value);
        }
        (big ? "MM"u8 : "II"u8).CopyTo(tiff);
        U16(2, 42);
        tiff[big ? 7 : 4] = 8;
        U16(8, 1);
        U16(10, 0x0112);
        U16(12, type);
        tiff[big ? 17 : 14] = 1;
        U16(18, orientation);
        return tiff;
    }

    static byte[] WithExif(string place, byte[] file, byte[] tiff, byte flags = 8)
    {
        switch (place)
        {
            case "jpeg":
                return [.. file[..2], 0xFF, 0xE1, 0, (byte)(tiff.Length + 8), .. "Exif\0\0"u8, .. tiff, .. file[2..]];
            case "png before IDAT":
                return PngFile.InsertAfterHeader(file, PngFile.Chunk("eXIf", tiff));
            case "png after IDAT":
                return PngFile.InsertBeforeEnd(file, PngFile.Chunk("eXIf", tiff));
            default:
                byte[] exif = place == "webp" ? tiff : [.. "Exif\0\0"u8, .. tiff], size = BitConverter.GetBytes(exif.Length);
                using (SKCodec codec = SKCodec.Create(new MemoryStream(file)))
                {
                    byte[] canvas = [flags, 0, 0, 0, (byte)(codec.Info.Width - 1), 0, 0, (byte)(codec.Info.Height - 1), 0, 0];
                    byte[] extended = [.. "VP8X"u8, 10, 0, 0, 0, .. canvas];
                    byte[] padding = new byte[exif.Length & 1];
                    byte[] webp = [.. file[..12], .. extended, .. file[12..], .. "EXIF"u8, .. size, .. exif, .. padding];
                    BinaryPrimitives.WriteInt32LittleEndian(webp.AsSpan(4), webp.Length - 8);
                    return webp;
                }
        }
    }

    static byte[] Noise(string place, int width, int height) => DataSamples.NoiseImage(width, height, 3, place[..3] switch
    {
        "jpe" => SKEncodedImageFormat.Jpeg,
        "web" => SKEncodedImageFormat.Webp,
        _ => SKEncodedImageFormat.Png,
    });

    // Where the upright pixel stands in the file: Exif 2.32, 4.6.5, "The 0th row is ..., and the 0th column is ...".
    static SKColor Upright(SKBitmap stored, int orientation, int x, int y)
    {
        int right = stored.Width - 1, bottom = stored.Height - 1;
        return orientation switch
        {
            1 => stored.GetPixel(x, y),
            2 => stored.GetPixel(right - x, y),
            3 => stored.GetPixel(right - x, bottom - y),
            4 => stored.GetPixel(x, bottom - y),
            5 => stored.GetPixel(y, x),
            6 => stored.GetPixel(y, bottom - x),
            7 => stored.GetPixel(right - y, bottom - x),
            _ => stored.GetPixel(right - y, x),
        };
    }

    [Test]
    public void ATurnedPictureEqualsTheSameStoredUpright(
        [Values("jpeg", "png before IDAT", "png after IDAT", "webp", "webp with prefix")] string place,
        [Range(1, 8)] int orientation)
    {
        (int, int, int)[] sizes = [(9, 8, 8), (8, 9, 8), (8, 8, 8), (21, 14, 5), (14, 21, 5), (12, 21, 8)];
        foreach ((int width, int height, int size) in sizes)
        {
            byte[] file = Noise(place, width, height);
            using SKBitmap stored = SKBitmap.Decode(file);
            (int w, int h) = orientation < 5 ? (width, height) : (height, width);
            byte[] upright = DataSamples.Image(w, h, (x, y) => Upright(stored, orientation, x, y));
            byte[] turned = WithExif(place, file, Tiff(orientation, big: orientation % 2 == 0));
            Assert.That(DataSamples.Decode(turned, size), Is.EqualTo(DataSamples.Decode(upright, size)), $"{width}x{height}");
        }
    }

    static IEnumerable<TestCaseData> Nothing()
    {
        byte[] tiff = Tiff(3), far = Tiff(3), crowded = Tiff(3)[..18];
        far[4] = 0xFF;
        crowded[8] = crowded[9] = 0xFF;
        (string, byte[])[] data =
        [
            ("a value of 0", Tiff(0)), ("a value of 9", Tiff(9)), ("another type", Tiff(3, type: 1)), ("no data", []),
            ("a magic alone", tiff[..4]), ("a directory outside", far), ("65,535 entries in 8 bytes", crowded),
            ("text", "MMXXV, Exif"u8.ToArray()),
        ];
        foreach (string place in (string[])["png before IDAT", "png after IDAT", "webp"])
            foreach ((string name, byte[] exif) in data)
                yield return new TestCaseData(place, exif).SetName($"ExifThatStatesNothing({place}, {name})");
    }

    [TestCaseSource(nameof(Nothing))]
    public void ExifThatStatesNothing(string place, byte[] exif)
    {
        byte[] file = Noise(place, 9, 8);
        Assert.That(DataSamples.Decode(WithExif(place, file, exif), 8), Is.EqualTo(DataSamples.Decode(file, 8)));
    }

    [Test]
    public void ADamagedPngChunkStatesNothingAndTheNextOneCounts()
    {
        byte[] file = Noise("png", 9, 8), damaged = PngFile.Chunk("eXIf", Tiff(3)), longer = PngFile.Chunk("eXIf", Tiff(3));
        damaged[^1] ^= 1;
        byte[] expected = DataSamples.Decode(file, 8);
        Assert.That(DataSamples.Decode(PngFile.InsertBeforeEnd(file, damaged), 8), Is.EqualTo(expected));
        longer[0] = 0xFF;
        Assert.That(DataSamples.Decode([.. file, .. longer], 8), Is.EqualTo(expected), "behind the end");
        byte[] both = PngFile.InsertBeforeEnd(PngFile.InsertAfterHeader(file, damaged), PngFile.Chunk("eXIf", Tiff(3)));
        Assert.That(DataSamples.Decode(both, 8), Is.EqualTo(DataSamples.Decode(WithExif("png before IDAT", file, Tiff(3)), 8)));
    }

    [Test]
    public void AWebpThatAnnouncesNoExifHasNone()
    {
        byte[] file = Noise("webp", 9, 8);
        Assert.That(DataSamples.Decode(WithExif("webp", file, Tiff(3), flags: 0), 8), Is.EqualTo(DataSamples.Decode(file, 8)));
    }
}
