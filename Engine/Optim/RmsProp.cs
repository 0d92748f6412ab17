using Ssgan.Engine.Kernels;

namespace Ssgan.Engine.Optim;

/// <summary>
/// RMSprop (Tieleman and Hinton 2012) in PyTorch's form: v ← α·v + (1 − α)·g², d = g / (√v + ε), p ← p − rate·d. Centred, the
/// variance v − a² with a ← α·a + (1 − α)·g stands for v; with momentum b ← momentum·b + d stands for d. Weight decay is coupled:
/// g + decay·p stands for g. State: NAME.square, NAME.mean where centred, NAME.momentum with momentum. Composed of elementwise
/// passes: 7 over a parameter's size, and 1 to 3 more for each of decay, centring and momentum.
/// </summary>
public sealed class RmsProp : Optimizer
{
    readonly float _rest, _epsilon, _decay, _momentum;
    readonly Tensor[] _square, _mean, _buffers;

    /// <param name="parameters">The trained tensors by name.</param>
    /// <param name="learningRate">Step size.</param>
    /// <param name="alpha">Decay of the mean of squares.</param>
    /// <param name="epsilon">Added to the root.</param>
    /// <param name="weightDecay">Coupled weight decay, added to the gradient.</param>
    /// <param name="momentum">Share of the last direction that is kept.</param>
    /// <param name="centered">Whether the mean's square is subtracted.</param>
    /// <exception cref="ArgumentException">No parameters, a rate that is not finite, alpha or momentum outside [0, 1), epsilon
    /// not positive, or a decay that is negative or not finite.</exception>
    public RmsProp(IEnumerable<NamedTensor> parameters, float learningRate = 1e-2f, double alpha = 0.99, float epsilon = 1e-8f,
        float weightDecay = 0, float momentum = 0, bool centered = false)
        : base(parameters, learningRate)
    {
        OptimizerChecks.Share("RmsProp", "alpha", alpha);
        OptimizerChecks.Share("RmsProp", "momentum", momentum);
        OptimizerChecks.Decay("RmsProp", weightDecay);
        if (!(epsilon > 0)) throw new ArgumentException($"RmsProp: epsilon {epsilon} must be positive.");
        (_rest, _epsilon, _decay, _momentum) = ((float)(1 - alpha), epsilon, weightDecay, momentum);
        _square = Zeros("square");
        _mean = centered ? Zeros("mean") : [];
        _buffers = momentum == 0 ? [] : Zeros("momentum");

        Tensor[] Zeros(string name) =>
            [.. Parameters.Select(p => State($"{p.Name}.{name}", p.Tensor.Device.Zeros(p.Tensor.Shape)))];
    }

    /// <inheritdoc/>
    public override void Step()
    {
        for (int i = 0; i < Parameters.Count; i++)
        {
            var p = Parameters[i].Tensor;
            if (p.Grad is not { } grad) continue;
            using var scope = p.Device.Scope();
            var (b, gradient, work) = (p.Backend, grad.View, p.Device.Empty(p.Shape).View);
            if (_decay != 0)
            {
                gradient = p.Device.Empty(p.Shape).View;
                b.Binary(new Axpy(_decay), grad.View, p.View, gradient);
            }
            var square = _square[i].MutableView;
            b.Unary(new Square(), gradient, work);
            b.Binary(new Lerp(_rest), square, work, square);
            if (_mean.Length > 0)
            {
                var mean = _mean[i].MutableView;
                b.Binary(new Lerp(_rest), mean, gradient, mean);
                b.Unary(new Square(), mean, work);
                b.Binary(new Sub(), square, work, work);
                b.Unary(new Sqrt(), work, work);
            }
            else b.Unary(new Sqrt(), square, work);
            b.Unary(new Affine(1, _epsilon), work, work);
            b.Binary(new Div(), gradient, work, work);
            if (_buffers.Length > 0)
            {
                var buffer = _buffers[i].MutableView;
                b.Binary(new Axpy(_momentum), work, buffer, buffer);
                b.Binary(new Mul(), buffer, LearningRateTensor.View, work);
            }
            else b.Binary(new Mul(), work, LearningRateTensor.View, work);
            b.Binary(new Sub(), p.View, work, p.MutableView);
        }
    }
}
