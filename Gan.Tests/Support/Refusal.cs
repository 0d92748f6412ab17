using Ssgan.Engine;
using Ssgan.Engine.Kernels;

namespace Ssgan.Tests.Support;

/// <summary>A call that must be refused, and words of the sentence that refuses it; the first names the operation.</summary>
sealed record Refusal(string Name, Func<Device, Tensor> Call, params string[] Fragments)
{
    public override string ToString() => Name;
}

/// <summary>Short ways to tensors whose values do not matter.</summary>
static class Make
{
    /// <summary>F32 zeros.</summary>
    public static Tensor Of(this Device device, params int[] dims) => device.Zeros(new Shape(dims));

    /// <summary>I32 zeros.</summary>
    public static Tensor Ints(this Device device, params int[] dims) => device.Zeros(new Shape(dims), DType.I32);

    /// <summary>F32 values in a shape.</summary>
    public static Tensor Values(this Device device, int[] dims, params float[] values) => device.From(values, new Shape(dims));

    /// <summary>Uniform numbers in [−2, 2).</summary>
    public static float[] Numbers(int count, int seed)
    {
        var random = new Random(seed);
        var values = new float[count];
        for (int i = 0; i < count; i++) values[i] = 4 * random.NextSingle() - 2;
        return values;
    }

    /// <summary>A leaf with random values that requires a gradient.</summary>
    public static Tensor Leaf(this Device device, int seed, params int[] dims)
    {
        var shape = new Shape(dims);
        var leaf = device.From(Numbers((int)shape.Count, seed), shape);
        leaf.RequiresGrad = true;
        return leaf;
    }
}
