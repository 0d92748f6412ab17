using System.Text.Json;
using System.Text.Json.Serialization;

namespace Ssgan.Gan.Metrics;

/// <summary>A score and all that it depends on: one line of JSON.</summary>
public sealed record Receipt
{
    /// <summary>"FID", "KID", "IS", "precision"; by other networks than Inception with its name: "FD-ResNet18".</summary>
    public required string Metric { get; init; }

    /// <summary>The score: the mean over <see cref="Seeds"/>.</summary>
    public required double Value { get; init; }

    /// <summary>Population standard deviation over the seeds, as Mimicry's tables have it; null of one seed.</summary>
    public double? Deviation { get; init; }

    /// <summary>Deviation within a seed (over KID's subsets, IS's splits), its mean over the seeds; null where none is.</summary>
    public double? Spread { get; init; }

    /// <summary>The score of each seed.</summary>
    public required IReadOnlyList<double> Values { get; init; }

    /// <summary>The seeds.</summary>
    public required IReadOnlyList<ulong> Seeds { get; init; }

    /// <summary>Name of the <see cref="MetricProtocol"/>.</summary>
    public required string Protocol { get; init; }

    /// <summary>The feature network.</summary>
    public required string Network { get; init; }

    /// <summary>SHA-256 of the file of its weights.</summary>
    public required string NetworkSha256 { get; init; }

    /// <summary>How images get its size.</summary>
    public required string Resize { get; init; }

    /// <summary>How drawn images become bytes; null where none are drawn.</summary>
    public string? Mapping { get; init; }

    /// <summary>The metric's own numbers: "k", "subsets", "ddof".</summary>
    public required SortedDictionary<string, string> Parameters { get; init; }

    /// <summary>What the images are compared with; null for scores that compare with nothing.</summary>
    public ImageRecord? Real { get; init; }

    /// <summary>What is scored.</summary>
    public required ImageRecord Images { get; init; }

    /// <summary>What the network computed with: "F32, direct convolutions".</summary>
    public required string Arithmetic { get; init; }

    /// <summary>The device.</summary>
    public required string Device { get; init; }

    /// <summary>This library's version.</summary>
    public required string Version { get; init; }

    /// <summary>When, UTC.</summary>
    public required DateTime Date { get; init; }

    /// <summary>One line of JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, ReceiptJson.Default.Receipt);

    /// <summary>Reads a line.</summary>
    /// <param name="line">What <see cref="ToJson"/> wrote.</param>
    /// <param name="source">What to call it in a message.</param>
    /// <exception cref="MetricException">It is no receipt.</exception>
    public static Receipt FromJson(string line, string source)
    {
        ArgumentNullException.ThrowIfNull(line);
        ArgumentNullException.ThrowIfNull(source);
        try
        {
            return JsonSerializer.Deserialize(line, ReceiptJson.Default.Receipt) ?? throw new JsonException("it is null");
        }
        catch (JsonException e)
        {
            throw new MetricException($"{source} is no receipt of a score: {e.Message}", e);
        }
    }

    /// <summary>The receipts of a file with one on each line.</summary>
    /// <exception cref="MetricException">A line is none.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static IReadOnlyList<Receipt> ReadAll(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        const long most = 1 << 26;
        if (new FileInfo(path) is { Exists: true, Length: > most } file)
            throw new MetricException($"{path} has {file.Length:N0} bytes, far more than receipts of scores.");
        return [.. File.ReadLines(path).Select(static (line, i) => (line, i)).Where(static l => l.line.Length > 0)
            .Select(l => FromJson(l.line, $"Line {l.i + 1} of {path}"))];
    }

    /// <summary>Adds lines to a file.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public static void Append(string path, IEnumerable<Receipt> receipts)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(receipts);
        File.AppendAllText(path, string.Concat(receipts.Select(static r => r.ToJson() + "\n")));
    }
}

[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    AllowDuplicateProperties = false, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(Receipt))]
internal sealed partial class ReceiptJson : JsonSerializerContext;
