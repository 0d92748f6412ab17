using Ssgan.Engine.Kernels;

namespace Ssgan.Engine.Nn;

/// <summary>Makes the first values of a weight whose units have this many inputs and outputs (kernel area included).</summary>
public delegate Tensor Initializer(Rng random, Shape shape, int fanIn, int fanOut);

/// <summary>Initialisers.</summary>
public static class Init
{
    /// <summary>Uniform in ±gain·√(6 / (fanIn + fanOut)) (Glorot and Bengio 2010, eq. 16).</summary>
    public static Initializer XavierUniform(float gain = 1) => (random, shape, fanIn, fanOut) =>
    {
        float bound = gain * MathF.Sqrt(6f / (fanIn + fanOut));
        return random.Uniform(shape, -bound, bound);
    };

    /// <summary>Normal with mean 0 and the given standard deviation.</summary>
    public static Initializer Normal(float std) => (random, shape, _, _) =>
    {
        var t = random.Normal(shape);
        t.Backend.Unary(new Affine(std, 0), t.View, t.MutableView);
        return t;
    };

    /// <summary>Normal with mean 0 and standard deviation gain/√fanIn (He et al. 2015, eq. 10, whose gain is √2).</summary>
    public static Initializer KaimingNormal(float gain) =>
        (random, shape, fanIn, fanOut) => Normal(gain / MathF.Sqrt(fanIn))(random, shape, fanIn, fanOut);

    /// <summary>Uniform in ±1/√fanIn: PyTorch's default for the biases of linear and convolution layers.</summary>
    public static Initializer PyTorchBias { get; } = (random, shape, fanIn, _) =>
    {
        float bound = 1 / MathF.Sqrt(Math.Max(1, fanIn));
        return random.Uniform(shape, -bound, bound);
    };

    /// <summary>
    /// Uniform in ±1/√fanIn: PyTorch's default for the weights of linear and convolution layers, which calls it Kaiming uniform
    /// with a = √5.
    /// </summary>
    public static Initializer PyTorchWeight => PyTorchBias;

    /// <summary>Zeros.</summary>
    public static Initializer Zeros { get; } = (random, shape, _, _) => random.Device.Zeros(shape);

    /// <summary>What a layer with groups refuses.</summary>
    internal static void CheckGroups(string layer, int inputs, int outputs, int groups, bool hasBias, Initializer? bias)
    {
        if (groups < 1) throw new ArgumentException($"{layer}: {groups} groups are too few; at least 1 is needed.");
        if (inputs % groups != 0 || outputs % groups != 0)
            throw new ArgumentException($"{layer}: {groups} groups do not divide {inputs} input and {outputs} output channels.");
        if (!hasBias && bias is not null)
            throw new ArgumentException($"{layer}: an initialiser of the bias was given, but the layer is to have none.");
    }
}
