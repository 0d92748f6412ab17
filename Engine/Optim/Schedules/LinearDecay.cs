using System.Globalization;
using Ssgan.Engine.Kernels;

namespace Ssgan.Engine.Optim.Schedules;

/// <summary>A learning rate that falls in a straight line from its start to 0 at the last step.</summary>
/// <param name="Start">The rate of the first step.</param>
/// <param name="Steps">The step at which the rate is 0.</param>
/// <param name="From">The finished steps at which it begins to fall; before them there is no rate.</param>
public sealed record LinearDecay(float Start, long Steps, long From = 0) : Schedule(Start)
{
    /// <inheritdoc/>
    public override long From { get; } = From;

    /// <inheritdoc/>
    public override string Course => string.Create(CultureInfo.InvariantCulture, $"falls to 0 at step {Steps}");

    /// <inheritdoc/>
    public override float At(long finished) => new DecaySpec(Start, Steps - From).At(finished - From);

    internal override DecaySpec? Line => new(Start, Steps - From);
}
