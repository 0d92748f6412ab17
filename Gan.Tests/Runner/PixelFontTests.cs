using SkiaSharp;
using Ssgan.Runner;

namespace Ssgan.Tests.Runner;

public sealed class PixelFontTests
{
    [Test]
    public void GlyphsHaveTheirPixels()
    {
        using var data = SKData.CreateCopy(PixelFont.Build());
        using var typeface = SKTypeface.FromData(data);
        Assert.That(typeface, Is.Not.Null);
        // At 10 pixels per em a glyph's pixel is a picture's pixel.
        using var font = new SKFont(typeface, 10) { Edging = SKFontEdging.Alias, Hinting = SKFontHinting.None };
        Assert.That(Draw(font, "p"), Is.EqualTo(
            """
            ......
            ......
            ####..
            #...#.
            #...#.
            #...#.
            ####..
            #.....
            #.....
            """.ReplaceLineEndings("\n")));
        Assert.That(Draw(font, "R"), Is.EqualTo(Draw(font, "r")));
        Assert.That(font.MeasureText("a1"), Is.EqualTo(12).Within(1e-3));
    }

    [Test]
    public void PlotsUseOnlySignsThatItHas()
    {
        const string used = "loss_d loss_g loss_d_rotation loss_g_rotation rotation_accuracy_real rotation_accuracy_fake chance step -1,234.5";
        Assert.That(used.Where(static c => !PixelFont.Has(c)), Is.Empty);
    }

    [Test]
    public void PlotWithoutInstalledFontsHasText()
    {
        var rows = Enumerable.Range(1, 30).Select(static i => new Dictionary<string, double> { ["step"] = i, ["loss_d"] = i }).ToList();
        using var picture = SKBitmap.Decode(LossPlot.Draw(rows, anyInstalled: false));
        // The label "step" stands alone below the lower plot.
        int dark = 0;
        for (int y = 770; y < 800; y++)
        {
            for (int x = 400; x < 600; x++) if (picture.GetPixel(x, y).Red < 100) dark++;
        }
        Assert.That(dark, Is.GreaterThan(30));
    }

    static string Draw(SKFont font, string text)
    {
        using var bitmap = new SKBitmap(6, 9);
        using (var canvas = new SKCanvas(bitmap))
        {
            using var paint = new SKPaint { Color = SKColors.Black, IsAntialias = false };
            canvas.Clear(SKColors.White);
            canvas.DrawText(text, 0, 7, font, paint);
        }
        return string.Join('\n', Enumerable.Range(0, 9).Select(y => string.Concat(Enumerable.Range(0, 6).Select(x => bitmap.GetPixel(x, y).Red < 128 ? '#' : '.'))));
    }
}
