using ScottPlot;
using SkiaSharp;

namespace Ssgan.Runner;

/// <summary>Lends plots <see cref="PixelFont"/> where the machine has no font: text would be invisible.</summary>
sealed class PlotFont : IFontResolver
{
    const string Name = "ssgan pixels";

    /// <summary>The name of the font to set on a plot, or null where the machine's own will do.</summary>
    public static string? Find(bool? anyInstalled)
    {
        // Without any font Skia still has a default one, which is empty.
        if (anyInstalled ?? SKTypeface.Default.ContainsGlyphs("a1")) return null;
        if (!Fonts.FontResolvers.OfType<PlotFont>().Any()) Fonts.FontResolvers.Insert(0, new PlotFont());
        return Name;
    }

    public SKTypeface? CreateTypeface(string fontName, bool bold, bool italic)
    {
        if (fontName != Name) return null;
        using var data = SKData.CreateCopy(PixelFont.Build());
        return SKTypeface.FromData(data);
    }

    public SKTypeface? CreateTypeface(string fontName, FontWeight weight, FontSlant slant, FontSpacing spacing) => CreateTypeface(fontName, false, false);
}
