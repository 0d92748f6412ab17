using System.Runtime.InteropServices;
using Ssgan.Engine.Kernels;

namespace Ssgan.Engine.Optim;

/// <summary>
/// Adam with bias correction (Kingma and Ba 2015, algorithm 1), all parameters in one pass, no weight decay (<see
/// cref="AdamW"/> has that). As in PyTorch each parameter counts its own steps: one without a gradient is skipped, and its
/// value, moments and count stay. State: NAME.m, NAME.v, and I32 NAME.step (1).
/// </summary>
public class Adam : Optimizer
{
    readonly AdamSpec _spec;
    readonly Tensor[] _first, _second, _steps;
    readonly List<AdamSlot> _slots = [];
    readonly Ema? _average;
    readonly Tensor?[] _averages;
    readonly Tensor? _restBeta2;

    /// <param name="parameters">The trained tensors by name.</param>
    /// <param name="learningRate">Step size.</param>
    /// <param name="beta1">Decay of the gradient's mean.</param>
    /// <param name="beta2">Decay of the mean of its square.</param>
    /// <param name="epsilon">Added to the root.</param>
    /// <param name="average">An average of the trained module, moved in the same pass as the parameters; do not call its Update
    /// as well.</param>
    /// <param name="restBeta2">1 − β₂ as a number on the device, F32 (1) in (0, 1], which each step reads in place of
    /// <paramref name="beta2"/>, so that a schedule can move it; it stays the caller's.</param>
    /// <exception cref="ArgumentException">No parameters, a rate that is not finite, a beta outside [0, 1), epsilon not positive,
    /// or a tensor that is no number.</exception>
    public Adam(IEnumerable<NamedTensor> parameters, float learningRate = 2e-4f, double beta1 = 0,
        double beta2 = 0.9, double epsilon = 1e-8, Ema? average = null, Tensor? restBeta2 = null)
        : base(parameters, learningRate)
    {
        if (beta1 is not (>= 0 and < 1) || beta2 is not (>= 0 and < 1))
            throw new ArgumentException($"Adam: betas ({beta1}, {beta2}) must lie in [0, 1).");
        if (!(epsilon > 0)) throw new ArgumentException($"Adam: epsilon {epsilon} must be positive.");
        if (restBeta2 is not null) Guard.Number("Adam", "restBeta2", restBeta2);
        _restBeta2 = restBeta2;
        _spec = new AdamSpec(beta1, beta2, epsilon, average?.ConstantDecay ?? 0);
        _average = average;
        var averages = average?.Averages;
        _averages = [.. Parameters.Select(p => averages?.GetValueOrDefault(p.Tensor))];
        var device = Parameters[0].Tensor.Device;
        _first = [.. Parameters.Select(p => State($"{p.Name}.m", device.Zeros(p.Tensor.Shape)))];
        _second = [.. Parameters.Select(p => State($"{p.Name}.v", device.Zeros(p.Tensor.Shape)))];
        _steps = [.. Parameters.Select(p => State($"{p.Name}.step", device.Zeros(new Shape(1), DType.I32)))];
    }

    /// <inheritdoc/>
    public override void Step()
    {
        _slots.Clear();
        for (int i = 0; i < _first.Length; i++)
        {
            var p = Parameters[i].Tensor;
            if (p.Grad is { } gradient)
            {
                _slots.Add(new AdamSlot(p.MutableView, gradient.View, _first[i].MutableView, _second[i].MutableView,
                    _steps[i].MutableView, _averages[i]?.MutableView ?? default));
            }
            else if (_averages[i] is { } average) _average!.Move(p, average);
        }
        LearningRateTensor.Backend.Adam(CollectionsMarshal.AsSpan(_slots), LearningRateTensor.View, _spec,
            _restBeta2?.View ?? default, _average?.Rest?.View ?? default);
        _average?.CopyBuffers();
    }
}
