using System.Text.Json.Serialization;
using Ssgan.Engine.Optim.Schedules;

namespace Ssgan.Gan.Settings;

/// <summary>When the generator is updated within a step.</summary>
public enum UpdateOrder
{
    /// <summary>After the last update of the discriminator (Mimicry since its version 0.1.14).</summary>
    GeneratorLast,
    /// <summary>Before the first one (Mimicry up to its version 0.1.13).</summary>
    GeneratorFirst,
}

/// <summary>How a run updates its networks.</summary>
public sealed record OptimisationSettings
{
    // Far beyond what fits any device: a slip of the finger is refused before memory is asked for.
    const int LargestBatch = 1 << 16;

    /// <summary>Generator updates in all.</summary>
    public long Steps { get; init; } = 100_000;

    /// <summary>Images per update.</summary>
    public int Batch { get; init; } = 64;

    /// <summary>Discriminator updates per generator update (n_dis).</summary>
    public int DiscriminatorSteps { get; init; } = 5;

    /// <summary>When the generator is updated within a step.</summary>
    public UpdateOrder UpdateOrder { get; init; }

    /// <summary>Learning rate at the start.</summary>
    public float LearningRate { get; init; } = 2e-4f;

    /// <summary>The course of the learning rate, a name of <see cref="ScheduleCatalog"/>.</summary>
    [JsonConverter(typeof(ScheduleNameJson))]
    public string Decay { get; init; } = ScheduleCatalog.Names[0];

    /// <summary>
    /// The finished steps at which a falling rate stands at its start: 0, or where a resumed run began the fall anew.
    /// </summary>
    public long DecayFrom { get; init; }

    /// <summary>Adam's decay of the gradient's mean.</summary>
    public double Beta1 { get; init; }

    /// <summary>Adam's decay of the squared gradient's mean.</summary>
    public double Beta2 { get; init; } = 0.9;

    /// <summary>Decay of the averaged generator that samples come from; 0 keeps none.</summary>
    public float EmaDecay { get; init; }

    /// <summary>
    /// Thousands of images after which the averaged generator's past has lost half of its weight, in place of
    /// <see cref="EmaDecay"/>; 0 leaves it to that.
    /// </summary>
    public double EmaHalfLife { get; init; }

    /// <summary>The finished steps from which the generator is averaged; until then the average is a copy.</summary>
    public long EmaStart { get; init; }

    /// <summary>Seed of weights, noise and shuffling.</summary>
    public ulong Seed { get; init; }

    /// <summary>Arithmetic: "f32", "tf32" or "bf16"; the CPU has "f32" only.</summary>
    public string Precision { get; init; } = "f32";

    /// <summary>Whether a GPU replays its updates as graphs; off runs them operation by operation, for debugging.</summary>
    public bool Graphs { get; init; } = true;

    /// <summary>Whether batch norm goes by the images of all ranks, so that their number changes nothing; else by a rank's own.
    /// </summary>
    public bool SyncBatchNorm { get; init; }

    /// <summary>
    /// Every value but the learning rate's course, which is one option for <see cref="Decay"/> and <see cref="DecayFrom"/>.
    /// </summary>
    public static IReadOnlyList<Setting<OptimisationSettings>> Settings { get; } =
    [
        Setting.Number<OptimisationSettings, long>("steps", "--steps", "Generator updates in all.",
            static o => o.Steps, static (o, v) => o with { Steps = v }),
        Setting.Number<OptimisationSettings, int>("batch", "--batch", "Images per update.",
            static o => o.Batch, static (o, v) => o with { Batch = v }),
        Setting.Choice<OptimisationSettings, string>("precision", "--precision",
            "Arithmetic of products, and in bf16 of activations; the CPU has f32 only.",
            [.. Arithmetic.Names.Select(static n => (n, n))],
            static o => o.Precision, static (o, v) => o with { Precision = v }),
        Setting.Number<OptimisationSettings, ulong>("seed", "--seed", "Seed of weights, noise and shuffling.",
            static o => o.Seed, static (o, v) => o with { Seed = v }),
        Setting.Number<OptimisationSettings, int>("discriminatorSteps", "--n-dis",
            "Discriminator updates per generator update.",
            static o => o.DiscriminatorSteps, static (o, v) => o with { DiscriminatorSteps = v }),
        Setting.Choice<OptimisationSettings, UpdateOrder>("updateOrder", "--update-order",
            "When the generator is updated in a step: after the discriminator (default), or before it.",
            [("generator-last", UpdateOrder.GeneratorLast), ("generator-first", UpdateOrder.GeneratorFirst)],
            static o => o.UpdateOrder, static (o, v) => o with { UpdateOrder = v }),
        Setting.Number<OptimisationSettings, float>("learningRate", "--lr", "Learning rate at the start.",
            static o => o.LearningRate, static (o, v) => o with { LearningRate = v }),
        Setting.Number<OptimisationSettings, double>("beta1", "--beta1", "Adam's decay of the gradient's mean.",
            static o => o.Beta1, static (o, v) => o with { Beta1 = v }),
        Setting.Number<OptimisationSettings, double>("beta2", "--beta2", "Adam's decay of the squared gradient's mean.",
            static o => o.Beta2, static (o, v) => o with { Beta2 = v }),
        Setting.Number<OptimisationSettings, float>("emaDecay", "--ema",
            "Decay of the averaged generator that draws the samples; 0 keeps none.",
            static o => o.EmaDecay, static (o, v) => o with { EmaDecay = v }),
        Setting.Number<OptimisationSettings, double>("emaHalfLife", "--ema-half-life",
            "In place of --ema: thousands of images after which the average's past has lost half of its weight.",
            static o => o.EmaHalfLife, static (o, v) => o with { EmaHalfLife = v }),
        Setting.Number<OptimisationSettings, long>("emaStart", "--ema-start",
            "Steps after which the generator is averaged; until then the average is a copy of it. Default: 0.",
            static o => o.EmaStart, static (o, v) => o with { EmaStart = v }),
        Setting.Choice<OptimisationSettings, bool>("graphs", "--graphs",
            "Whether a GPU replays its updates as graphs (default) or runs each operation.", [("on", true), ("off", false)],
            static o => o.Graphs, static (o, v) => o with { Graphs = v }),
        Setting.Choice<OptimisationSettings, bool>("syncBatchNorm", "--sync-bn",
            "With several ranks: whether batch norm goes by the images of all, as one rank's would, or each one's own (default).",
            [("on", true), ("off", false)],
            static o => o.SyncBatchNorm, static (o, v) => o with { SyncBatchNorm = v }),
    ];

    /// <summary>Whether the generator is averaged.</summary>
    [JsonIgnore]
    public bool KeepsAverage => EmaDecay > 0 || EmaHalfLife > 0;

    /// <summary>
    /// What the average takes of each new generator by finished steps, 1 − decay: all before <see cref="EmaStart"/>, and then
    /// 1 − <see cref="EmaDecay"/>, or 1 − 0.5^(batch / half-life).
    /// </summary>
    public Schedule AverageRest()
    {
        double decay = EmaHalfLife > 0 ? Math.Pow(0.5, Batch / (1000 * EmaHalfLife)) : EmaDecay;
        return new StepChange(EmaStart > 0 ? 1 : (float)(1 - decay), (float)(1 - decay), EmaStart);
    }

    /// <summary>The learning rate by finished steps.</summary>
    /// <exception cref="ArgumentException">There is no course of that name.</exception>
    public Schedule Schedule() => ScheduleCatalog.Of(Decay).Create(LearningRate, Steps, DecayFrom);

    internal void Validate(Check check)
    {
        check.That(Steps is >= 1 and <= int.MaxValue, "steps",
            $"{Steps}; it must lie in 1 to {int.MaxValue}, which the counters on a device can hold");
        check.That(ScheduleCatalog.Names.Contains(Decay), "decay",
            $"{Decay}; it must be one of {string.Join(", ", ScheduleCatalog.Names)}");
        check.That(DecayFrom >= 0 && DecayFrom < Steps, "decayFrom",
            $"{DecayFrom}; it must lie in 0 to {Steps - 1}, before the last step");
        check.That(Batch >= 2, "batch", $"{Batch}; batch norm needs at least 2 images");
        check.That(Batch <= LargestBatch, "batch", $"{Batch}; at most {LargestBatch} images fit one");
        check.That(DiscriminatorSteps >= 1, "discriminatorSteps", $"{DiscriminatorSteps}; at least 1 is needed");
        check.That(Enum.IsDefined(UpdateOrder), "updateOrder", $"{UpdateOrder}, which is no known order");
        check.That(float.IsFinite(LearningRate) && LearningRate > 0, "learningRate",
            $"{Check.Text(LearningRate)}; it must be positive and finite");
        check.Share(Beta1, "beta1");
        check.Share(Beta2, "beta2");
        check.Share(EmaDecay, "emaDecay");
        check.Weight(EmaHalfLife, "emaHalfLife");
        check.That(EmaHalfLife == 0 || EmaDecay == 0, "emaHalfLife", $"{Check.Text(EmaHalfLife)}, and "
            + $"{check.NameOf("emaDecay")} is {Check.Text(EmaDecay)}; an average takes one of the two");
        check.That(EmaStart >= 0, "emaStart", $"{EmaStart}; it must be 0 or more steps");
        check.That(EmaStart == 0 || KeepsAverage, "emaStart", $"{EmaStart}, and nothing is averaged; "
            + $"{check.NameOf("emaDecay")} or {check.NameOf("emaHalfLife")} averages");
        check.That(Arithmetic.Names.Contains(Precision), "precision",
            $"{Precision}; it must be one of {string.Join(", ", Arithmetic.Names)}");
    }
}
