using SkiaSharp;
using Ssgan.Gan.Data.Imaging;
using Ssgan.Runner.Runs;

namespace Ssgan.Runner.Report;

/// <summary>
/// Sheets of samples as pictures inside a page: not too many, evenly spaced, no larger than a screen shows, and as WebP, which
/// takes a tenth of the PNGs.
/// </summary>
sealed class SheetPictures
{
    const int MostSheets = 60, Side = 1100, Quality = 80;

    // Of all of them together. In a page they take a third more.
    const long MostBytes = 6 << 20;

    // A picture that claims to have more is not opened.
    const long MostPixels = 1 << 26;

    /// <param name="sheets">The sheets there are, by step.</param>
    public SheetPictures(IReadOnlyList<SheetPlace> sheets)
    {
        var notes = new List<string>();
        var pictures = new List<SheetPlace>();
        // The newest one is the fullest of detail, so that it says how much room each needs.
        byte[]? newest = sheets.Count > 0 ? Encode(sheets[^1].Place) : null;
        long room = newest is null ? MostSheets : Math.Max(2, MostBytes / newest.Length);
        int unread = 0;
        foreach (int i in Spread(sheets.Count, (int)Math.Min(MostSheets, room)))
        {
            byte[]? picture = i == sheets.Count - 1 ? newest : Encode(sheets[i].Place);
            if (picture is null) unread++;
            else pictures.Add(new(sheets[i].Step, "data:image/webp;base64," + Convert.ToBase64String(picture)));
        }
        if (unread > 0) notes.Add($"{unread} sheets of samples could not be read.");
        if (sheets.Count > pictures.Count + unread)
            notes.Add($"{pictures.Count} of {sheets.Count:N0} sheets of samples are in this page, made smaller.");
        (Pictures, Notes) = (pictures, notes);
    }

    /// <summary>Each sheet's step and its picture as an address.</summary>
    public IReadOnlyList<SheetPlace> Pictures { get; }

    /// <summary>What was left out.</summary>
    public IReadOnlyList<string> Notes { get; }

    /// <summary>At most so many of the places 0 to count − 1, evenly spaced, the first and the last among them.</summary>
    internal static IEnumerable<int> Spread(int count, int most) => count <= most ? Enumerable.Range(0, count)
        : Enumerable.Range(0, most).Select(i => (int)((long)i * (count - 1) / (most - 1)));

    /// <summary>A sheet as WebP; null where the file holds none.</summary>
    static byte[]? Encode(string file)
    {
        using var codec = ImageCodec.Open(file);
        if (codec is null || (long)codec.Info.Width * codec.Info.Height > MostPixels) return null;
        using var whole = SKBitmap.Decode(codec);
        if (whole is null) return null;
        int longer = Math.Max(whole.Width, whole.Height);
        if (longer <= Side) return Encode(whole);
        var info = new SKImageInfo(Math.Max(1, whole.Width * Side / longer), Math.Max(1, whole.Height * Side / longer));
        using var small = whole.Resize(info, new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear));
        return small is null ? null : Encode(small);
    }

    static byte[]? Encode(SKBitmap picture)
    {
        using var data = picture.Encode(SKEncodedImageFormat.Webp, Quality);
        return data?.ToArray();
    }
}
