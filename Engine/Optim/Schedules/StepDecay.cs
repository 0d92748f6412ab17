using System.Globalization;

namespace Ssgan.Engine.Optim.Schedules;

/// <summary>
/// A number that is multiplied by a factor every so many steps: start·factor^⌊finished / every⌋, PyTorch's StepLR.
/// </summary>
/// <param name="Start">The number at first.</param>
/// <param name="Every">Steps from one change to the next, at least 1.</param>
/// <param name="Factor">What it is multiplied by.</param>
public sealed record StepDecay(float Start, long Every, double Factor) : Schedule(Start)
{
    /// <inheritdoc cref="StepDecay"/>
    public long Every { get; } = Every >= 1 ? Every
        : throw new ArgumentException($"StepDecay: a change every {Every} steps; at least 1 is needed.");

    /// <inheritdoc/>
    public override bool IsConstant => Factor == 1;

    /// <inheritdoc/>
    public override string Course => string.Create(CultureInfo.InvariantCulture,
        $"is multiplied by {Factor} every {Every} steps");

    /// <inheritdoc/>
    public override float At(long finished) => (float)(Start * Math.Pow(Factor, finished / Every));
}
