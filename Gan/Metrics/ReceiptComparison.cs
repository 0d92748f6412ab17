using System.Globalization;

namespace Ssgan.Gan.Metrics;

/// <summary>Whether two scores may stand side by side.</summary>
public static class ReceiptComparison
{
    /// <summary>
    /// What differs and must not, as (field, value, other value): everything that moves a score but is not what is scored.
    /// Which checkpoint it is, averaged or not, and how many seeds there are may differ, and so may the device.
    /// </summary>
    public static IReadOnlyList<(string Field, string Mine, string Other)> Differences(Receipt mine, Receipt other)
    {
        ArgumentNullException.ThrowIfNull(mine);
        ArgumentNullException.ThrowIfNull(other);
        return [.. Fields(mine).Zip(Fields(other)).Where(static p => p.First.Value != p.Second.Value)
            .Select(static p => (p.First.Field, p.First.Value, p.Second.Value))];
    }

    static IEnumerable<(string Field, string Value)> Fields(Receipt r) =>
    [
        ("metric", r.Metric), ("protocol", r.Protocol), ("network", r.Network), ("network's SHA-256", r.NetworkSha256),
        ("resizing", r.Resize), ("mapping to bytes", r.Mapping ?? "none"),
        ("parameters", string.Join(", ", r.Parameters.Select(static p => $"{p.Key} {p.Value}"))),
        ("real images' hash", r.Real?.Hash ?? "none"), ("number of real images", Number(r.Real?.Count)),
        ("number of images", Number(r.Images.Count)), ("batch norm's statistics", r.Images.BatchNorm ?? "none"),
        ("arithmetic", r.Arithmetic),
    ];

    static string Number(int? count) => count?.ToString(CultureInfo.InvariantCulture) ?? "none";
}
