using Ssgan.Engine.Kernels;

namespace Ssgan.Engine;

/// <summary>
/// A weight to normalise with its singular vector estimates: w (out, …) read as a matrix (out, rest), u (out), v (rest).
/// </summary>
/// <param name="W">The weight, F32.</param>
/// <param name="U">Left singular vector estimate.</param>
/// <param name="V">Right singular vector estimate.</param>
/// <param name="Type">Element type of the normalised weight, F32 or BF16; everything else stays F32.</param>
public readonly record struct SpectralWeight(Tensor W, Tensor U, Tensor V, DType Type = DType.F32);

public sealed partial class Tensor
{
    /// <summary>
    /// W / σ(W) for several weights in one pass (Miyato et al. 2018). u and v are updated in place by
    /// <paramref name="iterations"/> power iterations, then σ = uᵀWv. The gradient treats u and v as constants, as PyTorch does.
    /// Where σ is 0, W is divided by the smallest normal number instead and has gradient 0: a weight of zeros gives zeros, where
    /// PyTorch gives NaN.
    /// </summary>
    /// <param name="weights">Any number of weights on one device.</param>
    /// <param name="iterations">1 while training; 0 leaves u and v alone.</param>
    /// <param name="epsilon">Lower bound of the norms that u and v are divided by.</param>
    /// <exception cref="ArgumentException">A weight of rank below 2, or u or v that does not fit it.</exception>
    public static Tensor[] SpectralNorm(ReadOnlySpan<SpectralWeight> weights, int iterations, float epsilon = 1e-12f)
    {
        if (iterations < 0) throw new ArgumentException($"SpectralNorm: {iterations} power iterations; 0 or more are needed.");
        if (weights.Length == 0) return [];
        for (int i = 0; i < weights.Length; i++)
        {
            if (weights[i] is { W: null } or { U: null } or { V: null }) throw new ArgumentNullException($"weights[{i}]");
        }
        var device = weights[0].W.Device;
        var layers = new SpectralLayer[weights.Length];
        var (results, sigmas) = (new Tensor[weights.Length], new Tensor[weights.Length]);
        for (int i = 0; i < weights.Length; i++)
        {
            var (w, u, v, type) = weights[i];
            Guard.F32("SpectralNorm", w, u, v);
            if (!device.Backend.ComputesIn(type))
                throw new ArgumentException($"SpectralNorm: {w.Device.Name} does not compute in {type}.");
            Guard.SameDevice("SpectralNorm", weights[0].W, w, u, v);
            if (w.Shape.Rank < 2 || w.Count == 0)
                throw new ArgumentException($"SpectralNorm: weight {w.Shape} cannot be read as a matrix (out, rest).");
            Guard.Shape("SpectralNorm", "u", u, new Shape(w.Shape[0]));
            Guard.Shape("SpectralNorm", "v", v, new Shape((int)(w.Count / w.Shape[0])));
            results[i] = device.Empty(w.Shape, type);
            sigmas[i] = device.Empty(new Shape(1));
            var (left, right) = iterations > 0 ? (u.MutableView, v.MutableView) : (u.View, v.View);
            layers[i] = new SpectralLayer(w.View, left, right, sigmas[i].View, results[i].View);
        }
        device.Backend.SpectralNormForward(layers, iterations, epsilon);
        for (int i = 0; i < weights.Length; i++)
        {
            var (w, u, v, _) = weights[i];
            if (!Tape.IsNeeded(device, w)) continue;
            // The next forward overwrites u and v while this one's gradient is still to come.
            results[i].Record("SpectralNorm", [w], [w, u.Copy(), v.Copy(), sigmas[i]], 0,
                static (g, _) => SpectralNormBackward(g));
        }
        return results;
    }

    static void SpectralNormBackward(Gradients g)
    {
        var (w, u, v, sigma, dn) = (g.Saved(0), g.Saved(1), g.Saved(2), g.Saved(3), g.Upstream);
        if (!dn.Device.GradEnabled)
        {
            var dw = dn.Device.Zeros(w.Shape);
            dn.Backend.SpectralNormBackward(new SpectralLayer(w.View, u.View, v.View, sigma.View, default), dn.View, dw.View);
            g[0] = dw;
            return;
        }
        // The same in differentiable operations, sigma included, for second derivatives.
        dn = dn.Cast(DType.F32);
        int rows = w.Shape[0];
        var (row, column) = (v.Reshape(-1, 1), u.Reshape(rows, 1));
        var s = (w.Reshape(rows, -1).MatMul(row) * column).Sum();
        // A weight of zeros has no gradient, as in the fused form.
        var zero = s.EqualMask(s.Device.Scalar(0));
        s += zero;
        g[0] = (dn / s - column.MatMul(row, false, true).Reshape(w.Shape) * ((dn * w).Sum() / s.Square())) * (1 - zero);
    }
}
