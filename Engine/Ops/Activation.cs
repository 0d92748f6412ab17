using Ssgan.Engine.Kernels;

namespace Ssgan.Engine;

public sealed partial class Tensor
{
    /// <summary>max(0, x); the derivative at 0 is 0.</summary>
    public Tensor Relu()
    {
        var y = Map(new Relu(), "Relu");
        return y.Record("Relu", [this], [y], 0, static (g, _) => g[0] = ReluGrad(g.Upstream, g.Saved(0)));
    }

    /// <summary>x where positive, else slope·x.</summary>
    public Tensor LeakyRelu(float slope = 0.2f) => Map(new LeakyRelu(slope), "LeakyRelu")
        .Record("LeakyRelu", [this], [this], slope, static (g, slope) => g[0] = LeakyReluGrad(g.Upstream, g.Saved(0), slope));

    /// <summary>tanh x.</summary>
    public Tensor Tanh()
    {
        var y = Map(new Tanh(), "Tanh");
        return y.Record("Tanh", [this], [y], 0, static (g, _) => g[0] = TanhGrad(g.Upstream, g.Saved(0)));
    }

    /// <summary>1 / (1 + e⁻ˣ).</summary>
    public Tensor Sigmoid()
    {
        var y = Map(new Sigmoid(), "Sigmoid");
        return y.Record("Sigmoid", [this], [y], 0, static (g, _) => g[0] = SigmoidGrad(g.Upstream, g.Saved(0)));
    }

    /// <summary>ln(1 + eˣ), without overflow.</summary>
    public Tensor Softplus() => Map(new Softplus(), "Softplus")
        .Record("Softplus", [this], [this], 0, static (g, _) => g[0] = g.Upstream * g.Saved(0).Sigmoid());

    /// <summary>dy where y is positive. Linear in dy, and flat in y, whose gradient vanishes.</summary>
    internal static Tensor ReluGrad(Tensor dy, Tensor y) => Combine(new ReluGrad(), "ReluGrad", dy, y)
        .Record("ReluGrad", [dy, y], [y], 0, static (g, _) => g[0] = ReluGrad(g.Upstream, g.Saved(0)));

    static Tensor LeakyReluGrad(Tensor dy, Tensor x, float slope) => Combine(new LeakyReluGrad(slope), "LeakyReluGrad", dy, x)
        .Record("LeakyReluGrad", [dy, x], [x], slope, static (g, slope) => g[0] = LeakyReluGrad(g.Upstream, g.Saved(0), slope));

    /// <summary>dy·(1 − y²).</summary>
    static Tensor TanhGrad(Tensor dy, Tensor y) =>
        Combine(new TanhGrad(), "TanhGrad", dy, y).Record("TanhGrad", [dy, y], [dy, y], 0, static (g, _) =>
    {
        if (g.Needs(0)) g[0] = TanhGrad(g.Upstream, g.Saved(1));
        if (g.Needs(1)) g[1] = g.Upstream * g.Saved(0) * g.Saved(1) * -2;
    });

    /// <summary>dy·y·(1 − y).</summary>
    static Tensor SigmoidGrad(Tensor dy, Tensor y) => Combine(new SigmoidGrad(), "SigmoidGrad", dy, y)
        .Record("SigmoidGrad", [dy, y], [dy, y], 0, static (g, _) =>
        {
            if (g.Needs(0)) g[0] = SigmoidGrad(g.Upstream, g.Saved(1));
            if (g.Needs(1)) g[1] = g.Upstream * g.Saved(0) * g.Saved(1).Affine(-2, 1);
        });
}
