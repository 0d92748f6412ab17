using Ssgan.Engine.Kernels;

namespace Ssgan.Engine.Optim;

/// <summary>A learning rate that falls in a straight line from its start to 0 at the last step, or stays constant.</summary>
/// <param name="Start">The rate of the first step.</param>
/// <param name="Steps">The step at which the rate is 0; null keeps it constant.</param>
/// <param name="From">The finished steps at which it begins to fall; before them there is no rate.</param>
public readonly record struct LinearDecay(float Start, long? Steps, long From = 0)
{
    /// <summary>The rate after this many finished steps.</summary>
    public float At(long finished) => Steps is { } steps ? new DecaySpec(Start, steps - From).At(finished - From) : Start;
}
