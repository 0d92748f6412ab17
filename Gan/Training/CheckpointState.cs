using System.Text.Json;
using System.Text.Json.Serialization;
using Ssgan.Gan.Algorithms;
using Ssgan.Gan.Data.Loading;
using Ssgan.Gan.Settings;

namespace Ssgan.Gan.Training;

/// <summary>What a checkpoint holds beside tensors: state.json.</summary>
public sealed record CheckpointState
{
    /// <summary>Version of the format.</summary>
    public int Format { get; init; } = CurrentFormat;

    /// <summary>Finished generator updates.</summary>
    public required long Step { get; init; }

    /// <summary>Key of the noise stream.</summary>
    public required ulong RandomSeed { get; init; }

    /// <summary>Counter of the noise stream.</summary>
    public required ulong RandomCounter { get; init; }

    /// <summary>Where the data loader stands.</summary>
    public required LoaderPosition Data { get; init; }

    /// <summary>The data's name and content hash.</summary>
    public required string DataName { get; init; }

    /// <summary>Hash of the data's content: the same data must be there on resume.</summary>
    public required string DataHash { get; init; }

    /// <summary>Sums of the log line that was under way.</summary>
    public required IReadOnlyList<StatSum> Stats { get; init; }

    /// <summary>Lower-case hex SHA-256 of tensors.safetensors.</summary>
    public required string TensorsSha256 { get; init; }

    /// <summary>The run's settings.</summary>
    [JsonConverter(typeof(TrainOptionsJson))]
    public required TrainOptions Options { get; init; }

    [JsonIgnore]
    internal static int CurrentFormat => 1;

    internal string ToJson() => JsonSerializer.Serialize(this, CheckpointJson.Default.CheckpointState) + "\n";

    internal static CheckpointState FromJson(string json, string source)
    {
        CheckpointState state;
        try
        {
            state = JsonSerializer.Deserialize(json, CheckpointJson.Default.CheckpointState)
                ?? throw new JsonException("it holds null");
        }
        catch (JsonException e)
        {
            throw new TrainingException($"{source} is not a valid checkpoint state: {JsonErrors.Describe(e)}", e);
        }
        if (state.Format != CurrentFormat)
            throw new TrainingException(
                $"{source} has checkpoint format {state.Format}; this program reads format {CurrentFormat}.");
        if (state.Step < 0 || state.Data.Epoch < 0 || state.Data.Offset < 0 || state.Stats.Any(static s => s.Count < 0))
            throw new TrainingException($"{source} has a negative step, data position or count.");
        if (state.Stats.FirstOrDefault(static s => !float.IsFinite(s.Sum)) is { } sum)
            throw new TrainingException($"{source} has a sum of {sum.Name} that is not finite, so no run can go on from it.");
        return state;
    }
}

[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata, WriteIndented = true,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true, NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(CheckpointState))]
internal sealed partial class CheckpointJson : JsonSerializerContext;
