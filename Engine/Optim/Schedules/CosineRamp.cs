using System.Globalization;

namespace Ssgan.Engine.Optim.Schedules;

/// <summary>
/// A number that goes from its start to its end along half a cosine and stays there: start + (1 − (1 + cos πt) / 2)·(end − start)
/// at the share t of the steps (Huang et al. 2024, R3GAN).
/// </summary>
/// <param name="Start">The number at the first step.</param>
/// <param name="End">The number from the last step on.</param>
/// <param name="Steps">The step at which it arrives: images / batch, not rounded, where the ramp is given in images; positive.
/// </param>
public sealed record CosineRamp(float Start, float End, double Steps) : Schedule(Start)
{
    /// <inheritdoc/>
    public override bool IsConstant => Start == End;

    /// <inheritdoc/>
    public override string Course =>
        string.Create(CultureInfo.InvariantCulture, $"goes along half a cosine to {End} at step {Math.Ceiling(Steps)}");

    /// <inheritdoc/>
    public override float At(long finished)
    {
        double share = 0.5 - 0.5 * Math.Cos(Math.PI * Math.Min(1, finished / Steps));
        // Both ends are met exactly, whatever the sum of the two would round to.
        return share >= 1 ? End : (float)(Start + share * ((double)End - Start));
    }
}
