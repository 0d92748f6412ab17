using System.Globalization;

namespace Ssgan.Benchmarks.Results;

/// <summary>Numbers as tables show them.</summary>
static class Spelling
{
    /// <summary>"12.34 µs", four digits.</summary>
    public static string Time(double ns) => ns switch
    {
        < 1e3 => Digits(ns, "ns"),
        < 1e6 => Digits(ns / 1e3, "µs"),
        < 1e9 => Digits(ns / 1e6, "ms"),
        _ => Digits(ns / 1e9, "s"),
    };

    /// <summary>GFLOP/s where products are summed, else GB/s; "" where neither was counted.</summary>
    public static string Rate(ResultItem item) => item.Operations > 0 ? Digits(item.Operations / item.MedianNs, "GFLOP/s")
        : item.Bytes > 0 ? Digits(item.Bytes / item.MedianNs, "GB/s") : "";

    /// <summary>"62%".</summary>
    public static string Share(ResultItem item) =>
        item.OfCeiling is { } share ? share.ToString("0%", CultureInfo.InvariantCulture) : "";

    static string Digits(double value, string unit) => string.Create(CultureInfo.InvariantCulture, $"{value.ToString(value switch
    {
        < 10 => "0.000",
        < 100 => "0.00",
        < 1000 => "0.0",
        _ => "0",
    }, CultureInfo.InvariantCulture)} {unit}");
}
