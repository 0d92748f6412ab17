using Ssgan.Engine.Kernels;

namespace Ssgan.Engine;

// Activations whose derivative is a function of their input: one pass, and one for the product with dy.
public sealed partial class Tensor
{
    /// <summary>x·Φ(x), Φ the normal distribution's share below x (Hendrycks and Gimpel 2016), in its exact form. At −∞ NaN, as
    /// in torch.</summary>
    public Tensor Gelu() => Map(new Gelu(), "Gelu")
        .Record("Gelu", [this], [this], 0, static (g, _) => g[0] = g.Upstream * g.Saved(0).GeluSlope());

    /// <summary>The same with tanh: x / 2·(1 + tanh(√(2/π)·(x + 0.044715·x³))).</summary>
    public Tensor GeluTanh() => Map(new GeluTanh(), "GeluTanh")
        .Record("GeluTanh", [this], [this], 0, static (g, _) => g[0] = g.Upstream * g.Saved(0).GeluTanhSlope());

    /// <summary>x·σ(x), also known as swish.</summary>
    public Tensor Silu() => Map(new Silu(), "Silu")
        .Record("Silu", [this], [this], 0, static (g, _) => g[0] = g.Upstream * g.Saved(0).SiluSlope());

    /// <summary>x where positive, else alpha·(eˣ − 1).</summary>
    public Tensor Elu(float alpha = 1) => Map(new Elu(alpha), "Elu")
        .Record("Elu", [this], [this], alpha, static (g, alpha) => g[0] = g.Upstream * g.Saved(0).EluSlope(alpha));

    /// <summary>Φ + x·φ, whose derivative is (2 − x²)·φ.</summary>
    Tensor GeluSlope() => Map(new GeluSlope(), "GeluSlope").Record("GeluSlope", [this], [this], 0, static (g, _) =>
    {
        var square = g.Saved(0).Square();
        g[0] = g.Upstream * (square.Affine(-0.39894228f, 0.79788456f) * square.Times(-0.5f).Exp());
    });

    /// <summary>
    /// s + x·v·s′, where s = σ(2u), v = (2u)′ and s′ = s·(1 − s); its derivative is s′·(2v + x·v′ + x·v²·(1 − 2s)).
    /// </summary>
    Tensor GeluTanhSlope() => Map(new GeluTanhSlope(), "GeluTanhSlope")
        .Record("GeluTanhSlope", [this], [this], 0, static (g, _) =>
    {
        var x = g.Saved(0);
        var square = x.Square();
        var s = (x * square.Affine(0.0713548163f, 1.59576912f)).Sigmoid();
        var v = square.Affine(0.214064449f, 1.59576912f);
        var sum = v * 2 + square * 0.428128898f + x * v.Square() * s.Affine(-2, 1);
        g[0] = g.Upstream * (s * s.Affine(-1, 1) * sum);
    });

    /// <summary>s + x·s′, where s = σ(x) and s′ = s·(1 − s); its derivative is s′·(2 + x·(1 − 2s)).</summary>
    Tensor SiluSlope() => Map(new SiluSlope(), "SiluSlope").Record("SiluSlope", [this], [this], 0, static (g, _) =>
    {
        var s = g.Saved(0).Sigmoid();
        g[0] = g.Upstream * (s * s.Affine(-1, 1) * (g.Saved(0) * s.Affine(-2, 1) + 2));
    });

    /// <summary>1 where x is positive, else alpha·eˣ, which is its own derivative.</summary>
    Tensor EluSlope(float alpha)
    {
        var y = Map(new EluSlope(alpha), "EluSlope");
        return y.Record("EluSlope", [this], [this, y], 0,
            static (g, _) => g[0] = ReluGrad(g.Upstream * g.Saved(1), g.Saved(0).Map(new Step(), "Step").Affine(-1, 1)));
    }
}
