using System.Numerics;

namespace Ssgan.Engine.Kernels;

/// <summary>
/// A function of one number. The struct's fields are its constants; on CUDA the struct is passed to the kernel by value and
/// <see cref="Name"/> finds the entry point. The scalar and the vector form agree except for rounding.
/// </summary>
public interface IUnary
{
    /// <summary>Name of the twin functor in elementwise.cu.</summary>
    static abstract string Name { get; }

    float Invoke(float x);
    Vector<float> Invoke(Vector<float> x);
}

/// <summary>A function of two numbers; see <see cref="IUnary"/>.</summary>
public interface IBinary
{
    /// <summary>Name of the twin functor in elementwise.cu.</summary>
    static abstract string Name { get; }

    float Invoke(float a, float b);
    Vector<float> Invoke(Vector<float> a, Vector<float> b);
}

/// <summary>A reduction: combine(map(x0), map(x1), …) starting at the identity. Combine is associative and commutative.</summary>
public interface IReduce
{
    /// <summary>Name of the twin functor in reduce.cu.</summary>
    static abstract string Name { get; }

    /// <summary>The value of an empty reduction.</summary>
    static abstract float Identity { get; }

    static abstract float Map(float x);
    static abstract Vector<float> Map(Vector<float> x);
    static abstract float Combine(float a, float b);
    static abstract Vector<float> Combine(Vector<float> a, Vector<float> b);
}
