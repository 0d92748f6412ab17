using Ssgan.Engine.Kernels;

namespace Ssgan.Engine.Optim;

/// <summary>
/// Lion (Chen et al. 2023, algorithm 2): p ← p − rate·(sign(β₁·m + (1 − β₁)·g) + decay·p), then m ← β₂·m + (1 − β₂)·g. Weight
/// decay is decoupled. Every value moves by the rate itself, so that rates are 3 to 10 times smaller than Adam's, and decays as
/// much larger. State: NAME.m. Composed of elementwise passes: 5 over a parameter's size, 6 with decay.
/// </summary>
public sealed class Lion : Optimizer
{
    readonly float _rest1, _rest2, _decay;
    readonly Tensor[] _mean;

    /// <param name="parameters">The trained tensors by name.</param>
    /// <param name="learningRate">Step size.</param>
    /// <param name="beta1">The mean's share of the direction.</param>
    /// <param name="beta2">Decay of the mean.</param>
    /// <param name="weightDecay">Decoupled weight decay.</param>
    /// <exception cref="ArgumentException">No parameters, a rate that is not finite, a beta outside [0, 1), or a decay that is
    /// negative or not finite.</exception>
    public Lion(IEnumerable<NamedTensor> parameters, float learningRate = 1e-4f, double beta1 = 0.9, double beta2 = 0.99,
        float weightDecay = 0)
        : base(parameters, learningRate)
    {
        OptimizerChecks.Share("Lion", "beta1", beta1);
        OptimizerChecks.Share("Lion", "beta2", beta2);
        OptimizerChecks.Decay("Lion", weightDecay);
        (_rest1, _rest2, _decay) = ((float)(1 - beta1), (float)(1 - beta2), weightDecay);
        _mean = [.. Parameters.Select(p => State($"{p.Name}.m", p.Tensor.Device.Zeros(p.Tensor.Shape)))];
    }

    /// <inheritdoc/>
    public override void Step()
    {
        for (int i = 0; i < Parameters.Count; i++)
        {
            var p = Parameters[i].Tensor;
            if (p.Grad is not { } gradient) continue;
            using var scope = p.Device.Scope();
            var (b, mean, work) = (p.Backend, _mean[i].MutableView, p.Device.Empty(p.Shape).View);
            b.Binary(new Lerp(_rest1), mean, gradient.View, work);
            b.Unary(new Sign(), work, work);
            if (_decay != 0) b.Binary(new Axpy(_decay), work, p.View, work);
            b.Binary(new Mul(), work, LearningRateTensor.View, work);
            b.Binary(new Sub(), p.View, work, p.MutableView);
            b.Binary(new Lerp(_rest2), mean, gradient.View, mean);
        }
    }
}
