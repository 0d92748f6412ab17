using Ssgan.Engine.Kernels;

namespace Ssgan.Engine;

public sealed partial class Tensor
{
    /// <summary>−x, of a zero too: −0 of 0.</summary>
    public Tensor Neg() => Map(new Neg(), "Neg").Record("Neg", [this], [], 0, static (g, _) => g[0] = g.Upstream.Neg());

    /// <summary>scale·x + shift, rounded once.</summary>
    public Tensor Affine(float scale, float shift) => Map(new Affine(scale, shift), "Affine")
        .Record("Affine", [this], [], scale, static (g, scale) => g[0] = g.Upstream.Times(scale));

    /// <summary>x·c as a fused multiply-add: −0 is the one shift that no product changes by, of either zero.</summary>
    Tensor Times(float c) => Affine(c, -0f);

    /// <summary>x / c; by a power of two as the product with its reciprocal, which is exact.</summary>
    Tensor Over(float c)
    {
        float reciprocal = 1 / c;
        if (float.IsPow2(MathF.Abs(c)) && float.IsFinite(reciprocal)) return Times(reciprocal);
        return Map(new DivideBy(c), "Div").Record("Div", [this], [], c, static (g, c) => g[0] = g.Upstream.Over(c));
    }

    /// <summary>|x|; the derivative at 0 is 0.</summary>
    public Tensor Abs() =>
        Map(new Abs(), "Abs").Record("Abs", [this], [this], 0, static (g, _) => g[0] = g.Upstream * g.Saved(0).Sign());

    /// <summary>−1, 0 or 1; the derivative is 0 everywhere.</summary>
    public Tensor Sign() => Map(new Sign(), "Sign").Record("Sign", [this], [], 0, static (_, _) => { });

    /// <summary>x².</summary>
    public Tensor Square() =>
        Map(new Square(), "Square").Record("Square", [this], [this], 0, static (g, _) => g[0] = g.Upstream * g.Saved(0) * 2);

    /// <summary>√x.</summary>
    public Tensor Sqrt()
    {
        var y = Map(new Sqrt(), "Sqrt");
        return y.Record("Sqrt", [this], [y], 0, static (g, _) => g[0] = g.Upstream / g.Saved(0) * 0.5f);
    }

    /// <summary>1 / √x.</summary>
    public Tensor Rsqrt()
    {
        var y = Map(new Rsqrt(), "Rsqrt");
        return y.Record("Rsqrt", [this], [y], 0, static (g, _) => g[0] = g.Upstream * g.Saved(0).Pow(3) * -0.5f);
    }

    /// <summary>x raised to a constant.</summary>
    public Tensor Pow(float exponent) => Map(new Pow(exponent), "Pow")
        .Record("Pow", [this], [this], exponent, static (g, p) =>
        {
            // x⁰ is constant: x⁻¹·0 would be NaN at 0.
            if (p != 0) g[0] = g.Upstream * g.Saved(0).Pow(p - 1) * p;
        });

    /// <summary>eˣ.</summary>
    public Tensor Exp()
    {
        var y = Map(new Exp(), "Exp");
        return y.Record("Exp", [this], [y], 0, static (g, _) => g[0] = g.Upstream * g.Saved(0));
    }

    /// <summary>ln x.</summary>
    public Tensor Log() =>
        Map(new Log(), "Log").Record("Log", [this], [this], 0, static (g, _) => g[0] = g.Upstream / g.Saved(0));

    /// <summary>min(max(x, low), high); the derivative is 1 inside and on the bounds.</summary>
    /// <exception cref="ArgumentException">low is above high.</exception>
    public Tensor Clamp(float low, float high)
    {
        if (low > high) throw new ArgumentException($"Clamp: the lower bound {low} is above the upper {high}.");
        var y = Map(new Clamp(low, high), "Clamp");
        return y.Record("Clamp", [this], [this, y], 0, static (g, _) => g[0] = g.Upstream * g.Saved(0).EqualMask(g.Saved(1)));
    }

    /// <summary>a + b, broadcast as NumPy does.</summary>
    public static Tensor operator +(Tensor a, Tensor b) => Combine(new Add(), "Add", Guard.Given(a), Guard.Given(b))
        .Record("Add", [a, b], [], 0, static (g, _) => g[0] = g[1] = g.Upstream);

    /// <summary>a − b, broadcast as NumPy does.</summary>
    public static Tensor operator -(Tensor a, Tensor b) => Combine(new Sub(), "Sub", Guard.Given(a), Guard.Given(b))
        .Record("Sub", [a, b], [], 0, static (g, _) =>
        {
            g[0] = g.Upstream;
            if (g.Needs(1)) g[1] = g.Upstream.Neg();
        });

    /// <summary>a · b element by element, broadcast as NumPy does.</summary>
    public static Tensor operator *(Tensor a, Tensor b) => Combine(new Mul(), "Mul", Guard.Given(a), Guard.Given(b))
        .Record("Mul", [a, b], [a, b], 0, static (g, _) =>
        {
            if (g.Needs(0)) g[0] = g.Upstream * g.Saved(1);
            if (g.Needs(1)) g[1] = g.Upstream * g.Saved(0);
        });

    /// <summary>a / b element by element, broadcast as NumPy does.</summary>
    public static Tensor operator /(Tensor a, Tensor b)
    {
        var y = Combine(new Div(), "Div", Guard.Given(a), Guard.Given(b));
        return y.Record("Div", [a, b], [b, y], 0, static (g, _) =>
        {
            var da = g.Upstream / g.Saved(0);
            g[0] = da;
            if (g.Needs(1)) g[1] = (da * g.Saved(1)).Neg();
        });
    }

    /// <summary>−x.</summary>
    public static Tensor operator -(Tensor x) => Guard.Given(x).Neg();
    /// <summary>x + c.</summary>
    public static Tensor operator +(Tensor x, float c) => Guard.Given(x).Affine(1, c);
    /// <summary>c + x.</summary>
    public static Tensor operator +(float c, Tensor x) => Guard.Given(x).Affine(1, c);
    /// <summary>x − c.</summary>
    public static Tensor operator -(Tensor x, float c) => Guard.Given(x).Affine(1, -c);
    /// <summary>c − x.</summary>
    public static Tensor operator -(float c, Tensor x) => Guard.Given(x).Affine(-1, c);
    /// <summary>x · c.</summary>
    public static Tensor operator *(Tensor x, float c) => Guard.Given(x).Times(c);
    /// <summary>c · x.</summary>
    public static Tensor operator *(float c, Tensor x) => Guard.Given(x).Times(c);
    /// <summary>x / c.</summary>
    public static Tensor operator /(Tensor x, float c) => Guard.Given(x).Over(c);

    /// <summary>The larger of two, elementwise with broadcasting; on a tie each gets half of the gradient.</summary>
    public Tensor Maximum(Tensor other) => Combine(new Maximum(), "Maximum", this, Guard.Given(other))
        .Record("Maximum", [this, other], [this, other], 0, SplitByOrder);

    /// <summary>The smaller of two, elementwise with broadcasting; on a tie each gets half of the gradient.</summary>
    public Tensor Minimum(Tensor other) => Combine(new Minimum(), "Minimum", this, Guard.Given(other))
        .Record("Minimum", [this, other], [other, this], 0, SplitByOrder);

    /// <summary>1 where the two are equal, else 0, in their type, for backwards: <see cref="EqualTo"/> gives Bool.</summary>
    internal Tensor EqualMask(Tensor other) => Combine(new Equal(), "Equal", this, Guard.Given(other));

    /// <summary>1 where this is larger, else 0, in their type.</summary>
    internal Tensor GreaterMask(Tensor other) => Combine(new Greater(), "Greater", this, Guard.Given(other));

    /// <summary>max(0, this + other), one pass: the end of a residual block.</summary>
    public Tensor AddRelu(Tensor other)
    {
        var y = Combine(new AddRelu(), "AddRelu", this, Guard.Given(other));
        return y.Record("AddRelu", [this, other], [y], 0, static (g, _) => g[0] = g[1] = ReluGrad(g.Upstream, g.Saved(0)));
    }

    /// <summary>
    /// this + other where positive, else slope times it, one pass: a bias (C) of images (N, H, W, C) and its activation.
    /// </summary>
    /// <exception cref="ArgumentException">The shapes do not broadcast, or the slope is negative or no number.</exception>
    public Tensor AddLeakyRelu(Tensor other, float slope = 0.2f)
    {
        // So the result tells on which side the sum was, and the sum need not be kept.
        if (!(slope >= 0)) throw new ArgumentException($"AddLeakyRelu: the slope {slope} must be at least 0.");
        var y = Combine(new AddLeakyRelu(slope), "AddLeakyRelu", this, Guard.Given(other));
        return y.Record("AddLeakyRelu", [this, other], [y], slope,
            static (g, slope) => g[0] = g[1] = LeakyReluGrad(g.Upstream, g.Saved(0), slope));
    }

    static void SplitByOrder(Gradients g, int state)
    {
        // 1 where the first is larger, ½ on a tie.
        var share = g.Saved(0).GreaterMask(g.Saved(1)) + g.Saved(0).EqualMask(g.Saved(1)) * 0.5f;
        g[0] = g.Upstream * share;
        g[1] = g.Upstream * (1 - share);
    }

    internal Tensor Map<TOp>(TOp op, string name) where TOp : unmanaged, IUnary
    {
        if (Type.IsExact()) return MapExact(op, name);
        Guard.Mapped(name, this);
        var x = View;
        var y = Device.Result(Shape, Type).Named(name);
        Backend.Unary(op, x, y.View);
        return y;
    }

    internal static Tensor Combine<TOp>(TOp op, string name, Tensor a, Tensor b) where TOp : unmanaged, IBinary
    {
        Guard.SameDevice(name, a, b);
        if (a.Type.IsExact() || b.Type.IsExact()) return CombineExact<TOp>(name, a, b);
        Guard.Mapped(name, a, b);
        if (a.Type != DType.F32 && b.Type != DType.F32) Guard.SameType(name, a, b);
        var shape = Guard.Broadcast(name, a, b);
        var (x, z) = (a.View, b.View);
        // Activations of 16 bits stay so beside parameters in F32.
        var y = a.Device.Result(shape, a.Type == DType.F32 ? b.Type : a.Type).Named(name);
        a.Backend.Binary(op, x, z, y.View);
        return y;
    }
}
