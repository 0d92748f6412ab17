using Ssgan.Engine.Kernels;

namespace Ssgan.Engine.Optim;

/// <summary>
/// Adam with decoupled weight decay (Loshchilov and Hutter 2019, algorithm 2, as PyTorch has it): p ← (1 − rate·decay)·p, then
/// Adam's update, whose moments never see the decay. State as <see cref="Adam"/>. The decay is a pass of its own over parameters
/// that have a gradient: 8 bytes a value beside Adam's 28.
/// </summary>
public sealed class AdamW : Adam
{
    readonly float _decay;

    /// <param name="parameters">The trained tensors by name. Biases and scales, which are mostly not decayed, are given to an
    /// optimizer of their own.</param>
    /// <param name="learningRate">Step size.</param>
    /// <param name="beta1">Decay of the gradient's mean.</param>
    /// <param name="beta2">Decay of the mean of its square.</param>
    /// <param name="epsilon">Added to the root.</param>
    /// <param name="weightDecay">Decoupled weight decay: the share of a parameter that a step of rate 1 takes.</param>
    /// <param name="average">An average of the trained module, moved in the same pass as the parameters.</param>
    /// <param name="restBeta2">See <see cref="Adam"/>.</param>
    /// <exception cref="ArgumentException">As <see cref="Adam"/>, or a decay that is negative or not finite.</exception>
    public AdamW(IEnumerable<NamedTensor> parameters, float learningRate = 1e-3f, double beta1 = 0.9, double beta2 = 0.999,
        double epsilon = 1e-8, float weightDecay = 1e-2f, Ema? average = null, Tensor? restBeta2 = null)
        : base(parameters, learningRate, beta1, beta2, epsilon, average, restBeta2)
    {
        OptimizerChecks.Decay("AdamW", weightDecay);
        _decay = weightDecay;
    }

    /// <inheritdoc/>
    public override void Step()
    {
        using (LearningRateTensor.Device.Scope())
        {
            var backend = LearningRateTensor.Backend;
            var kept = LearningRateTensor.Device.Empty(new Shape(1)).View;
            backend.Unary(new Affine(-_decay, 1), LearningRateTensor.View, kept);
            foreach (var (_, p) in Parameters)
                if (_decay != 0 && p.Grad is not null) backend.Binary(new Mul(), p.View, kept, p.MutableView);
        }
        base.Step();
    }
}
