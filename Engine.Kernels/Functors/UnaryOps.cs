using System.Numerics;

namespace Ssgan.Engine.Kernels;

/// <summary>−x.</summary>
public readonly record struct Neg : IUnary
{
    /// <inheritdoc/>
    public static string Name => "neg";
    /// <inheritdoc/>
    public float Invoke(float x) => -x;
    /// <inheritdoc/>
    public Vector<float> Invoke(Vector<float> x) => -x;
}

/// <summary>|x|.</summary>
public readonly record struct Abs : IUnary
{
    /// <inheritdoc/>
    public static string Name => "abs";
    /// <inheritdoc/>
    public float Invoke(float x) => MathF.Abs(x);
    /// <inheritdoc/>
    public Vector<float> Invoke(Vector<float> x) => Vector.Abs(x);
}

/// <summary>x².</summary>
public readonly record struct Square : IUnary
{
    /// <inheritdoc/>
    public static string Name => "square";
    /// <inheritdoc/>
    public float Invoke(float x) => x * x;
    /// <inheritdoc/>
    public Vector<float> Invoke(Vector<float> x) => x * x;
}

/// <summary>√x; NaN below zero.</summary>
public readonly record struct Sqrt : IUnary
{
    /// <inheritdoc/>
    public static string Name => "sqrt";
    /// <inheritdoc/>
    public float Invoke(float x) => MathF.Sqrt(x);
    /// <inheritdoc/>
    public Vector<float> Invoke(Vector<float> x) => Vector.SquareRoot(x);
}

/// <summary>1 / √x.</summary>
public readonly record struct Rsqrt : IUnary
{
    /// <inheritdoc/>
    public static string Name => "rsqrt";
    /// <inheritdoc/>
    public float Invoke(float x) => 1f / MathF.Sqrt(x);
    /// <inheritdoc/>
    public Vector<float> Invoke(Vector<float> x) => Vector<float>.One / Vector.SquareRoot(x);
}

/// <summary>1 / x.</summary>
public readonly record struct Reciprocal : IUnary
{
    /// <inheritdoc/>
    public static string Name => "reciprocal";
    /// <inheritdoc/>
    public float Invoke(float x) => 1f / x;
    /// <inheritdoc/>
    public Vector<float> Invoke(Vector<float> x) => Vector<float>.One / x;
}

/// <summary>e^x.</summary>
public readonly record struct Exp : IUnary
{
    /// <inheritdoc/>
    public static string Name => "exp";
    /// <inheritdoc/>
    public float Invoke(float x) => VectorMath.Exp(Vector.Create(x)).ToScalar();
    /// <inheritdoc/>
    public Vector<float> Invoke(Vector<float> x) => VectorMath.Exp(x);
}

/// <summary>The natural logarithm; −∞ at zero, NaN below.</summary>
public readonly record struct Log : IUnary
{
    /// <inheritdoc/>
    public static string Name => "log";
    /// <inheritdoc/>
    public float Invoke(float x) => MathF.Log(x);
    /// <inheritdoc/>
    public Vector<float> Invoke(Vector<float> x) => Vector.Log(x);
}

/// <summary>max(x, 0); NaN stays NaN.</summary>
public readonly record struct Relu : IUnary
{
    /// <inheritdoc/>
    public static string Name => "relu";
    /// <inheritdoc/>
    public float Invoke(float x) => x < 0f ? 0f : x;
    /// <inheritdoc/>
    public Vector<float> Invoke(Vector<float> x) =>
        Vector.ConditionalSelect(Vector.LessThan(x, Vector<float>.Zero), Vector<float>.Zero, x);
}

/// <summary>x where positive, Slope·x elsewhere.</summary>
public readonly record struct LeakyRelu(float Slope) : IUnary
{
    /// <inheritdoc/>
    public static string Name => "leaky_relu";
    /// <inheritdoc/>
    public float Invoke(float x) => x > 0f ? x : Slope * x;
    /// <inheritdoc/>
    public Vector<float> Invoke(Vector<float> x) =>
        Vector.ConditionalSelect(Vector.GreaterThan(x, Vector<float>.Zero), x, x * Slope);
}

/// <summary>The hyperbolic tangent, relatively accurate at zero.</summary>
public readonly record struct Tanh : IUnary
{
    /// <inheritdoc/>
    public static string Name => "tanh";
    /// <inheritdoc/>
    public float Invoke(float x) => VectorMath.Tanh(Vector.Create(x)).ToScalar();
    /// <inheritdoc/>
    public Vector<float> Invoke(Vector<float> x) => VectorMath.Tanh(x);
}

/// <summary>Scale·tanh(x) in one pass.</summary>
public readonly record struct ScaledTanh(float Scale) : IUnary
{
    /// <inheritdoc/>
    public static string Name => "scaled_tanh";
    /// <inheritdoc/>
    public float Invoke(float x) => Scale * default(Tanh).Invoke(x);
    /// <inheritdoc/>
    public Vector<float> Invoke(Vector<float> x) => Vector.Create(Scale) * VectorMath.Tanh(x);
}

/// <summary>1 / (1 + e^−x).</summary>
public readonly record struct Sigmoid : IUnary
{
    /// <inheritdoc/>
    public static string Name => "sigmoid";
    /// <inheritdoc/>
    public float Invoke(float x) => VectorMath.Sigmoid(Vector.Create(x)).ToScalar();
    /// <inheritdoc/>
    public Vector<float> Invoke(Vector<float> x) => VectorMath.Sigmoid(x);
}

/// <summary>log(1 + e^x), computed as max(x, 0) + log1p(e^−|x|).</summary>
public readonly record struct Softplus : IUnary
{
    /// <inheritdoc/>
    public static string Name => "softplus";
    /// <inheritdoc/>
    public float Invoke(float x) => VectorMath.Softplus(Vector.Create(x)).ToScalar();
    /// <inheritdoc/>
    public Vector<float> Invoke(Vector<float> x) => VectorMath.Softplus(x);
}

/// <summary>Scale·x + Shift with one rounding.</summary>
public readonly record struct Affine(float Scale, float Shift) : IUnary
{
    /// <inheritdoc/>
    public static string Name => "affine";
    /// <inheritdoc/>
    public float Invoke(float x) => MathF.FusedMultiplyAdd(x, Scale, Shift);
    /// <inheritdoc/>
    public Vector<float> Invoke(Vector<float> x) => Vector.FusedMultiplyAdd(x, Vector.Create(Scale), Vector.Create(Shift));
}

/// <summary>
/// x / Divisor, correctly rounded; the product with 1 / Divisor would round twice, and overflow where the divisor is subnormal.
/// </summary>
public readonly record struct DivideBy(float Divisor) : IUnary
{
    /// <inheritdoc/>
    public static string Name => "divide_by";
    /// <inheritdoc/>
    public float Invoke(float x) => x / Divisor;
    /// <inheritdoc/>
    public Vector<float> Invoke(Vector<float> x) => x / Vector.Create(Divisor);
}

/// <summary>1 where x is positive, 0 elsewhere (NaN included).</summary>
public readonly record struct Step : IUnary
{
    /// <inheritdoc/>
    public static string Name => "step";
    /// <inheritdoc/>
    public float Invoke(float x) => x > 0f ? 1f : 0f;
    /// <inheritdoc/>
    public Vector<float> Invoke(Vector<float> x) =>
        Vector.ConditionalSelect(Vector.GreaterThan(x, Vector<float>.Zero), Vector<float>.One, Vector<float>.Zero);
}

/// <summary>−1, 0 or 1; NaN stays NaN.</summary>
public readonly record struct Sign : IUnary
{
    /// <inheritdoc/>
    public static string Name => "sign";
    /// <inheritdoc/>
    public float Invoke(float x) => x > 0f ? 1f : x < 0f ? -1f : x;
    /// <inheritdoc/>
    public Vector<float> Invoke(Vector<float> x)
    {
        var negative = Vector.ConditionalSelect(Vector.LessThan(x, Vector<float>.Zero), Vector.Create(-1f), x);
        return Vector.ConditionalSelect(Vector.GreaterThan(x, Vector<float>.Zero), Vector<float>.One, negative);
    }
}

/// <summary>x limited to [Low, High]; NaN stays NaN.</summary>
public readonly record struct Clamp(float Low, float High) : IUnary
{
    /// <inheritdoc/>
    public static string Name => "clamp";
    /// <inheritdoc/>
    public float Invoke(float x) => x < Low ? Low : x > High ? High : x;
    /// <inheritdoc/>
    public Vector<float> Invoke(Vector<float> x)
    {
        Vector<float> low = Vector.Create(Low), high = Vector.Create(High);
        var below = Vector.ConditionalSelect(Vector.GreaterThan(x, high), high, x);
        return Vector.ConditionalSelect(Vector.LessThan(x, low), low, below);
    }
}

/// <summary>x^Exponent by the rules of <see cref="MathF.Pow"/>.</summary>
public readonly record struct Pow(float Exponent) : IUnary
{
    /// <inheritdoc/>
    public static string Name => "pow";
    /// <inheritdoc/>
    public float Invoke(float x) => MathF.Pow(x, Exponent);
    /// <inheritdoc/>
    public Vector<float> Invoke(Vector<float> x)
    {
        for (int i = 0; i < Vector<float>.Count; i++) x = x.WithElement(i, MathF.Pow(x[i], Exponent));
        return x;
    }
}
