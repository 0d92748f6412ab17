using System.Text.Json.Serialization;
using Ssgan.Engine;
using Ssgan.Gan.Losses;
using Ssgan.Gan.Settings;

namespace Ssgan.Gan.Algorithms;

/// <summary>SSGAN's knobs.</summary>
public sealed record SsganOptions() : GanOptions("ssgan")
{
    /// <summary>Weight of the rotation loss of real images in the discriminator's loss.</summary>
    public float RealRotationScale { get; init; } = 1;

    /// <summary>Weight of the rotation loss of fake images in the generator's loss.</summary>
    public float FakeRotationScale { get; init; } = 0.2f;

    /// <summary>Which images turn.</summary>
    public RotationBatch RotationBatch { get; init; }

    /// <summary>Whether residual shortcuts of the discriminator see ReLU(x) or x.</summary>
    public bool ShortcutFromRelu { get; init; } = true;

    /// <summary>
    /// Whether all images of an update go through the discriminator as one batch, so that its weights are normalised once, after
    /// one power iteration (compare_gan), instead of before each batch anew (Mimicry). With u and v at rest both give the same
    /// losses and gradients.
    /// </summary>
    public bool OnePass { get; init; }

    /// <summary>Its own values.</summary>
    public static IReadOnlyList<Setting<SsganOptions>> Settings { get; } =
    [
        Setting.Number<SsganOptions, float>("realRotationScale", "--rotation-real",
            "Weight of the rotation loss for the discriminator.",
            static o => o.RealRotationScale, static (o, v) => o with { RealRotationScale = v }),
        Setting.Number<SsganOptions, float>("fakeRotationScale", "--rotation-fake",
            "Weight of the rotation loss for the generator.",
            static o => o.FakeRotationScale, static (o, v) => o with { FakeRotationScale = v }),
        Setting.Choice<SsganOptions, RotationBatch>("rotationBatch", "--rotation",
            "Which images turn: each once, or the first quarter in all four directions.",
            [("quarters", RotationBatch.Quarters), ("four-angles", RotationBatch.FourAnglesOfAQuarter)],
            static o => o.RotationBatch, static (o, v) => o with { RotationBatch = v }),
        Setting.Choice<SsganOptions, bool>("shortcutFromRelu", "--shortcut",
            "What residual shortcuts of the discriminator see.", [("relu", true), ("raw", false)],
            static o => o.ShortcutFromRelu, static (o, v) => o with { ShortcutFromRelu = v }),
        Setting.Switch<SsganOptions>("onePass", "--one-pass",
            "Real, fake and turned images go through the discriminator as one batch, with one power iteration for all of them "
            + "instead of one each.", static o => o.OnePass, static (o, v) => o with { OnePass = v }),
    ];

    public override GanStep Create(Device device, int size, OptimisationSettings optimisation) =>
        new SsganStep(device, Architecture(size), this, optimisation);

    public override void Validate(Check check, int batch)
    {
        base.Validate(check, batch);
        check.That(Enum.IsDefined(RotationBatch), "rotationBatch", $"{RotationBatch}, which is no known kind");
        check.That(RotationBatch != RotationBatch.FourAnglesOfAQuarter || batch >= 4, "batch",
            $"{batch}; four angles of a quarter need at least 4 images");
        check.Weight(RealRotationScale, "realRotationScale");
        check.Weight(FakeRotationScale, "fakeRotationScale");
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, AllowDuplicateProperties = false)]
[JsonSerializable(typeof(SsganOptions))]
sealed partial class SsganJson : JsonSerializerContext;
