using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Nn;

namespace Ssgan.Gan.Augmentation;

/// <summary>
/// The probability of adaptive augmentation (Karras et al. 2020, section 3.1): after every fourth update of the discriminator p
/// moves by images / 500,000 towards more where the mean r of sign(D(x)) over those updates' real images is above the target, and
/// towards less where it is below; it stays in [0, 1]. All of it is on the device, and is saved in checkpoints.
/// </summary>
sealed class AdaptiveProbability : Module
{
    const int Interval = 4;
    const float ImagesToOne = 500_000;

    readonly float _target;
    readonly Tensor _signs, _updates;

    public AdaptiveProbability(Device device, float target)
    {
        ArgumentNullException.ThrowIfNull(device);
        _target = target;
        Value = Buffer("p", device.Zeros(new Shape(1)));
        _signs = Buffer("signs", device.Zeros(new Shape(1)));
        _updates = Buffer("updates", device.Zeros(new Shape(1)));
    }

    /// <summary>p, (1).</summary>
    public Tensor Value { get; }

    /// <summary>The ranks whose images it goes by; null for this one's.</summary>
    public ICommunicator? Ranks { get; set; }

    /// <summary>Counts an update, and moves p where it is the fourth.</summary>
    /// <param name="onReal">Logits of real images (N, 1).</param>
    /// <param name="report">Told p as it was, and r of these images.</param>
    public void Observe(Tensor onReal, Action<string, Tensor> report)
    {
        ArgumentNullException.ThrowIfNull(onReal);
        ArgumentNullException.ThrowIfNull(report);
        using var scope = onReal.Device.Scope();
        using var noGrad = onReal.Device.NoGrad();
        var sign = onReal.Sign().Mean();
        int ranks = Ranks?.Size ?? 1;
        if (Ranks is not null) sign = sign.SumOverRanks(Ranks) / ranks;
        report("augment_p", Value);
        report("augment_rt", sign);
        var (signs, updates) = (_signs + sign, _updates + 1);
        var due = (updates - (Interval - 1)).Relu().Sign();
        var move = (signs / Interval - _target).Sign() * due * (Interval * ranks * onReal.Shape[0] / ImagesToOne);
        Value.CopyFrom((Value + move).Clamp(0, 1));
        _signs.CopyFrom(signs * (1 - due));
        _updates.CopyFrom(updates * (1 - due));
    }
}
