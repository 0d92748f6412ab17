namespace Ssgan.Engine.Nn;

/// <summary>
/// (N, …) to (N, features), the same memory. Images are (N, H, W, C): a linear layer behind it counts its features by rows of
/// pixels, where PyTorch's counts them channel by channel.
/// </summary>
public sealed class Flatten : Layer
{
    /// <inheritdoc/>
    /// <exception cref="ArgumentException">A scalar.</exception>
    public override Tensor Forward(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        if (x.Shape.Rank == 0) throw new ArgumentException("Flatten: a scalar has no batch.");
        int features = 1;
        for (int i = 1; i < x.Shape.Rank; i++) features = checked(features * x.Shape[i]);
        return x.Reshape(x.Shape[0], features);
    }
}
