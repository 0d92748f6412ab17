namespace Ssgan.Engine.Optim.Schedules;

/// <summary>A number that stays.</summary>
/// <param name="Start">The number.</param>
public sealed record ConstantRate(float Start) : Schedule(Start)
{
    public override bool IsConstant => true;

    public override string Course => "stays there";

    public override float At(long finished) => Start;
}
