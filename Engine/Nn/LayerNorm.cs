using Ssgan.Engine.Kernels;

namespace Ssgan.Engine.Nn;

/// <summary>
/// Layer normalisation (Ba et al. 2016): over the last axes, one mean and variance for each of the rest; weight starts at 1, bias
/// at 0. Sums and parameters are F32, the result has the type of x.
/// </summary>
public sealed class LayerNorm : Layer
{
    readonly Shape _shape;
    readonly float _epsilon;

    /// <summary>Over the last axis.</summary>
    /// <param name="device">Where it computes.</param>
    /// <param name="features">The last axis of x.</param>
    /// <param name="epsilon">Added to the biased variance before the root.</param>
    /// <param name="affine">Whether there are weight and bias.</param>
    /// <param name="hasBias">Whether there is a bias beside the weight.</param>
    /// <exception cref="ArgumentException">No features, or an epsilon that is negative or not finite.</exception>
    public LayerNorm(Device device, int features, float epsilon = 1e-5f, bool affine = true, bool hasBias = true)
        : this(device, new Shape(features), epsilon, affine, hasBias)
    {
    }

    /// <summary>Over as many of the last axes as a shape has.</summary>
    /// <param name="device">Where it computes.</param>
    /// <param name="shape">The last axes of x.</param>
    /// <param name="epsilon">Added to the biased variance before the root.</param>
    /// <param name="affine">Whether there are weight and bias.</param>
    /// <param name="hasBias">Whether there is a bias beside the weight.</param>
    /// <exception cref="ArgumentException">No axes, an empty one, or an epsilon that is negative or not finite.</exception>
    public LayerNorm(Device device, Shape shape, float epsilon = 1e-5f, bool affine = true, bool hasBias = true)
    {
        ArgumentNullException.ThrowIfNull(device);
        if (shape.Rank == 0 || shape.Count == 0)
            throw new ArgumentException($"LayerNorm: the shape {shape} has no values to normalise over.");
        Normalization.CheckEpsilon("LayerNorm", epsilon);
        (_shape, _epsilon) = (shape, epsilon);
        if (!affine) return;
        Weight = Parameter("weight", device.Full(shape, 1));
        if (hasBias) Bias = Parameter("bias", device.Zeros(shape));
    }

    /// <summary>Scale, in the shape of the last axes, or null.</summary>
    public Tensor? Weight { get; }

    /// <summary>Shift, in the shape of the last axes, or null.</summary>
    public Tensor? Bias { get; }

    /// <summary>x (…, shape) to the same.</summary>
    /// <exception cref="ArgumentException">The last axes of x are not the layer's.</exception>
    public override Tensor Forward(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        int first = x.Shape.Rank - _shape.Rank;
        for (int i = 0; i < _shape.Rank; i++)
        {
            if (first < 0 || x.Shape[first + i] != _shape[i])
                throw new ArgumentException($"LayerNorm: x {x.Shape} does not end with the axes {_shape}.");
        }
        Span<int> axes = stackalloc int[_shape.Rank];
        for (int i = 0; i < axes.Length; i++) axes[i] = first + i;
        return Normalization.Scale(Normalization.Standardize(x.Cast(DType.F32), axes, _epsilon), Weight, Bias).Cast(x.Type);
    }
}
