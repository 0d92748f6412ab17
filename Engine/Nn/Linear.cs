using Ssgan.Engine.Kernels;

namespace Ssgan.Engine.Nn;

/// <summary>
/// y = x·Wᵀ + b with W (out, in), optionally spectrally normalised. It computes in the type of x: the parameters are F32, and W
/// is cast where it is used.
/// </summary>
public sealed class Linear : Module
{
    readonly SpectralNorm? _spectral;

    /// <param name="random">Source of the first values, and the device.</param>
    /// <param name="inputs">Features of x.</param>
    /// <param name="outputs">Features of y.</param>
    /// <param name="weight">Initialiser of W; null means Xavier uniform.</param>
    /// <param name="bias">Initialiser of b; null means PyTorch's default.</param>
    /// <param name="spectral">Whether W is divided by its spectral norm.</param>
    /// <param name="iterateInEvaluation">See <see cref="SpectralNorm"/>.</param>
    public Linear(Rng random, int inputs, int outputs, Initializer? weight = null, Initializer? bias = null,
        bool spectral = false, bool iterateInEvaluation = false)
    {
        ArgumentNullException.ThrowIfNull(random);
        Weight = Parameter("weight", (weight ?? Init.XavierUniform())(random, new Shape(outputs, inputs), inputs, outputs));
        Bias = Parameter("bias", (bias ?? Init.PyTorchBias)(random, new Shape(outputs), inputs, outputs));
        if (spectral) _spectral = Child("spectral", new SpectralNorm(random, Weight, 1, iterateInEvaluation));
    }

    /// <summary>(out, in), before any normalisation.</summary>
    public Tensor Weight { get; }

    /// <summary>(out).</summary>
    public Tensor Bias { get; }

    /// <summary>The normalisation of the weight, or null.</summary>
    public SpectralNorm? Spectral => _spectral;

    /// <summary>(N, in) → (N, out) of the same type.</summary>
    public Tensor Forward(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        return x.Linear(_spectral?.Take(x.Type) ?? Weight.Cast(x.Type), Bias);
    }
}
