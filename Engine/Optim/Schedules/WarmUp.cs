namespace Ssgan.Engine.Optim.Schedules;

/// <summary>
/// A straight line from 0 to the start of another course, which then goes its way from its own step 0: start·finished / steps
/// before the last step of the warm-up (Goyal et al. 2017, section 2.2).
/// </summary>
/// <param name="Steps">Steps of the line, at least 1; the first of them has the rate 0.</param>
/// <param name="Then">The course behind it.</param>
public sealed record WarmUp(long Steps, Schedule Then) : Schedule(0f)
{
    /// <inheritdoc cref="WarmUp"/>
    public long Steps { get; } = Steps >= 1 ? Steps
        : throw new ArgumentException($"WarmUp: {Steps} steps; at least 1 is needed.");

    /// <inheritdoc cref="WarmUp"/>
    public Schedule Then { get; } = Then ?? throw new ArgumentNullException(nameof(Then));

    /// <inheritdoc/>
    public override string Course => $"rises to {Then.Start} at step {Steps}, and then {Then.Course}";

    /// <inheritdoc/>
    public override float At(long finished) =>
        finished < Steps ? (float)((double)Then.Start * finished / Steps) : Then.At(finished - Steps + Then.From);
}
