using Ssgan.Engine.Kernels;

namespace Ssgan.Engine.Nn;

/// <summary>A table of learned rows, looked up by index.</summary>
public sealed class Embedding : Module
{
    /// <param name="random">Source of the first values, and the device.</param>
    /// <param name="rows">Number of indices.</param>
    /// <param name="features">Width of a row.</param>
    /// <param name="weight">Initialiser; null means standard normal, PyTorch's default.</param>
    public Embedding(Rng random, int rows, int features, Initializer? weight = null)
    {
        ArgumentNullException.ThrowIfNull(random);
        Weight = Parameter("weight", (weight ?? Init.Normal(1))(random, new Shape(rows, features), rows, features));
    }

    /// <summary>(rows, features).</summary>
    public Tensor Weight { get; }

    /// <summary>I32 (N) → (N, features).</summary>
    public Tensor Forward(Tensor indices)
    {
        ArgumentNullException.ThrowIfNull(indices);
        return Weight.GatherRows(indices);
    }
}
