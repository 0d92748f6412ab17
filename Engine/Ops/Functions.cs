using Ssgan.Engine.Kernels;

namespace Ssgan.Engine;

public sealed partial class Tensor
{
    /// <summary>sin x, accurate for every number; NaN of ±∞.</summary>
    public Tensor Sin() =>
        Map(new Sin(), "Sin").Record("Sin", [this], [this], 0, static (g, _) => g[0] = g.Upstream * g.Saved(0).Cos());

    /// <summary>cos x, accurate for every number; NaN of ±∞.</summary>
    public Tensor Cos() =>
        Map(new Cos(), "Cos").Record("Cos", [this], [this], 0, static (g, _) => g[0] = g.Upstream * g.Saved(0).Sin().Neg());

    /// <summary>The error function 2 / √π ∫₀ˣ e^−t² dt.</summary>
    public Tensor Erf() => Map(new Erf(), "Erf").Record("Erf", [this], [this], 0,
        static (g, _) => g[0] = g.Upstream * (g.Saved(0).Square().Neg().Exp() * 1.12837917f));

    /// <summary>ln(1 + x), accurate at 0; −∞ at −1, NaN below.</summary>
    public Tensor Log1p() =>
        Map(new Log1p(), "Log1p").Record("Log1p", [this], [this], 0, static (g, _) => g[0] = g.Upstream / (g.Saved(0) + 1));

    /// <summary>eˣ − 1, accurate at 0.</summary>
    public Tensor Expm1()
    {
        var y = Map(new Expm1(), "Expm1");
        return y.Record("Expm1", [this], [y], 0, static (g, _) => g[0] = g.Upstream * (g.Saved(0) + 1));
    }

    /// <summary>The largest integer that is not larger; the derivative is 0 everywhere.</summary>
    public Tensor Floor() => Map(new Floor(), "Floor").Record("Floor", [this], [], 0, static (_, _) => { });

    /// <summary>The smallest integer that is not smaller; the derivative is 0 everywhere.</summary>
    public Tensor Ceiling() => Map(new Ceiling(), "Ceiling").Record("Ceiling", [this], [], 0, static (_, _) => { });

    /// <summary>The nearest integer, of two the even one; the derivative is 0 everywhere.</summary>
    public Tensor Round() => Map(new Round(), "Round").Record("Round", [this], [], 0, static (_, _) => { });
}
