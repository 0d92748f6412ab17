using System.Text.Json;
using Ssgan.Benchmarks.Kit;

namespace Ssgan.Benchmarks.Results;

/// <summary>Everything that one run of the benchmarks found: what its JSON holds.</summary>
sealed record ResultFile
{
    public const int CurrentFormat = 1;

    /// <summary>Version of the format.</summary>
    public required int Format { get; init; }

    /// <summary>When it began, UTC.</summary>
    public required DateTime Date { get; init; }

    /// <summary>The command line.</summary>
    public required string Command { get; init; }

    /// <summary>Ssgan's version, and BenchmarkDotNet's.</summary>
    public required string Version { get; init; }

    public required string BenchmarkDotNet { get; init; }

    public required Machine Machine { get; init; }

    public required double Seconds { get; init; }

    /// <summary>The rates of each device, measured before the items.</summary>
    public required IReadOnlyDictionary<string, Ceilings> Ceilings { get; init; }

    /// <summary>What was left out, and why.</summary>
    public required IReadOnlyList<string> Notes { get; init; }

    public required IReadOnlyList<ResultItem> Items { get; init; }

    /// <summary>Writes indented JSON.</summary>
    public void Save(string file) => File.WriteAllText(file, JsonSerializer.Serialize(this, KitJson.Default.ResultFile) + "\n");

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    /// <exception cref="KitException">There is no such file, or it is something else.</exception>
    public static ResultFile Load(string file)
    {
        try
        {
            var results = JsonSerializer.Deserialize(File.ReadAllText(file), KitJson.Default.ResultFile)
                ?? throw new JsonException("it holds null");
            if (results.Format != CurrentFormat)
                throw new JsonException($"it has format {results.Format}, this program reads {CurrentFormat}");
            bool isWhole = results.Items.All(static i => i is { MedianNs: > 0, MeanNs: > 0, ErrorNs: >= 0 });
            if (!isWhole) throw new JsonException("a time in it is not positive");
            return results;
        }
        catch (JsonException e)
        {
            throw new KitException($"{file} is no result file of the benchmarks: {e.Message.TrimEnd('.')}.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new KitException($"{file} cannot be read: {e.Message}", e);
        }
    }
}

/// <summary>One timed item; times are nanoseconds for one call.</summary>
sealed record ResultItem
{
    public required string Suite { get; init; }

    public required string Name { get; init; }

    public required string Device { get; init; }

    public required string Precision { get; init; }

    public required double MedianNs { get; init; }

    public required double MeanNs { get; init; }

    /// <summary>Standard error of the mean.</summary>
    public required double ErrorNs { get; init; }

    public required double MinNs { get; init; }

    public required double MaxNs { get; init; }

    /// <summary>Timed iterations that count.</summary>
    public required int Samples { get; init; }

    /// <summary>Operations of the plain algorithm; 0 where no products are summed.</summary>
    public required double Operations { get; init; }

    /// <summary>Bytes that must move at least; 0: not counted.</summary>
    public required long Bytes { get; init; }

    /// <summary>The least time by the device's own rates, over the median.</summary>
    public double? OfCeiling { get; init; }

    /// <summary>"copy" or "product": the rate that says so.</summary>
    public string? Against { get; init; }

    /// <summary>Managed memory of one call; null where that is not known.</summary>
    public long? AllocatedBytes { get; init; }

    /// <summary>What identifies it in another file.</summary>
    public string Key() => $"{Suite}.{Name} {Device} {Precision}";
}
