using System.Runtime.InteropServices;

namespace Ssgan.Engine.Kernels;

/// <summary>Window, stride and zero padding of a 2-D pooling, equal in both directions.</summary>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct PoolSpec(int Kernel, int Stride, int Padding)
{
    /// <summary>Output extent: floor((input + 2·padding − kernel) / stride) + 1.</summary>
    public int Output(int input) => (input + 2 * Padding - Kernel) / Stride + 1;

    /// <summary>What an average divides by: elements of a window.</summary>
    internal float Divisor => (float)Kernel * Kernel;

    /// <summary>Its reciprocal where multiplying by it is dividing, bit for bit: of a power of two. Else 0.</summary>
    internal float ExactScale => int.IsPow2(Kernel) ? 1 / Divisor : 0;
}

/// <summary>Batch norm's constants. With <paramref name="Relu"/> the kernel also applies max(0, ·) to its output.</summary>
/// <param name="Epsilon">Added to the biased variance before the square root.</param>
/// <param name="Momentum">Weight of the batch's statistics in the running ones: r ← (1 − m)·r + m·batch.</param>
/// <param name="Relu">Whether ReLU is fused.</param>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct BatchNormSpec(float Epsilon, float Momentum, bool Relu);

/// <summary>Adam's constants (Kingma and Ba 2015, algorithm 1). The learning rate and the step counts live on
/// the device. Doubles, because 1 − 0.999f is 1.3e-5 off.</summary>
/// <param name="Beta1">Decay of the gradient's mean.</param>
/// <param name="Beta2">Decay of the mean of its square.</param>
/// <param name="Epsilon">Added to the root.</param>
/// <param name="AverageDecay">Decay of the slots' averages.</param>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct AdamSpec(double Beta1, double Beta2, double Epsilon, double AverageDecay = 0)
{
    /// <summary>The same with what a device holds: 1 − β2 and 1 − decay, null where it holds none.</summary>
    internal AdamSpec With(float? restBeta2, float? restDecay) =>
        this with { Beta2 = 1.0 - restBeta2 ?? Beta2, AverageDecay = 1.0 - restDecay ?? AverageDecay };
}

/// <summary>A learning rate that falls in a straight line to 0.</summary>
/// <param name="Start">The rate of the first step.</param>
/// <param name="Steps">The step at which it is 0.</param>
public readonly record struct DecaySpec(float Start, long Steps)
{
    /// <summary>The rate after this many finished steps, computed in double and rounded once.</summary>
    public float At(long finished) => (float)(Start * Math.Max(0.0, 1 - (double)finished / Steps));
}

/// <summary>How x2 upsampling fills the gaps.</summary>
public enum UpsampleMode
{
    /// <summary>Each pixel becomes a 2x2 block.</summary>
    Nearest,
    /// <summary>Bilinear with half-pixel centres (PyTorch's align_corners = false); edges are clamped.</summary>
    Bilinear,
    /// <summary>
    /// [1, 3, 3, 1] / 4 in each direction: y[2i] = (x[i − 1] + 3·x[i]) / 4, y[2i + 1] = (3·x[i] + x[i + 1]) / 4. As bilinear, but
    /// with zeros beyond the border (R3GAN's resampling).
    /// </summary>
    Binomial,
}

/// <summary>One weight in a spectral normalisation: w (out, …) is read as a matrix (out, rest).</summary>
/// <param name="W">The weight, first axis = rows.</param>
/// <param name="U">Left singular vector estimate (out), read and overwritten.</param>
/// <param name="V">Right singular vector estimate (rest), read and overwritten.</param>
/// <param name="Sigma">uᵀ·W·v, one element, overwritten.</param>
/// <param name="Normalized">W / sigma, the shape of W, overwritten.</param>
public readonly record struct SpectralLayer(TensorView W, TensorView U, TensorView V, TensorView Sigma, TensorView Normalized);

/// <summary>
/// One parameter in an Adam update. All views but the step have the parameter's shape; all but the gradient are updated in place.
/// </summary>
/// <param name="Parameter">p.</param>
/// <param name="Gradient">g.</param>
/// <param name="FirstMoment">m.</param>
/// <param name="SecondMoment">v.</param>
/// <param name="Step">I32 (1): the updates that this parameter has had. No two slots of an update share it.</param>
/// <param name="Average">a, or default where it has none.</param>
public readonly record struct AdamSlot(
    TensorView Parameter, TensorView Gradient, TensorView FirstMoment, TensorView SecondMoment, TensorView Step,
    TensorView Average = default);
