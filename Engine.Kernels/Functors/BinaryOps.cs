using System.Numerics;

namespace Ssgan.Engine.Kernels;

/// <summary>a + b.</summary>
public readonly record struct Add : IBinary
{
    /// <inheritdoc/>
    public static string Name => "add";
    /// <inheritdoc/>
    public float Invoke(float a, float b) => a + b;
    /// <inheritdoc/>
    public Vector<float> Invoke(Vector<float> a, Vector<float> b) => a + b;
}

/// <summary>a − b.</summary>
public readonly record struct Sub : IBinary
{
    /// <inheritdoc/>
    public static string Name => "sub";
    /// <inheritdoc/>
    public float Invoke(float a, float b) => a - b;
    /// <inheritdoc/>
    public Vector<float> Invoke(Vector<float> a, Vector<float> b) => a - b;
}

/// <summary>a·b.</summary>
public readonly record struct Mul : IBinary
{
    /// <inheritdoc/>
    public static string Name => "mul";
    /// <inheritdoc/>
    public float Invoke(float a, float b) => a * b;
    /// <inheritdoc/>
    public Vector<float> Invoke(Vector<float> a, Vector<float> b) => a * b;
}

/// <summary>a / b.</summary>
public readonly record struct Div : IBinary
{
    /// <inheritdoc/>
    public static string Name => "div";
    /// <inheritdoc/>
    public float Invoke(float a, float b) => a / b;
    /// <inheritdoc/>
    public Vector<float> Invoke(Vector<float> a, Vector<float> b) => a / b;
}

/// <summary>The larger; NaN if either is.</summary>
public readonly record struct Maximum : IBinary
{
    /// <inheritdoc/>
    public static string Name => "maximum";
    /// <inheritdoc/>
    public float Invoke(float a, float b) => MathF.Max(a, b);
    /// <inheritdoc/>
    public Vector<float> Invoke(Vector<float> a, Vector<float> b) => Vector.Max(a, b);
}

/// <summary>The smaller; NaN if either is.</summary>
public readonly record struct Minimum : IBinary
{
    /// <inheritdoc/>
    public static string Name => "minimum";
    /// <inheritdoc/>
    public float Invoke(float a, float b) => MathF.Min(a, b);
    /// <inheritdoc/>
    public Vector<float> Invoke(Vector<float> a, Vector<float> b) => Vector.Min(a, b);
}

/// <summary>max(a + b, 0); NaN stays NaN.</summary>
public readonly record struct AddRelu : IBinary
{
    /// <inheritdoc/>
    public static string Name => "add_relu";
    /// <inheritdoc/>
    public float Invoke(float a, float b) => default(Relu).Invoke(a + b);
    /// <inheritdoc/>
    public Vector<float> Invoke(Vector<float> a, Vector<float> b) => default(Relu).Invoke(a + b);
}

/// <summary>a + b where positive, Slope·(a + b) elsewhere: a bias and its activation.</summary>
public readonly record struct AddLeakyRelu(float Slope) : IBinary
{
    /// <inheritdoc/>
    public static string Name => "add_leaky_relu";
    /// <inheritdoc/>
    public float Invoke(float a, float b) => new LeakyRelu(Slope).Invoke(a + b);
    /// <inheritdoc/>
    public Vector<float> Invoke(Vector<float> a, Vector<float> b) => new LeakyRelu(Slope).Invoke(a + b);
}

/// <summary>ReLU's gradient (a is dy, b the output y): dy where y is positive, 0 elsewhere.</summary>
public readonly record struct ReluGrad : IBinary
{
    /// <inheritdoc/>
    public static string Name => "relu_grad";
    /// <inheritdoc/>
    public float Invoke(float a, float b) => b > 0f ? a : 0f;
    /// <inheritdoc/>
    public Vector<float> Invoke(Vector<float> a, Vector<float> b) =>
        Vector.ConditionalSelect(Vector.GreaterThan(b, Vector<float>.Zero), a, Vector<float>.Zero);
}

/// <summary>Leaky ReLU's gradient (a is dy, b the input x): dy where x is positive, Slope·dy elsewhere.</summary>
public readonly record struct LeakyReluGrad(float Slope) : IBinary
{
    /// <inheritdoc/>
    public static string Name => "leaky_relu_grad";
    /// <inheritdoc/>
    public float Invoke(float a, float b) => b > 0f ? a : Slope * a;
    /// <inheritdoc/>
    public Vector<float> Invoke(Vector<float> a, Vector<float> b) =>
        Vector.ConditionalSelect(Vector.GreaterThan(b, Vector<float>.Zero), a, a * Slope);
}

/// <summary>tanh's gradient (a is dy, b the output y): dy·(1 − y²).</summary>
public readonly record struct TanhGrad : IBinary
{
    /// <inheritdoc/>
    public static string Name => "tanh_grad";
    /// <inheritdoc/>
    public float Invoke(float a, float b) => a * (1f - b * b);
    /// <inheritdoc/>
    public Vector<float> Invoke(Vector<float> a, Vector<float> b) => a * (Vector<float>.One - b * b);
}

/// <summary>The sigmoid's gradient (a is dy, b the output y): dy·y·(1 − y).</summary>
public readonly record struct SigmoidGrad : IBinary
{
    /// <inheritdoc/>
    public static string Name => "sigmoid_grad";
    /// <inheritdoc/>
    public float Invoke(float a, float b) => a * b * (1f - b);
    /// <inheritdoc/>
    public Vector<float> Invoke(Vector<float> a, Vector<float> b) => a * b * (Vector<float>.One - b);
}

/// <summary>1 where a &gt; b, 0 elsewhere.</summary>
public readonly record struct Greater : IBinary
{
    /// <inheritdoc/>
    public static string Name => "greater";
    /// <inheritdoc/>
    public float Invoke(float a, float b) => a > b ? 1f : 0f;
    /// <inheritdoc/>
    public Vector<float> Invoke(Vector<float> a, Vector<float> b) =>
        Vector.ConditionalSelect(Vector.GreaterThan(a, b), Vector<float>.One, Vector<float>.Zero);
}

/// <summary>1 where a = b, 0 elsewhere.</summary>
public readonly record struct Equal : IBinary
{
    /// <inheritdoc/>
    public static string Name => "equal";
    /// <inheritdoc/>
    public float Invoke(float a, float b) => a == b ? 1f : 0f;
    /// <inheritdoc/>
    public Vector<float> Invoke(Vector<float> a, Vector<float> b) =>
        Vector.ConditionalSelect(Vector.Equals(a, b), Vector<float>.One, Vector<float>.Zero);
}

/// <summary>a + Alpha·b with one rounding.</summary>
public readonly record struct Axpy(float Alpha) : IBinary
{
    /// <inheritdoc/>
    public static string Name => "axpy";
    /// <inheritdoc/>
    public float Invoke(float a, float b) => MathF.FusedMultiplyAdd(Alpha, b, a);
    /// <inheritdoc/>
    public Vector<float> Invoke(Vector<float> a, Vector<float> b) => Vector.FusedMultiplyAdd(Vector.Create(Alpha), b, a);
}

/// <summary>a + Weight·(b − a): an exponential moving average where a is the old mean.</summary>
public readonly record struct Lerp(float Weight) : IBinary
{
    /// <inheritdoc/>
    public static string Name => "lerp";
    /// <inheritdoc/>
    public float Invoke(float a, float b) => MathF.FusedMultiplyAdd(Weight, b - a, a);
    /// <inheritdoc/>
    public Vector<float> Invoke(Vector<float> a, Vector<float> b) => Vector.FusedMultiplyAdd(Vector.Create(Weight), b - a, a);
}
