using Ssgan.Engine;

namespace Ssgan.Gan.Models;

/// <summary>What a generator makes images of.</summary>
/// <param name="Z">Noise (N, latent).</param>
/// <param name="Labels">The classes to draw, I32 (N); null for a generator that knows none.</param>
public readonly record struct Latent(Tensor Z, Tensor? Labels = null)
{
    /// <summary>Number of images.</summary>
    public int Count => Z.Shape[0];

    /// <summary>Noise without classes.</summary>
    public static implicit operator Latent(Tensor z) => new(z);
}
