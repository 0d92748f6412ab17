using Ssgan.Engine.Kernels;

namespace Ssgan.Engine.Optim;

/// <summary>
/// Stochastic gradient descent in PyTorch's form: b ← momentum·b + g, p ← p − rate·b (b = g without momentum). Nesterov's takes
/// g + momentum·b for b. Weight decay is coupled: g + decay·p stands for g. State: NAME.momentum with momentum. Composed of
/// elementwise passes: 2 over a parameter's size, 1 more for each of momentum, Nesterov's and decay.
/// </summary>
public sealed class Sgd : Optimizer
{
    readonly float _momentum, _decay;
    readonly bool _nesterov;
    readonly Tensor[] _buffers;

    /// <param name="parameters">The trained tensors by name.</param>
    /// <param name="learningRate">Step size.</param>
    /// <param name="momentum">Share of the last direction that is kept.</param>
    /// <param name="weightDecay">Coupled weight decay, added to the gradient.</param>
    /// <param name="nesterov">Whether the direction looks one step ahead; it needs momentum.</param>
    /// <exception cref="ArgumentException">No parameters, a rate that is not finite, momentum outside [0, 1) or none for
    /// Nesterov's, or a decay that is negative or not finite.</exception>
    public Sgd(IEnumerable<NamedTensor> parameters, float learningRate, float momentum = 0, float weightDecay = 0,
        bool nesterov = false)
        : base(parameters, learningRate)
    {
        OptimizerChecks.Share("Sgd", "momentum", momentum);
        OptimizerChecks.Decay("Sgd", weightDecay);
        if (nesterov && momentum == 0) throw new ArgumentException("Sgd: Nesterov's direction needs momentum, which is 0.");
        (_momentum, _decay, _nesterov) = (momentum, weightDecay, nesterov);
        _buffers = momentum == 0 ? []
            : [.. Parameters.Select(p => State($"{p.Name}.momentum", p.Tensor.Device.Zeros(p.Tensor.Shape)))];
    }

    /// <inheritdoc/>
    public override void Step()
    {
        for (int i = 0; i < Parameters.Count; i++)
        {
            var p = Parameters[i].Tensor;
            if (p.Grad is not { } gradient) continue;
            using var scope = p.Device.Scope();
            var (b, direction, change) = (p.Backend, gradient.View, p.Device.Empty(p.Shape).View);
            if (_decay != 0)
            {
                b.Binary(new Axpy(_decay), direction, p.View, change);
                direction = change;
            }
            if (_buffers.Length > 0)
            {
                var buffer = _buffers[i].MutableView;
                b.Binary(new Axpy(_momentum), direction, buffer, buffer);
                if (_nesterov) b.Binary(new Axpy(_momentum), direction, buffer, change);
                direction = _nesterov ? change : buffer;
            }
            // The rate is a tensor on the device, so that a schedule needs no new launch arguments.
            b.Binary(new Mul(), direction, LearningRateTensor.View, change);
            b.Binary(new Sub(), p.View, change, p.MutableView);
        }
    }
}
