using ScottPlot;
using SkiaSharp;

namespace Ssgan.Runner.Views;

/// <summary>
/// The font of every plot: DejaVu Sans, cut down to ASCII and embedded (Fonts/), because most containers have no font at all and
/// text would be invisible there. So a plot also looks the same everywhere.
/// </summary>
sealed class PlotFont : IFontResolver
{
    /// <summary>The name to set on a plot.</summary>
    public const string Name = "DejaVu Sans (embedded)";

    const string Resource = "DejaVuSans-ASCII.ttf";

    /// <summary>Makes the font known to ScottPlot, once.</summary>
    public static void Register()
    {
        if (!Fonts.FontResolvers.OfType<PlotFont>().Any()) Fonts.FontResolvers.Insert(0, new PlotFont());
    }

    public SKTypeface? CreateTypeface(string fontName, bool bold, bool italic)
    {
        if (fontName != Name) return null;
        using var stream = typeof(PlotFont).Assembly.GetManifestResourceStream(Resource)
            ?? throw new InvalidOperationException($"This program was built without its font {Resource}.");
        return SKTypeface.FromStream(stream);
    }

    public SKTypeface? CreateTypeface(string fontName, FontWeight weight, FontSlant slant, FontSpacing spacing) =>
        CreateTypeface(fontName, false, false);
}
