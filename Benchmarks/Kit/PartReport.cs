using System.Text.Json;
using System.Text.Json.Serialization;
using Ssgan.Benchmarks.Results;
using Ssgan.Engine.Kernels.Cuda;

namespace Ssgan.Benchmarks.Kit;

/// <summary>How a part of the kit ended.</summary>
enum PartState
{
    /// <summary>It ran, and what it checks holds.</summary>
    Done,
    /// <summary>It broke, ran out of time, or what it checks does not hold.</summary>
    Failed,
    /// <summary>This machine cannot run it.</summary>
    Skipped,
}

/// <summary>What one part leaves as JSON.</summary>
sealed record PartReport
{
    /// <summary>The part's name: "parity".</summary>
    public required string Part { get; init; }

    public required PartState State { get; init; }

    /// <summary>One sentence on the result.</summary>
    public required string Message { get; init; }

    /// <summary>When it ended, UTC.</summary>
    public required DateTime Date { get; init; }

    /// <summary>The command line.</summary>
    public required string Command { get; init; }

    public double Seconds { get; init; }

    public required Machine Machine { get; init; }

    /// <summary>The card's rates, measured in the same process; null where the part times nothing.</summary>
    public Ceilings? Ceilings { get; init; }

    /// <summary>What was left out and why, and slower paths that were taken.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    public IReadOnlyList<Measurement> Measurements { get; init; } = [];

    /// <summary>Losses step by step, of parts that compare two runs.</summary>
    public IReadOnlyList<LossPair> Losses { get; init; } = [];

    /// <summary>Writes indented JSON.</summary>
    public void Save(string file)
    {
        // Whole at every moment: a time limit may end the program here.
        File.WriteAllText(file + ".partial", JsonSerializer.Serialize(this, KitJson.Default.PartReport) + "\n");
        File.Move(file + ".partial", file, overwrite: true);
    }

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    /// <exception cref="KitException">It is no such file.</exception>
    public static PartReport Load(string file)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllText(file), KitJson.Default.PartReport)
                ?? throw new JsonException("it holds null");
        }
        catch (JsonException e)
        {
            throw new KitException($"{file} is no part's report: {e.Message}", e);
        }
    }
}

/// <summary>Where a part ran. What a machine without a card lacks is null.</summary>
sealed record Machine(string? Device, string? ComputeCapability, string? Driver, string? CuBlas, string? CuDnn,
    string System, string Runtime)
{
    /// <summary>The processor's name, and how many of it this process sees.</summary>
    public string? Processor { get; init; }

    /// <inheritdoc cref="Processor"/>
    public int Processors { get; init; }
}

/// <summary>One timed item.</summary>
/// <param name="Name">The same as the peer's where it times the same.</param>
/// <param name="Way">"eager": one call between two events. "graph": one of many in a replayed graph.</param>
/// <param name="Time">Milliseconds.</param>
/// <param name="Bytes">Bytes that must move at least; 0: not counted.</param>
/// <param name="Operations">Operations of the plain algorithm; 0 where no products are summed.</param>
/// <param name="Precision">Whose rate bounds it.</param>
/// <param name="PeakMib">The largest memory that tensors had, in MiB; null where that was not looked at.</param>
sealed record Measurement(string Name, string Way, Timing Time, long Bytes, double Operations,
    string Precision, double? PeakMib = null);

/// <summary>One number of one step in two runs that should agree.</summary>
sealed record LossPair(int Step, string Name, double First, double Second)
{
    /// <summary>The difference, relative where the number is above 1.</summary>
    [JsonIgnore]
    public double Difference => Math.Abs(First - Second) / Math.Max(1, Math.Abs(Second));
}

/// <summary>The kit cannot do what was asked. The message is one sentence.</summary>
sealed class KitException(string message, Exception? inner = null) : Exception(message, inner);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true,
    UseStringEnumConverter = true, NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(PartReport))]
[JsonSerializable(typeof(ResultFile))]
internal sealed partial class KitJson : JsonSerializerContext;
