using System.Globalization;
using Ssgan.Gan.Data;

namespace Ssgan.Runner.Terminal;

/// <summary>Numbers for people.</summary>
static class Format
{
    /// <summary>"812 B", "1.5 MiB".</summary>
    public static string Bytes(long bytes)
    {
        ReadOnlySpan<string> units = ["B", "KiB", "MiB", "GiB", "TiB"];
        double value = bytes;
        int unit = 0;
        for (; value >= 1024 && unit < units.Length - 1; unit++) value /= 1024;
        return string.Create(CultureInfo.InvariantCulture, $"{value:0.#} {units[unit]}");
    }

    /// <summary>"450 ms", "12.3 s", "2 min 5 s", "3 h 20 min", "4 d 2 h".</summary>
    public static string Time(TimeSpan t) => t switch
    {
        { TotalSeconds: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{t.TotalMilliseconds:0} ms"),
        { TotalMinutes: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{t.TotalSeconds:0.0} s"),
        { TotalHours: < 1 } => $"{t.Minutes} min {t.Seconds} s",
        { TotalDays: < 1 } => $"{t.Hours} h {t.Minutes} min",
        _ => $"{(int)t.TotalDays} d {t.Hours} h",
    };

    /// <summary>"01:02:03", hours beyond a day included.</summary>
    public static string Clock(TimeSpan t) => $"{(long)t.TotalHours:00}:{t.Minutes:00}:{t.Seconds:00}";

    /// <summary>Four significant places for numbers of any size.</summary>
    public static string Value(double value) => Math.Abs(value) is >= 10_000 or (> 0 and < 0.0001)
        ? value.ToString("0.00e0", CultureInfo.InvariantCulture) : value.ToString("0.0000", CultureInfo.InvariantCulture);

    /// <summary>"1,234,567".</summary>
    public static string Count(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>"shapes, endless", "cifar10, 50,000 images".</summary>
    public static string Data(IImageSource source) =>
        $"{source.Name}, {(source.Count is { } count ? $"{Count(count)} images" : "endless")}, {source.Size}x{source.Size}";
}
