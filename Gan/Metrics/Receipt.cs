using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Ssgan.Engine.Serialization;

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
        string[] lines = File.ReadAllText(path).Split('\n');
        var receipts = new List<Receipt>();
        for (int i = 0; i < lines.Length; i++)
        {
            // One without an end was torn where a process or the power went.
            if (lines[i].TrimEnd('\r').Length > 0 && (i < lines.Length - 1 || IsWhole(lines[i])))
                receipts.Add(FromJson(lines[i], $"Line {i + 1} of {path}"));
        }
        return receipts;
    }

    static bool IsWhole(string line)
    {
        try
        {
            return FromJson(line, "").Metric.Length > 0;
        }
        catch (MetricException)
        {
            return false;
        }
    }

    /// <summary>Adds lines to a file; all of them reach the disk, or the file keeps what it had.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public static void Append(string path, IEnumerable<Receipt> receipts)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(receipts);
        byte[] added = Encoding.UTF8.GetBytes(string.Concat(receipts.Select(static r => r.ToJson() + "\n")));
        using var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, 1);
        var tail = new List<byte>();
        long whole = file.Length;
        for (int last; whole > 0; whole--)
        {
            file.Position = whole - 1;
            if ((last = file.ReadByte()) == '\n') break;
            tail.Insert(0, (byte)last);
        }
        // What was torn goes; what merely lacks an end gets one.
        if (tail.Count > 0 && IsWhole(Encoding.UTF8.GetString([.. tail])))
        {
            whole = file.Length;
            added = [(byte)'\n', .. added];
        }
        file.SetLength(whole);
        try
        {
            file.Position = whole;
            file.Write(added);
            file.Flush(flushToDisk: true);
            if (whole == 0) DurableFolder.Flush(Path.GetDirectoryName(Path.GetFullPath(path))!);
        }
        catch (IOException)
        {
            file.SetLength(whole);
            throw;
        }
    }
}

[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    AllowDuplicateProperties = false, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(Receipt))]
internal sealed partial class ReceiptJson : JsonSerializerContext;
