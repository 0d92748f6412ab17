namespace Ssgan.Engine.Optim.Schedules;

/// <summary>A learning rate that stays.</summary>
/// <param name="Start">The rate.</param>
public sealed record ConstantRate(float Start) : Schedule(Start)
{
    public override bool IsConstant => true;

    public override string Course => "stays there";

    public override float At(long finished) => Start;
}
