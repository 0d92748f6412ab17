using System.Text.Json.Serialization;
using Ssgan.Gan.Losses;
using Ssgan.Gan.Models;
using Ssgan.Gan.Settings;

namespace Ssgan.Gan.Algorithms;

/// <summary>The knobs of a GAN that also learns by how many quarter turns images were rotated.</summary>
public abstract record RotationGanOptions : ResNetGanOptions
{
    /// <param name="model">The GAN's name in config.json and on the console.</param>
    protected RotationGanOptions(string model) : base(model)
    {
    }

    /// <summary>Weight of the rotation loss in the discriminator's loss.</summary>
    public float RealRotationScale { get; init; } = 1;

    /// <summary>Weight of the rotation loss in the generator's loss.</summary>
    public float FakeRotationScale { get; init; } = 1;

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

    [JsonIgnore]
    internal override bool TurnsImages => true;

    /// <summary>The values that all of these GANs have.</summary>
    public static IReadOnlyList<Setting<RotationGanOptions>> Settings { get; } =
    [
        Setting.Number<RotationGanOptions, float>("realRotationScale", "--rotation-real",
            "Weight of the rotation loss for the discriminator.",
            static o => o.RealRotationScale, static (o, v) => o with { RealRotationScale = v }),
        Setting.Number<RotationGanOptions, float>("fakeRotationScale", "--rotation-fake",
            "Weight of the rotation loss for the generator.",
            static o => o.FakeRotationScale, static (o, v) => o with { FakeRotationScale = v }),
        Setting.Choice<RotationGanOptions, RotationBatch>("rotationBatch", "--rotation",
            "Which images turn: each once, the first quarter in all four directions, or each in all four.",
            [("quarters", RotationBatch.Quarters), ("four-angles", RotationBatch.FourAnglesOfAQuarter),
                ("all-angles", RotationBatch.FourAnglesOfAll)],
            static o => o.RotationBatch, static (o, v) => o with { RotationBatch = v }),
        Setting.Choice<RotationGanOptions, bool>("shortcutFromRelu", "--shortcut",
            "What residual shortcuts of the discriminator see.", [("relu", true), ("raw", false)],
            static o => o.ShortcutFromRelu, static (o, v) => o with { ShortcutFromRelu = v }),
        Setting.Switch<RotationGanOptions>("onePass", "--one-pass",
            "Real, fake and turned images go through the discriminator as one batch, with one power iteration for all of them "
            + "instead of one each.", static o => o.OnePass, static (o, v) => o with { OnePass = v }),
    ];

    /// <inheritdoc/>
    public override DiscriminatorOptions DiscriminatorVariant(int classes) => new() { ShortcutFromRelu = ShortcutFromRelu };

    /// <inheritdoc/>
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
