using Ssgan.Engine.Kernels;

namespace Ssgan.Engine.Optim;

/// <summary>
/// Moves the learning rates of some optimizers along a <see cref="LinearDecay"/>. The steps are counted in device memory, and the
/// rate is computed there, so that a step of the schedule uploads nothing and can be captured.
/// </summary>
public sealed class RateSchedule : IDisposable
{
    readonly TensorView[] _rates;
    readonly DecaySpec _decay;
    readonly Tensor? _step;

    /// <summary>Sets all rates to that after the finished steps.</summary>
    /// <param name="optimizers">Optimizers on one device, at least one.</param>
    /// <param name="decay">Their rate by finished steps.</param>
    /// <param name="finished">Steps finished before, not fewer than those from which the rate falls; the counter has 31
    /// bits.</param>
    /// <exception cref="ArgumentException">There is no optimizer, or the rate falls only from a later step on.</exception>
    public RateSchedule(IReadOnlyList<Optimizer> optimizers, LinearDecay decay, long finished = 0)
    {
        ArgumentNullException.ThrowIfNull(optimizers);
        if (optimizers.Count == 0) throw new ArgumentException("RateSchedule: no optimizers were given.");
        if (finished < decay.From)
            throw new ArgumentException(
                $"RateSchedule: the rate falls from step {decay.From} on, and only {finished} are finished.");
        foreach (var optimizer in optimizers) optimizer.LearningRate = decay.At(finished);
        _rates = [.. optimizers.Select(static o => o.LearningRateTensor.View)];
        if (decay.Steps is not { } steps) return;
        _decay = new DecaySpec(decay.Start, steps - decay.From);
        _step = optimizers[0].LearningRateTensor.Device.From([checked((int)(finished - decay.From))], new Shape(1)).Own();
    }

    /// <summary>A step is finished: the rates become the next step's.</summary>
    public void Advance() => _step?.Backend.LinearDecay(_step.View, _rates, _decay);

    /// <summary>Frees the counter; the optimizers stay.</summary>
    public void Dispose() => _step?.Dispose();
}
