using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Nn;

namespace Ssgan.Gan.Models;

/// <summary>A learned number for each channel, zero at first, and leaky ReLU of slope 0.2.</summary>
public sealed class BiasedLeakyRelu : Module
{
    const float Slope = 0.2f;

    /// <summary>What keeps the variance as a scale of the weight before: √(2 / (1 + slope²)) (He et al. 2015, eq. 15).</summary>
    public static float Gain { get; } = MathF.Sqrt(2 / (1 + Slope * Slope));

    /// <param name="device">Where it is.</param>
    /// <param name="channels">Channels.</param>
    public BiasedLeakyRelu(Device device, int channels)
    {
        ArgumentNullException.ThrowIfNull(device);
        Bias = Parameter("bias", device.Zeros(new Shape(channels)));
    }

    /// <summary>(channels).</summary>
    public Tensor Bias { get; }

    /// <summary>(…, channels) → the same.</summary>
    public Tensor Forward(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        return x.AddLeakyRelu(Bias.Cast(x.Type), Slope);
    }
}
