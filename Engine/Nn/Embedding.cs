using Ssgan.Engine.Kernels;

namespace Ssgan.Engine.Nn;

/// <summary>
/// A table of learned rows, looked up by index, optionally divided by its spectral norm as a matrix (rows, features).
/// </summary>
public sealed class Embedding : Layer
{
    readonly SpectralNorm? _spectral;

    /// <param name="random">Source of the first values, and the device.</param>
    /// <param name="rows">Number of indices.</param>
    /// <param name="features">Width of a row.</param>
    /// <param name="weight">Initialiser; null means standard normal, PyTorch's default.</param>
    /// <param name="spectral">Whether the table is divided by its spectral norm.</param>
    /// <param name="iterateInEvaluation">See <see cref="SpectralNorm"/>.</param>
    public Embedding(Rng random, int rows, int features, Initializer? weight = null, bool spectral = false,
        bool iterateInEvaluation = false)
    {
        ArgumentNullException.ThrowIfNull(random);
        Weight = Parameter("weight", (weight ?? Init.Normal(1))(random, new Shape(rows, features), rows, features));
        if (spectral) _spectral = Child("spectral", new SpectralNorm(random, Weight, 1, iterateInEvaluation));
    }

    /// <summary>(rows, features), before any normalisation.</summary>
    public Tensor Weight { get; }

    /// <summary>The normalisation of the table, or null.</summary>
    public SpectralNorm? Spectral => _spectral;

    /// <summary>I32 (N) → (N, features).</summary>
    public override Tensor Forward(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        return (_spectral?.Take() ?? Weight).GatherRows(x);
    }
}
