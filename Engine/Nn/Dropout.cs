using Ssgan.Engine.Kernels;

namespace Ssgan.Engine.Nn;

/// <summary>
/// In training each value is 0 with probability p and else divided by 1 − p (Srivastava et al. 2014, "inverted" as in PyTorch);
/// in evaluation nothing happens. Its Philox generator, I32 (4), is a buffer of the module: it is saved and loaded with it, so
/// that a resumed run draws on, and it advances on the device, so that each replay of a captured step draws anew.
/// </summary>
public sealed class Dropout : Layer
{
    readonly float _probability;

    /// <param name="random">What the layer's own stream is drawn from, and the device.</param>
    /// <param name="probability">The probability p of a zero, in [0, 1).</param>
    /// <exception cref="ArgumentException">The probability is not in [0, 1).</exception>
    public Dropout(Rng random, float probability = 0.5f)
    {
        ArgumentNullException.ThrowIfNull(random);
        if (probability is not (>= 0 and < 1))
            throw new ArgumentException($"Dropout: the probability {probability} must lie in [0, 1).");
        _probability = probability;
        Generator = Buffer("generator", Stream(random));
    }

    /// <summary>Key and counter of the stream, I32 (4).</summary>
    public Tensor Generator { get; }

    /// <summary>x of any shape, to the same.</summary>
    public override Tensor Forward(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        if (!Training || _probability == 0) return x;
        // In [−p, 1 − p): positive with probability 1 − p.
        var chance = x.Device.Result(x.Shape).Named("Dropout");
        x.Backend.Uniform(chance.View, Generator.MutableView, -_probability, 1 - _probability);
        // A selection, not a product: what is dropped does not matter, not even if it is infinite.
        return Tensor.ReluGrad(x * (1 / (1 - _probability)), chance);
    }

    /// <summary>A stream of its own: a key drawn from another stream, and a counter at 0.</summary>
    static Tensor Stream(Rng random)
    {
        using var drawn = random.Integers(new Shape(4), 1 << 16);
        int[] bits = drawn.ToArray<int>();
        return random.Device.From([bits[0] | bits[1] << 16, bits[2] | bits[3] << 16, 0, 0], new Shape(4));
    }
}
