namespace Ssgan.Engine.Optim.Schedules;

/// <summary>A number on the device that updates read there, and its course: a learning rate, a weight of a penalty.</summary>
/// <param name="Scalar">F32 (1) or a scalar; it stays its owner's.</param>
/// <param name="Schedule">What it is by finished steps.</param>
public sealed record ScheduledScalar(Tensor Scalar, Schedule Schedule)
{
    /// <summary>The learning rate of an optimizer along a course.</summary>
    public static ScheduledScalar RateOf(Optimizer optimizer, Schedule schedule)
    {
        ArgumentNullException.ThrowIfNull(optimizer);
        ArgumentNullException.ThrowIfNull(schedule);
        return new(optimizer.LearningRateTensor, schedule);
    }
}
