using System.Numerics;

namespace Ssgan.Engine.Kernels;

/// <summary>The sum.</summary>
public readonly record struct Sum : IReduce
{
    /// <inheritdoc/>
    public static string Name => "sum";
    /// <inheritdoc/>
    public static float Identity => 0f;
    /// <inheritdoc/>
    public static float Map(float x) => x;
    /// <inheritdoc/>
    public static Vector<float> Map(Vector<float> x) => x;
    /// <inheritdoc/>
    public static float Combine(float a, float b) => a + b;
    /// <inheritdoc/>
    public static Vector<float> Combine(Vector<float> a, Vector<float> b) => a + b;
}

/// <summary>The maximum; NaN if any is.</summary>
public readonly record struct Max : IReduce
{
    /// <inheritdoc/>
    public static string Name => "max";
    /// <inheritdoc/>
    public static float Identity => float.NegativeInfinity;
    /// <inheritdoc/>
    public static float Map(float x) => x;
    /// <inheritdoc/>
    public static Vector<float> Map(Vector<float> x) => x;
    /// <inheritdoc/>
    public static float Combine(float a, float b) => MathF.Max(a, b);
    /// <inheritdoc/>
    public static Vector<float> Combine(Vector<float> a, Vector<float> b) => Vector.Max(a, b);
}

/// <summary>The minimum; NaN if any is.</summary>
public readonly record struct Min : IReduce
{
    /// <inheritdoc/>
    public static string Name => "min";
    /// <inheritdoc/>
    public static float Identity => float.PositiveInfinity;
    /// <inheritdoc/>
    public static float Map(float x) => x;
    /// <inheritdoc/>
    public static Vector<float> Map(Vector<float> x) => x;
    /// <inheritdoc/>
    public static float Combine(float a, float b) => MathF.Min(a, b);
    /// <inheritdoc/>
    public static Vector<float> Combine(Vector<float> a, Vector<float> b) => Vector.Min(a, b);
}

/// <summary>The sum of squares.</summary>
public readonly record struct SumOfSquares : IReduce
{
    /// <inheritdoc/>
    public static string Name => "sum_of_squares";
    /// <inheritdoc/>
    public static float Identity => 0f;
    /// <inheritdoc/>
    public static float Map(float x) => x * x;
    /// <inheritdoc/>
    public static Vector<float> Map(Vector<float> x) => x * x;
    /// <inheritdoc/>
    public static float Combine(float a, float b) => a + b;
    /// <inheritdoc/>
    public static Vector<float> Combine(Vector<float> a, Vector<float> b) => a + b;
}

/// <summary>The product.</summary>
public readonly record struct Product : IReduce
{
    /// <inheritdoc/>
    public static string Name => "product";
    /// <inheritdoc/>
    public static float Identity => 1f;
    /// <inheritdoc/>
    public static float Map(float x) => x;
    /// <inheritdoc/>
    public static Vector<float> Map(Vector<float> x) => x;
    /// <inheritdoc/>
    public static float Combine(float a, float b) => a * b;
    /// <inheritdoc/>
    public static Vector<float> Combine(Vector<float> a, Vector<float> b) => a * b;
}
