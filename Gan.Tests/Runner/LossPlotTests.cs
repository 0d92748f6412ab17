using SkiaSharp;
using Ssgan.Runner.Views;

namespace Ssgan.Tests.Runner;

public sealed class LossPlotTests
{
    [Test]
    public void ManyPointsAreAveraged()
    {
        var rows = Rows(5001);
        var (steps, values) = LossPlot.Series(rows, "loss_d", LossPlot.MostPoints);
        // Runs of three: 1667 of them.
        Assert.That(steps, Has.Length.EqualTo(1667));
        Assert.That((steps[0], steps[^1]), Is.EqualTo((3.0, 5001.0)));
        Assert.That(values[1], Is.EqualTo((4 + 5 + 6) / 3.0 * 2).Within(1e-12));
    }

    [Test]
    public void FewPointsStayAndMissingMetricsAreEmpty()
    {
        var rows = Rows(7);
        Assert.That(LossPlot.Series(rows, "loss_d", 2000).Values, Is.EqualTo(new[] { 2.0, 4, 6, 8, 10, 12, 14 }));
        Assert.That(LossPlot.Series(rows, "loss_g", 2000).Values, Is.Empty);
    }

    [TestCase(1)]
    [TestCase(50)]
    public void PictureShowsTheLines(int count)
    {
        using var picture = SKBitmap.Decode(LossPlot.Draw(Rows(count), []));
        Assert.That((picture.Width, picture.Height), Is.EqualTo((1000, 800)));
        // The first line's colour of the default palette, outside the legend in the upper right corner.
        var blue = new SKColor(0x1F, 0x77, 0xB4);
        Assert.That(picture.Pixels.Where((p, i) => p == blue && i % 1000 < 750).Count(), Is.GreaterThan(5));
    }

    static List<Dictionary<string, double>> Rows(int count) =>
        [.. Enumerable.Range(1, count).Select(static i => new Dictionary<string, double> { ["step"] = i, ["loss_d"] = 2 * i })];
}
