using Ssgan.Engine.Kernels;

namespace Ssgan.Engine.Nn;

/// <summary>
/// y = x·Wᵀ + b with W (out, in), with b or without, optionally spectrally normalised. It computes in the type of x: the
/// parameters are F32, and W is cast where it is used.
/// </summary>
public sealed class Linear : Layer
{
    readonly SpectralNorm? _spectral;

    /// <param name="random">Source of the first values, and the device.</param>
    /// <param name="inputs">Features of x.</param>
    /// <param name="outputs">Features of y.</param>
    /// <param name="weight">Initialiser of W; null means Xavier uniform.</param>
    /// <param name="bias">Initialiser of b; null means PyTorch's default.</param>
    /// <param name="spectral">Whether W is divided by its spectral norm.</param>
    /// <param name="iterateInEvaluation">See <see cref="SpectralNorm"/>.</param>
    /// <param name="hasBias">Whether there is a b.</param>
    /// <exception cref="ArgumentException">An initialiser of no bias.</exception>
    public Linear(Rng random, int inputs, int outputs, Initializer? weight = null, Initializer? bias = null,
        bool spectral = false, bool iterateInEvaluation = false, bool hasBias = true)
    {
        ArgumentNullException.ThrowIfNull(random);
        Init.CheckBias("Linear", hasBias, bias);
        Weight = Parameter("weight", (weight ?? Init.XavierUniform())(random, new Shape(outputs, inputs), inputs, outputs));
        if (hasBias) Bias = Parameter("bias", (bias ?? Init.PyTorchBias)(random, new Shape(outputs), inputs, outputs));
        if (spectral) _spectral = Child("spectral", new SpectralNorm(random, Weight, 1, iterateInEvaluation));
    }

    /// <summary>(out, in), before any normalisation.</summary>
    public Tensor Weight { get; }

    /// <summary>(out), or null.</summary>
    public Tensor? Bias { get; }

    /// <summary>The normalisation of the weight, or null.</summary>
    public SpectralNorm? Spectral => _spectral;

    /// <summary>(…, in) → (…, out) of the same type.</summary>
    /// <exception cref="ArgumentException">The last axis of x is another one.</exception>
    public override Tensor Forward(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        if (x.Shape.Rank is not (1 or 2 or 3 or 4) || x.Shape[-1] != Weight.Shape[1])
            throw new ArgumentException($"Linear: x {x.Shape} must be (..., {Weight.Shape[1]}).");
        var w = _spectral?.Take(x.Type) ?? Weight.Cast(x.Type);
        var rows = x.Shape.Rank == 2 ? x : x.Reshape((int)(x.Count / Math.Max(1, x.Shape[-1])), x.Shape[-1]);
        var y = Bias is null ? rows.MatMul(w, transposeB: true) : rows.Linear(w, Bias);
        return x.Shape.Rank == 2 ? y : y.Reshape(x.Shape.With(-1, Weight.Shape[0]));
    }
}
