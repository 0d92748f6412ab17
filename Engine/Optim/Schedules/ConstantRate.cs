namespace Ssgan.Engine.Optim.Schedules;

/// <summary>A number that stays.</summary>
/// <param name="Start">The number.</param>
public sealed record ConstantRate(float Start) : Schedule(Start)
{
    /// <inheritdoc/>
    public override bool IsConstant => true;

    /// <inheritdoc/>
    public override string Course => "stays there";

    /// <inheritdoc/>
    public override float At(long finished) => Start;
}
