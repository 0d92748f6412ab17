using Ssgan.Engine.Kernels;

namespace Ssgan.Engine.Nn;

/// <summary>y = x·Wᵀ + b with W (out, in), optionally spectrally normalised.</summary>
public sealed class Linear : Module
{
    readonly SpectralNorm? _spectral;
    readonly DType _compute;

    /// <param name="random">Source of the first values, and the device.</param>
    /// <param name="inputs">Features of x.</param>
    /// <param name="outputs">Features of y.</param>
    /// <param name="weight">Initialiser of W; null means Xavier uniform.</param>
    /// <param name="bias">Initialiser of b; null means PyTorch's default.</param>
    /// <param name="spectral">Whether W is divided by its spectral norm.</param>
    /// <param name="iterateInEvaluation">See <see cref="SpectralNorm"/>.</param>
    /// <param name="compute">Element type of x, y and W as the product sees it; the parameters themselves are F32.</param>
    public Linear(Rng random, int inputs, int outputs, Initializer? weight = null, Initializer? bias = null,
        bool spectral = false, bool iterateInEvaluation = false, DType compute = DType.F32)
    {
        ArgumentNullException.ThrowIfNull(random);
        _compute = compute;
        Weight = Parameter("weight", (weight ?? Init.XavierUniform())(random, new Shape(outputs, inputs), inputs, outputs));
        Bias = Parameter("bias", (bias ?? Init.PyTorchBias)(random, new Shape(outputs), inputs, outputs));
        if (spectral) _spectral = Child("spectral", new SpectralNorm(random, Weight, 1, iterateInEvaluation, compute));
    }

    /// <summary>(out, in), before any normalisation.</summary>
    public Tensor Weight { get; }

    /// <summary>(out).</summary>
    public Tensor Bias { get; }

    /// <summary>The normalisation of the weight, or null.</summary>
    public SpectralNorm? Spectral => _spectral;

    /// <summary>(N, in) → (N, out).</summary>
    public Tensor Forward(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        return x.Linear(_spectral?.Take() ?? Weight.Cast(_compute), Bias);
    }
}
