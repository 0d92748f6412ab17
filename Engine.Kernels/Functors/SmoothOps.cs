using System.Numerics;

namespace Ssgan.Engine.Kernels;

/// <summary>The sine, of every number.</summary>
public readonly record struct Sin : IUnary
{
    /// <inheritdoc/>
    public static string Name => "sin";
    /// <inheritdoc/>
    public float Invoke(float x) => Invoke(Vector.Create(x)).ToScalar();
    /// <inheritdoc/>
    public Vector<float> Invoke(Vector<float> x) => Trigonometry.Sine(x, 0);
}

/// <summary>The cosine, of every number.</summary>
public readonly record struct Cos : IUnary
{
    /// <inheritdoc/>
    public static string Name => "cos";
    /// <inheritdoc/>
    public float Invoke(float x) => Invoke(Vector.Create(x)).ToScalar();
    /// <inheritdoc/>
    public Vector<float> Invoke(Vector<float> x) => Trigonometry.Sine(x, 1);
}

/// <summary>The error function.</summary>
public readonly record struct Erf : IUnary
{
    /// <inheritdoc/>
    public static string Name => "erf";
    /// <inheritdoc/>
    public float Invoke(float x) => Invoke(Vector.Create(x)).ToScalar();
    /// <inheritdoc/>
    public Vector<float> Invoke(Vector<float> x) => VectorSpecial.Erf(x);
}

/// <summary>log(1 + x), relatively accurate at zero.</summary>
public readonly record struct Log1p : IUnary
{
    /// <inheritdoc/>
    public static string Name => "log_of_one_plus";
    /// <inheritdoc/>
    public float Invoke(float x) => Invoke(Vector.Create(x)).ToScalar();
    /// <inheritdoc/>
    public Vector<float> Invoke(Vector<float> x) => VectorSpecial.Log1p(x);
}

/// <summary>e^x − 1, relatively accurate at zero.</summary>
public readonly record struct Expm1 : IUnary
{
    /// <inheritdoc/>
    public static string Name => "exp_minus_one";
    /// <inheritdoc/>
    public float Invoke(float x) => Invoke(Vector.Create(x)).ToScalar();
    /// <inheritdoc/>
    public Vector<float> Invoke(Vector<float> x) => VectorSpecial.Expm1(x);
}

/// <summary>x·Φ(x), Φ the normal distribution's share below x (Hendrycks and Gimpel 2016).</summary>
public readonly record struct Gelu : IUnary
{
    /// <inheritdoc/>
    public static string Name => "gelu";
    /// <inheritdoc/>
    public float Invoke(float x) => Invoke(Vector.Create(x)).ToScalar();
    /// <inheritdoc/>
    public Vector<float> Invoke(Vector<float> x) => x * VectorSpecial.NormalShare(x);
}

/// <summary>The derivative of <see cref="Gelu"/>: Φ(x) + x·φ(x).</summary>
public readonly record struct GeluSlope : IUnary
{
    /// <inheritdoc/>
    public static string Name => "gelu_slope";
    /// <inheritdoc/>
    public float Invoke(float x) => Invoke(Vector.Create(x)).ToScalar();
    /// <inheritdoc/>
    public Vector<float> Invoke(Vector<float> x) =>
        Vector.FusedMultiplyAdd(x, VectorSpecial.NormalDensity(x), VectorSpecial.NormalShare(x));
}

/// <summary>x·σ(2u), u = √(2/π)·(x + 0.044715·x³): <see cref="Gelu"/> with tanh in place of erf.</summary>
public readonly record struct GeluTanh : IUnary
{
    /// <inheritdoc/>
    public static string Name => "gelu_tanh";
    /// <inheritdoc/>
    public float Invoke(float x) => Invoke(Vector.Create(x)).ToScalar();
    /// <inheritdoc/>
    public Vector<float> Invoke(Vector<float> x) => x * VectorMath.Sigmoid(Twice(x));
    /// <summary>2u.</summary>
    internal static Vector<float> Twice(Vector<float> x) =>
        x * Vector.FusedMultiplyAdd(x * x, Vector.Create(0.0713548163f), Vector.Create(1.59576912f));
}

/// <summary>The derivative of <see cref="GeluTanh"/>: s + x·s·(1 − s)·2u′, s = σ(2u).</summary>
public readonly record struct GeluTanhSlope : IUnary
{
    /// <inheritdoc/>
    public static string Name => "gelu_tanh_slope";
    /// <inheritdoc/>
    public float Invoke(float x) => Invoke(Vector.Create(x)).ToScalar();
    /// <inheritdoc/>
    public Vector<float> Invoke(Vector<float> x)
    {
        // Beyond, s is 0 or 1; x² would overflow.
        x = Vector.ConditionalSelect(Vector.GreaterThan(x, Vector.Create(30f)), Vector.Create(30f), x);
        x = Vector.ConditionalSelect(Vector.LessThan(x, Vector.Create(-30f)), Vector.Create(-30f), x);
        var s = VectorMath.Sigmoid(GeluTanh.Twice(x));
        var slope = Vector.FusedMultiplyAdd(x * x, Vector.Create(0.214064449f), Vector.Create(1.59576912f));
        return Vector.FusedMultiplyAdd(x * slope, s * (Vector<float>.One - s), s);
    }
}

/// <summary>x·σ(x).</summary>
public readonly record struct Silu : IUnary
{
    /// <inheritdoc/>
    public static string Name => "silu";
    /// <inheritdoc/>
    public float Invoke(float x) => Invoke(Vector.Create(x)).ToScalar();
    /// <inheritdoc/>
    public Vector<float> Invoke(Vector<float> x) => x * VectorMath.Sigmoid(x);
}

/// <summary>The derivative of <see cref="Silu"/>: s + x·s·(1 − s), s = σ(x).</summary>
public readonly record struct SiluSlope : IUnary
{
    /// <inheritdoc/>
    public static string Name => "silu_slope";
    /// <inheritdoc/>
    public float Invoke(float x) => Invoke(Vector.Create(x)).ToScalar();
    /// <inheritdoc/>
    public Vector<float> Invoke(Vector<float> x)
    {
        var s = VectorMath.Sigmoid(x);
        return Vector.FusedMultiplyAdd(x, s * (Vector<float>.One - s), s);
    }
}

/// <summary>x where positive, Alpha·(e^x − 1) elsewhere.</summary>
public readonly record struct Elu(float Alpha) : IUnary
{
    /// <inheritdoc/>
    public static string Name => "elu";
    /// <inheritdoc/>
    public float Invoke(float x) => Invoke(Vector.Create(x)).ToScalar();
    /// <inheritdoc/>
    public Vector<float> Invoke(Vector<float> x) => Vector.ConditionalSelect(Vector.GreaterThan(x, Vector<float>.Zero), x,
        Vector.Create(Alpha) * VectorSpecial.Expm1(x));
}

/// <summary>The derivative of <see cref="Elu"/>: 1 where x is positive, Alpha·e^x elsewhere.</summary>
public readonly record struct EluSlope(float Alpha) : IUnary
{
    /// <inheritdoc/>
    public static string Name => "elu_slope";
    /// <inheritdoc/>
    public float Invoke(float x) => Invoke(Vector.Create(x)).ToScalar();
    /// <inheritdoc/>
    public Vector<float> Invoke(Vector<float> x) => Vector.ConditionalSelect(Vector.GreaterThan(x, Vector<float>.Zero),
        Vector<float>.One, Vector.Create(Alpha) * VectorMath.Exp(x));
}

/// <summary>The largest integer that is not larger.</summary>
public readonly record struct Floor : IUnary
{
    /// <inheritdoc/>
    public static string Name => "floor";
    /// <inheritdoc/>
    public float Invoke(float x) => MathF.Floor(x);
    /// <inheritdoc/>
    public Vector<float> Invoke(Vector<float> x) => Vector.Floor(x);
}

/// <summary>The smallest integer that is not smaller.</summary>
public readonly record struct Ceiling : IUnary
{
    /// <inheritdoc/>
    public static string Name => "ceiling";
    /// <inheritdoc/>
    public float Invoke(float x) => MathF.Ceiling(x);
    /// <inheritdoc/>
    public Vector<float> Invoke(Vector<float> x) => Vector.Ceiling(x);
}

/// <summary>The nearest integer, of two the even one.</summary>
public readonly record struct Round : IUnary
{
    /// <inheritdoc/>
    public static string Name => "round";
    /// <inheritdoc/>
    public float Invoke(float x) => MathF.Round(x);
    /// <inheritdoc/>
    public Vector<float> Invoke(Vector<float> x) => Vector.Round(x);
}
