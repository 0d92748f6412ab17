using SkiaSharp;
using Ssgan.Gan.Data.Imaging;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Data;

public sealed class ImageGridTests
{
    [TestCase(5, 3, 2, 3), TestCase(1, 1, 0, 1), TestCase(7, 4, 3, 2)]
    public void EveryPixelIsWhereItBelongs(int count, int size, int columns, int scale)
    {
        byte[] pixels = DataSamples.Noise(count * size * size * 3, 1);
        using SKBitmap sheet = SKBitmap.Decode(ImageGrid.Encode(pixels, count, size, columns, scale));
        if (columns == 0) columns = 1;
        int rows = (count + columns - 1) / columns, cell = size * scale + 2;
        Assert.That((sheet.Width, sheet.Height), Is.EqualTo((columns * cell + 2, rows * cell + 2)));
        for (int i = 0; i < count; i++)
            for (int y = 0; y < size * scale; y++)
                for (int x = 0; x < size * scale; x++)
                {
                    SKColor got = sheet.GetPixel(i % columns * cell + 2 + x, i / columns * cell + 2 + y);
                    int at = ((i * size + y / scale) * size + x / scale) * 3;
                    Assert.That((got.Red, got.Green, got.Blue), Is.EqualTo((pixels[at], pixels[at + 1], pixels[at + 2])));
                }
        Assert.That(sheet.GetPixel(0, 0), Is.EqualTo(sheet.GetPixel(1, 1)), "the gap has one colour");
    }

    [Test]
    public void SavingReplacesTheFileAndLeavesNothingElse()
    {
        using var folder = new TempFolder();
        string path = folder["new/grid.png"];
        byte[] pixels = DataSamples.Noise(4 * 4 * 3, 2);
        ImageGrid.Save(path, pixels, 1, 4);
        ImageGrid.Save(path, pixels, 1, 4, scale: 3);
        Assert.That(File.ReadAllBytes(path), Is.EqualTo(ImageGrid.Encode(pixels, 1, 4, scale: 3)));
        Assert.That(Directory.GetFiles(folder["new"]), Has.Length.EqualTo(1));
    }

    [Test]
    public void ArgumentsAreChecked()
    {
        Assert.That(() => ImageGrid.Encode(new byte[47], 1, 4), Throws.ArgumentException.With.Message.Contains("48"));
        Assert.That(() => ImageGrid.Encode([], 0, 4), Throws.ArgumentException.With.Message.Contains("count 0"));
        Assert.That(() => ImageGrid.CheckSheet(int.MaxValue, 1024, 1, int.MaxValue),
            Throws.ArgumentException.With.Message.Contains("too large"));
        Assert.That(() => ImageGrid.Encode(new byte[48], 1, 4, scale: 8000),
            Throws.ArgumentException.With.Message.Contains("too large"));
    }
}
