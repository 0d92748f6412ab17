using Ssgan.Engine.Kernels;

namespace Ssgan.Engine;

public sealed partial class Tensor
{
    /// <summary>
    /// Images (N, H, W, C) at half the height and width: a stride-2 convolution of each channel with [1, 3, 3, 1] / 8 in each
    /// direction, padded by one zero; R3GAN's (Huang et al. 2024). It is the transpose of binomial upsampling, over 4.
    /// </summary>
    /// <exception cref="ArgumentException">Not images, or a height or width that is odd or empty.</exception>
    public Tensor Downsample2x()
    {
        Guard.Real("Downsample2x", this);
        Guard.Rank("Downsample2x", "x", this, 4);
        if (Shape[1] == 0 || Shape[2] == 0 || Shape[1] % 2 != 0 || Shape[2] % 2 != 0)
            throw new ArgumentException($"Downsample2x: the height and width of x {Shape} cannot be halved.");
        return Upsample2xBackward(this, UpsampleMode.Binomial) * 0.25f;
    }
}
