using Ssgan.Engine.Kernels;

namespace Ssgan.Engine.Optim;

/// <summary>Stochastic gradient descent: b ← momentum·b + g, p ← p − rate·b (b = g without momentum; PyTorch's form).</summary>
public sealed class Sgd : Optimizer
{
    readonly float _momentum;
    readonly Tensor[] _buffers;

    /// <exception cref="ArgumentException">No parameters, a rate that is not finite, or momentum outside [0, 1).</exception>
    public Sgd(IEnumerable<NamedTensor> parameters, float learningRate, float momentum = 0)
        : base(parameters, learningRate)
    {
        if (momentum is not (>= 0 and < 1)) throw new ArgumentException($"Sgd: momentum {momentum} must lie in [0, 1).");
        _momentum = momentum;
        _buffers = momentum == 0 ? []
            : [.. Parameters.Select(p => State($"{p.Name}.momentum", p.Tensor.Device.Zeros(p.Tensor.Shape)))];
    }

    /// <inheritdoc/>
    public override void Step()
    {
        using var scope = LearningRateTensor.Device.Scope();
        for (int i = 0; i < Parameters.Count; i++)
        {
            var p = Parameters[i].Tensor;
            if (p.Grad is not { } gradient) continue;
            var direction = gradient.View;
            if (_buffers.Length > 0)
            {
                direction = _buffers[i].MutableView;
                p.Backend.Binary(new Axpy(_momentum), gradient.View, direction, direction);
            }
            // The rate is a tensor on the device, so that a schedule needs no new launch arguments.
            var change = p.Device.Empty(p.Shape);
            p.Backend.Binary(new Mul(), direction, LearningRateTensor.View, change.View);
            p.Backend.Binary(new Sub(), p.View, change.View, p.MutableView);
        }
    }
}
