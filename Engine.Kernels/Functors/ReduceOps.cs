using System.Numerics;

namespace Ssgan.Engine.Kernels;

/// <summary>The sum.</summary>
public readonly record struct Sum : IReduce
{
    public static string Name => "sum";
    public static float Identity => 0f;
    public static float Map(float x) => x;
    public static Vector<float> Map(Vector<float> x) => x;
    public static float Combine(float a, float b) => a + b;
    public static Vector<float> Combine(Vector<float> a, Vector<float> b) => a + b;
}

/// <summary>The maximum; NaN if any is.</summary>
public readonly record struct Max : IReduce
{
    public static string Name => "max";
    public static float Identity => float.NegativeInfinity;
    public static float Map(float x) => x;
    public static Vector<float> Map(Vector<float> x) => x;
    public static float Combine(float a, float b) => MathF.Max(a, b);
    public static Vector<float> Combine(Vector<float> a, Vector<float> b) => Vector.Max(a, b);
}

/// <summary>The minimum; NaN if any is.</summary>
public readonly record struct Min : IReduce
{
    public static string Name => "min";
    public static float Identity => float.PositiveInfinity;
    public static float Map(float x) => x;
    public static Vector<float> Map(Vector<float> x) => x;
    public static float Combine(float a, float b) => MathF.Min(a, b);
    public static Vector<float> Combine(Vector<float> a, Vector<float> b) => Vector.Min(a, b);
}

/// <summary>The sum of squares.</summary>
public readonly record struct SumOfSquares : IReduce
{
    public static string Name => "sum_of_squares";
    public static float Identity => 0f;
    public static float Map(float x) => x * x;
    public static Vector<float> Map(Vector<float> x) => x * x;
    public static float Combine(float a, float b) => a + b;
    public static Vector<float> Combine(Vector<float> a, Vector<float> b) => a + b;
}
