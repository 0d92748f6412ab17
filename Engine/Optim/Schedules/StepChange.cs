using System.Globalization;

namespace Ssgan.Engine.Optim.Schedules;

/// <summary>A number that becomes another one at a step and stays it.</summary>
/// <param name="Start">The number before.</param>
/// <param name="End">The number from then on.</param>
/// <param name="Step">The finished steps from which it is the other one.</param>
public sealed record StepChange(float Start, float End, long Step) : Schedule(Start)
{
    /// <inheritdoc/>
    public override bool IsConstant => Start == End;

    /// <inheritdoc/>
    public override string Course => IsConstant ? "stays there"
        : string.Create(CultureInfo.InvariantCulture, $"becomes {End} at step {Step}");

    /// <inheritdoc/>
    public override float At(long finished) => finished < Step ? Start : End;
}
