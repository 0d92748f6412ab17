using Ssgan.Engine.Kernels;

namespace Ssgan.Engine.Nn;

/// <summary>Makes the first values of a weight whose units have this many inputs and outputs (kernel area included).</summary>
public delegate Tensor Initializer(Rng random, Shape shape, int fanIn, int fanOut);

/// <summary>What follows a layer, for the gain that keeps the deviation of its activations.</summary>
public enum Nonlinearity
{
    /// <summary>Nothing, or a sigmoid: gain 1.</summary>
    Linear,
    /// <summary>tanh: gain 5/3.</summary>
    Tanh,
    /// <summary>ReLU: gain √2.</summary>
    Relu,
    /// <summary>Leaky ReLU: gain √(2 / (1 + slope²)).</summary>
    LeakyRelu,
    /// <summary>SELU: gain 3/4.</summary>
    Selu,
}

/// <summary>Initialisers.</summary>
public static class Init
{
    /// <summary>PyTorch's calculate_gain.</summary>
    /// <param name="nonlinearity">What follows the layer.</param>
    /// <param name="slope">The slope of a leaky ReLU; others have none.</param>
    public static float Gain(Nonlinearity nonlinearity, float slope = 0.01f) => nonlinearity switch
    {
        Nonlinearity.Linear => 1,
        Nonlinearity.Tanh => 5f / 3,
        Nonlinearity.Relu => MathF.Sqrt(2),
        Nonlinearity.LeakyRelu => MathF.Sqrt(2 / (1 + slope * slope)),
        Nonlinearity.Selu => 0.75f,
        _ => throw new ArgumentException($"Gain: {nonlinearity} is no nonlinearity."),
    };

    /// <summary>Uniform in ±gain·√(6 / (fanIn + fanOut)) (Glorot and Bengio 2010, eq. 16).</summary>
    public static Initializer XavierUniform(float gain = 1) => (random, shape, fanIn, fanOut) =>
    {
        float bound = gain * MathF.Sqrt(6f / (fanIn + fanOut));
        return random.Uniform(shape, -bound, bound);
    };

    /// <summary>Normal with mean 0 and standard deviation gain·√(2 / (fanIn + fanOut)) (Glorot and Bengio 2010).</summary>
    public static Initializer XavierNormal(float gain = 1) => (random, shape, fanIn, fanOut) =>
        Normal(gain * MathF.Sqrt(2f / (fanIn + fanOut)))(random, shape, fanIn, fanOut);

    /// <summary>Normal with mean 0 and the given standard deviation.</summary>
    public static Initializer Normal(float std) => (random, shape, _, _) =>
    {
        var t = random.Normal(shape);
        t.Backend.Unary(new Affine(std, 0), t.View, t.MutableView);
        return t;
    };

    /// <summary>
    /// Normal with mean 0 and standard deviation <paramref name="std"/>, drawn again where it is outside of ±bound. PyTorch's
    /// trunc_normal_ has the bound 2, not 2·std. The numbers pass through the host.
    /// </summary>
    /// <param name="std">The deviation before anything is cut off.</param>
    /// <param name="bound">What no value is above or below; at least std / 2, or most draws would be in vain.</param>
    /// <exception cref="ArgumentException">The deviation is not positive, or the bound below half of it.</exception>
    public static Initializer TruncatedNormal(float std, float bound = 2)
    {
        if (!(std > 0) || !float.IsFinite(std) || !(bound >= std / 2))
            throw new ArgumentException(
                $"TruncatedNormal: the deviation {std} must be positive, and the bound {bound} at least half of it.");
        return (random, shape, _, _) =>
        {
            var values = new float[shape.Count];
            for (int filled = 0; filled < values.Length;)
            {
                using var draw = random.Normal(new Shape(values.Length - filled));
                foreach (float z in draw.ToArray())
                    if (MathF.Abs(z * std) <= bound) values[filled++] = z * std;
            }
            return random.Device.From(values, shape);
        };
    }

    /// <summary>Normal with mean 0 and standard deviation gain/√fan (He et al. 2015, eq. 10, whose gain is √2).</summary>
    /// <param name="gain">See <see cref="Gain"/>.</param>
    /// <param name="fanOut">Whether the outputs are counted (activations keep their deviation backward) instead of the inputs
    /// (forward).</param>
    public static Initializer KaimingNormal(float gain, bool fanOut = false) =>
        (random, shape, inputs, outputs) =>
            Normal(gain / MathF.Sqrt(fanOut ? outputs : inputs))(random, shape, inputs, outputs);

    /// <summary>Uniform in ±gain·√(3 / fan), which has the same deviation (He et al. 2015).</summary>
    /// <param name="gain">See <see cref="Gain"/>.</param>
    /// <param name="fanOut">Whether the outputs are counted instead of the inputs.</param>
    public static Initializer KaimingUniform(float gain, bool fanOut = false) => (random, shape, inputs, outputs) =>
    {
        float bound = gain * MathF.Sqrt(3f / (fanOut ? outputs : inputs));
        return random.Uniform(shape, -bound, bound);
    };

    /// <summary>
    /// gain times a matrix with orthonormal rows or, where there are more rows than columns, columns (Saxe et al. 2014), drawn
    /// evenly from all such: normal numbers made orthogonal, in double on the host. A weight is the matrix (out, rest).
    /// </summary>
    public static Initializer Orthogonal(float gain = 1) => (random, shape, _, _) =>
    {
        if (shape.Rank < 2) throw new ArgumentException($"Orthogonal: a weight {shape} is no matrix; rank 2 or more is needed.");
        using var normal = random.Normal(shape);
        return random.Device.From(OrthogonalRows.Of(normal.ToArray(), shape[0], gain), shape);
    };

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
        CheckBias(layer, hasBias, bias);
    }

    /// <summary>An initialiser needs what it makes.</summary>
    internal static void CheckBias(string layer, bool hasBias, Initializer? bias)
    {
        if (!hasBias && bias is not null)
            throw new ArgumentException($"{layer}: an initialiser of the bias was given, but the layer is to have none.");
    }
}
