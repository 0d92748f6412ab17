using System.Text.Json;
using System.Text.Json.Serialization;
using Ssgan.Engine.Optim;
using Ssgan.Gan.Losses;

namespace Ssgan.Gan.Training;

/// <summary>Everything that defines a run. It is saved as config.json beside the run's results.</summary>
public sealed record TrainOptions
{
    /// <summary>A data set's name ("shapes", "cifar10", "cifar100", "stl10") or the path of a folder or archive.</summary>
    public string Data { get; init; } = "shapes";

    /// <summary>Image side: 32, 48, 64 or 128.</summary>
    public int Size { get; init; } = 32;

    /// <summary>Channels of the generator's widest layer; 0 is the published width.</summary>
    public int Ngf { get; init; }

    /// <summary>Channels of the discriminator's widest layer; 0 is the published width.</summary>
    public int Ndf { get; init; }

    /// <summary>Generator updates in all.</summary>
    public long Steps { get; init; } = 100_000;

    /// <summary>Images per update.</summary>
    public int Batch { get; init; } = 64;

    /// <summary>Discriminator updates per generator update (n_dis).</summary>
    public int DiscriminatorSteps { get; init; } = 5;

    /// <summary>Learning rate at the start.</summary>
    public float LearningRate { get; init; } = 2e-4f;

    /// <summary>Whether the learning rate falls linearly to 0 at the last step.</summary>
    public bool Decay { get; init; } = true;

    /// <summary>
    /// The finished steps at which a falling rate stands at its start: 0, or where a resumed run began the fall anew.
    /// </summary>
    public long DecayFrom { get; init; }

    /// <summary>Adam's decay of the gradient's mean.</summary>
    public double Beta1 { get; init; }

    /// <summary>Adam's decay of the squared gradient's mean.</summary>
    public double Beta2 { get; init; } = 0.9;

    /// <summary>Weight of the rotation loss in the discriminator's loss.</summary>
    public float RealRotationScale { get; init; } = 1;

    /// <summary>Weight of the rotation loss in the generator's loss.</summary>
    public float FakeRotationScale { get; init; } = 0.2f;

    /// <summary>Which images turn.</summary>
    public RotationBatch RotationBatch { get; init; }

    /// <summary>Whether the discriminator's shortcuts see ReLU(x) or x.</summary>
    public bool ShortcutFromRelu { get; init; } = true;

    /// <summary>
    /// Whether all images of an update go through the discriminator as one batch; see <see cref="SsganOptions.OnePass"/>.
    /// </summary>
    public bool OnePass { get; init; }

    /// <summary>Decay of the averaged generator that samples come from; 0 keeps none.</summary>
    public float EmaDecay { get; init; }

    /// <summary>Whether images are mirrored at random.</summary>
    public bool Flip { get; init; }

    /// <summary>Whether unreadable files of a folder are left out instead of stopping the run.</summary>
    public bool SkipBad { get; init; }

    /// <summary>Seed of weights, noise and shuffling.</summary>
    public ulong Seed { get; init; }

    /// <summary>Arithmetic: one of <see cref="Arithmetic.Names"/>; the CPU has "f32" only.</summary>
    public string Precision { get; init; } = "f32";

    /// <summary>Whether a GPU replays its updates as graphs; off runs them operation by operation, for debugging.</summary>
    public bool Graphs { get; init; } = true;

    /// <summary>Whether a GPU keeps the whole data set in its memory.</summary>
    public DataOnDevice DataOnDevice { get; init; }

    /// <summary>Steps between log lines.</summary>
    public long LogEvery { get; init; } = 50;

    /// <summary>Steps between sample grids.</summary>
    public long SampleEvery { get; init; } = 500;

    /// <summary>Steps between checkpoints; one is also written at the end.</summary>
    public long CheckpointEvery { get; init; } = 1000;

    /// <summary>How many checkpoints are kept.</summary>
    public int KeepLast { get; init; } = 3;

    /// <summary>Images per sample grid.</summary>
    public int GridImages { get; init; } = 64;

    /// <summary>What differs from another run, as (name, this value, other value).</summary>
    public IReadOnlyList<(string Name, string Mine, string Other)> Differences(TrainOptions other)
    {
        var (mine, theirs) = (Properties(this), Properties(other));
        return [.. mine.Where(p => theirs[p.Key] != p.Value).Select(p => (p.Key, p.Value, theirs[p.Key]))];
    }

    /// <summary>The settings that a resumed run may change: they do not alter what has been learned so far.</summary>
    public static IReadOnlySet<string> MayChangeOnResume { get; } = new HashSet<string>
    {
        "steps", "decay", "decayFrom", "graphs", "dataOnDevice", "logEvery", "sampleEvery", "checkpointEvery", "keepLast",
        "gridImages",
    };

    /// <summary>The learning rate by finished steps.</summary>
    public LinearDecay Schedule() => new(LearningRate, Decay ? Steps : null, Decay ? DecayFrom : 0);

    /// <summary>Indented JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, TrainOptionsJson.Default.TrainOptions) + "\n";

    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    /// <exception cref="TrainingException">Not such JSON; the message says where.</exception>
    public static TrainOptions FromJson(string json, string source)
    {
        try
        {
            return JsonSerializer.Deserialize(json, TrainOptionsJson.Default.TrainOptions)
                ?? throw new JsonException("it holds null");
        }
        catch (JsonException e)
        {
            throw new TrainingException($"{source} is not a valid configuration: {JsonErrors.Describe(e)}", e);
        }
    }

    /// <summary>Checks every value by itself.</summary>
    /// <param name="nameOf">From a value's name in config.json to what its owner calls it; null keeps that name.</param>
    /// <exception cref="TrainingException">One is out of range; the message names it.</exception>
    public TrainOptions Validate(Func<string, string>? nameOf = null)
    {
        Require(!string.IsNullOrWhiteSpace(Data), "data", "empty");
        Require(Steps is >= 1 and <= int.MaxValue, "steps",
            $"{Steps}; it must lie in 1 to {int.MaxValue}, which the counters on a device can hold");
        Require(DecayFrom >= 0 && DecayFrom < Steps, "decayFrom",
            $"{DecayFrom}; it must lie in 0 to {Steps - 1}, before the last step");
        Require(Batch >= 2, "batch", $"{Batch}; batch norm needs at least 2 images");
        Require(Batch <= LargestBatch, "batch", $"{Batch}; at most {LargestBatch} images fit one");
        Require(Ngf is >= 0 and <= LargestWidth, "ngf", $"{Ngf}; it must lie in 0 (the published width) to {LargestWidth}");
        Require(Ndf is >= 0 and <= LargestWidth, "ndf", $"{Ndf}; it must lie in 0 (the published width) to {LargestWidth}");
        Require(Enum.IsDefined(RotationBatch), "rotationBatch", $"{RotationBatch}, which is no known kind");
        Require(Enum.IsDefined(DataOnDevice), "dataOnDevice", $"{DataOnDevice}, which is no known choice");
        Require(RotationBatch != RotationBatch.FourAnglesOfAQuarter || Batch >= 4, "batch",
            $"{Batch}; four angles of a quarter need at least 4 images");
        Require(DiscriminatorSteps >= 1, "discriminatorSteps", $"{DiscriminatorSteps}; at least 1 is needed");
        Require(float.IsFinite(LearningRate) && LearningRate > 0, "learningRate",
            $"{Text(LearningRate)}; it must be positive and finite");
        Require(Beta1 is >= 0 and < 1, "beta1", $"{Text(Beta1)}; it must lie in [0, 1)");
        Require(Beta2 is >= 0 and < 1, "beta2", $"{Text(Beta2)}; it must lie in [0, 1)");
        Require(EmaDecay is >= 0 and < 1, "emaDecay", $"{Text(EmaDecay)}; it must lie in [0, 1)");
        Require(float.IsFinite(RealRotationScale) && RealRotationScale >= 0, "realRotationScale",
            $"{Text(RealRotationScale)}; it must be finite, 0 or more");
        Require(float.IsFinite(FakeRotationScale) && FakeRotationScale >= 0, "fakeRotationScale",
            $"{Text(FakeRotationScale)}; it must be finite, 0 or more");
        Require(LogEvery >= 1, "logEvery", $"{LogEvery}; at least 1 step is needed");
        Require(SampleEvery >= 1, "sampleEvery", $"{SampleEvery}; at least 1 step is needed");
        Require(CheckpointEvery >= 1, "checkpointEvery", $"{CheckpointEvery}; at least 1 step is needed");
        Require(KeepLast >= 1, "keepLast", $"{KeepLast}; at least 1 checkpoint must stay");
        Require(GridImages is >= 1 and <= 1024, "gridImages", $"{GridImages}; it must lie in 1 to 1024");
        Require(Arithmetic.Names.Contains(Precision), "precision",
            $"{Precision}; it must be one of {string.Join(", ", Arithmetic.Names)}");
        return this;

        void Require(bool good, string setting, string problem)
        {
            if (!good) throw new TrainingException($"{nameOf?.Invoke(setting) ?? setting} is {problem}.");
        }

        static string Text(double value) => value.ToString("G7", System.Globalization.CultureInfo.InvariantCulture);
    }

    // Far beyond what fits any device: a slip of the finger is refused before memory is asked for.
    const int LargestBatch = 1 << 16, LargestWidth = 1 << 14;

    static Dictionary<string, string> Properties(TrainOptions options)
    {
        using var document = JsonDocument.Parse(options.ToJson());
        return document.RootElement.EnumerateObject().ToDictionary(static p => p.Name, static p => p.Value.ToString());
    }
}

/// <summary>A run cannot start or go on. The message is one sentence for the user.</summary>
public class TrainingException(string message, Exception? inner = null) : Exception(message, inner);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true,
    UseStringEnumConverter = true, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false)]
[JsonSerializable(typeof(TrainOptions))]
internal sealed partial class TrainOptionsJson : JsonSerializerContext;
