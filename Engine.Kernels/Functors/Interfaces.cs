using System.Numerics;

namespace Ssgan.Engine.Kernels;

/// <summary>
/// A function of one number. The struct's fields are its constants; on CUDA they are passed to the kernel by value and
/// <see cref="Name"/> finds the entry point, or <see cref="Twin"/> says what it is. The scalar and the vector form agree except
/// for rounding.
/// </summary>
public interface IUnary
{
    /// <summary>Name of the twin functor in elementwise.cu; of a user's own functor, its name in messages.</summary>
    static abstract string Name { get; }

    /// <summary>What computes a user's own functor on a GPU; null for the engine's, and for those that only a CPU has.</summary>
    static virtual ElementwiseTwin? Twin => null;

    /// <summary>The function of one number.</summary>
    float Invoke(float x);

    /// <summary>The function of each lane.</summary>
    Vector<float> Invoke(Vector<float> x);
}

/// <summary>A function of two numbers; see <see cref="IUnary"/>.</summary>
public interface IBinary
{
    /// <summary>Name of the twin functor in elementwise.cu; of a user's own functor, its name in messages.</summary>
    static abstract string Name { get; }

    /// <summary>What computes a user's own functor on a GPU; null for the engine's, and for those that only a CPU has.</summary>
    static virtual ElementwiseTwin? Twin => null;

    /// <summary>The function of two numbers.</summary>
    float Invoke(float a, float b);

    /// <summary>The function of each pair of lanes.</summary>
    Vector<float> Invoke(Vector<float> a, Vector<float> b);
}

/// <summary>A reduction: combine(map(x0), map(x1), …) starting at the identity. Combine is associative and commutative.</summary>
public interface IReduce
{
    /// <summary>Name of the twin functor in reduce.cu.</summary>
    static abstract string Name { get; }

    /// <summary>The value of an empty reduction.</summary>
    static abstract float Identity { get; }

    /// <summary>What is made of an element before it is combined.</summary>
    static abstract float Map(float x);
    /// <summary>The same of each element of a vector.</summary>
    static abstract Vector<float> Map(Vector<float> x);
    /// <summary>Two partial results as one.</summary>
    static abstract float Combine(float a, float b);
    /// <summary>The same for each pair of elements.</summary>
    static abstract Vector<float> Combine(Vector<float> a, Vector<float> b);
}
