using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Nn;

namespace Ssgan.Gan.Losses;

/// <summary>
/// LeCam regularisation (Tseng et al. 2021, "Regularizing Generative Adversarial Networks under Limited Data", eq. 4, one-sided
/// as its authors' program has it): what a discriminator says of real images is held at the average α_F of what it said of fakes
/// before, and the other way round. The averages are on the device, and are saved in checkpoints.
/// </summary>
public sealed class LeCam : Module
{
    /// <summary>Updates after which it counts; until then the averages are the last means.</summary>
    public const int WarmUp = 1000;

    const float Decay = 0.99f;

    readonly float _weight;
    readonly Tensor _real, _fake, _updates;

    /// <param name="device">Where the logits are.</param>
    /// <param name="weight">What the loss is multiplied by.</param>
    public LeCam(Device device, float weight)
    {
        ArgumentNullException.ThrowIfNull(device);
        _weight = weight;
        _real = Buffer("real", device.Zeros(new Shape(1)));
        _fake = Buffer("fake", device.Zeros(new Shape(1)));
        _updates = Buffer("updates", device.Zeros(new Shape(1)));
    }

    /// <summary>
    /// weight·(mean(max(0, D(x) − α_F)²) + mean(max(0, α_R − D(G(z)))²)), a scalar; 0 until it has warmed up.
    /// </summary>
    /// <param name="onReal">D(x), (N, 1).</param>
    /// <param name="onFake">D(G(z)), (N, 1).</param>
    public Tensor Loss(Tensor onReal, Tensor onFake)
    {
        ArgumentNullException.ThrowIfNull(onReal);
        ArgumentNullException.ThrowIfNull(onFake);
        var above = (onReal - _fake).Relu().Square().Mean();
        var below = (_real - onFake).Relu().Square().Mean();
        return ((above + below) * (Warm() * _weight)).Reshape(new Shape());
    }

    /// <summary>Moves both averages: α ← 0.99·α + 0.01·mean. After each update.</summary>
    /// <param name="onReal">D(x), (N, 1).</param>
    /// <param name="onFake">D(G(z)), (N, 1).</param>
    public void Follow(Tensor onReal, Tensor onFake)
    {
        ArgumentNullException.ThrowIfNull(onReal);
        ArgumentNullException.ThrowIfNull(onFake);
        using var scope = onReal.Device.Scope();
        using var noGrad = onReal.Device.NoGrad();
        var decay = Warm() * Decay;
        _real.CopyFrom(_real * decay + onReal.Mean() * (1 - decay));
        _fake.CopyFrom(_fake * decay + onFake.Mean() * (1 - decay));
        // A float counts no further than 2^24.
        _updates.CopyFrom((_updates + 1).Clamp(0, WarmUp));
    }

    /// <summary>1 once there were enough updates, else 0.</summary>
    Tensor Warm() => (_updates - (WarmUp - 1)).Relu().Sign();
}
