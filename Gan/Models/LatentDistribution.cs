namespace Ssgan.Gan.Models;

/// <summary>How the noise is distributed that images are drawn from.</summary>
public enum LatentDistribution
{
    /// <summary>Standard normal (Mimicry).</summary>
    Normal,

    /// <summary>Uniform in [−1, 1) (compare_gan).</summary>
    Uniform,
}
