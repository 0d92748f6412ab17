using System.Globalization;

namespace Ssgan.Engine.Optim.Schedules;

/// <summary>
/// A learning rate that falls along half a cosine from its start to 0 at the last step: start·(1 + cos πt) / 2 at the share t of
/// the steps (Loshchilov and Hutter 2017, "SGDR", eq. 5, of one period).
/// </summary>
/// <param name="Start">The rate of the first step.</param>
/// <param name="Steps">The step at which the rate is 0.</param>
/// <param name="From">The finished steps at which it begins to fall; before them there is no rate.</param>
public sealed record CosineDecay(float Start, long Steps, long From = 0) : Schedule(Start)
{
    /// <inheritdoc/>
    public override long From { get; } = From;

    /// <inheritdoc/>
    public override string Course =>
        string.Create(CultureInfo.InvariantCulture, $"falls along half a cosine to 0 at step {Steps}");

    /// <inheritdoc/>
    public override float At(long finished) =>
        (float)(Start * (0.5 + 0.5 * Math.Cos(Math.PI * Math.Min(1.0, (double)(finished - From) / (Steps - From)))));
}
