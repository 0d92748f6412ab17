using Ssgan.Engine;

namespace Ssgan.Gan.Augmentation;

/// <summary>What is done to images before a discriminator sees them, as an option names it.</summary>
public static class AugmentationPolicy
{
    /// <summary>Nothing is done.</summary>
    public const string None = "none";

    /// <summary>Adaptive augmentation.</summary>
    public const string Ada = "ada";

    /// <summary>The parts of DiffAugment, which can be joined by commas.</summary>
    public static IReadOnlyList<string> Parts { get; } = ["color", "translation", "cutout"];

    /// <summary>What a policy can be, in words.</summary>
    public static string Described => $"{None}, {Ada}, or some of {string.Join(", ", Parts)} with commas between";

    /// <summary>Whether a text names a policy; of parts, each once, in any order.</summary>
    public static bool Is(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text is None or Ada || PartsOf(text) is { } parts && parts.All(Parts.Contains)
            && parts.Distinct().Count() == parts.Length;
    }

    /// <summary>Whether a policy has a part.</summary>
    public static bool Has(string policy, string part)
    {
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentNullException.ThrowIfNull(part);
        return PartsOf(policy).Contains(part);
    }

    /// <summary>The augmentation of a policy; null where it does nothing. The caller disposes it.</summary>
    /// <param name="policy">A text for which <see cref="Is"/> holds.</param>
    /// <param name="device">Where the images are.</param>
    /// <param name="size">Their side.</param>
    /// <param name="target">What adaptive augmentation keeps the mean sign of logits of real images at.</param>
    /// <param name="keepsUpright">Whether images must not be turned, because a task asks how far they are.</param>
    /// <exception cref="ArgumentException">It is no policy.</exception>
    public static ImageAugmentation? Create(string policy, Device device, int size, float target, bool keepsUpright)
    {
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentNullException.ThrowIfNull(device);
        if (!Is(policy)) throw new ArgumentException($"There is no augmentation \"{policy}\", only {Described}.");
        return policy switch
        {
            None => null,
            Ada => new AdaptiveAugmentation(device, size, target, keepsUpright),
            _ => new DiffAugment(device, size, policy),
        };
    }

    /// <summary>One line on what a policy does to a GAN whose task has turned images; null where it does nothing.</summary>
    /// <param name="policy">The policy.</param>
    public static string? OfTurned(string policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        if (policy == None) return null;
        if (policy == Ada)
            return "Augmentation: ada without quarter turns; images of the rotation task are shifted only.";
        string turned = Has(policy, "translation") ? "translated only" : "left as they are";
        return $"Augmentation: {policy.Replace(",", ", ", StringComparison.Ordinal)} for upright images; those of the rotation "
            + $"task are {turned}.";
    }

    static string[] PartsOf(string policy) => policy.Split(',');
}
