using System.Globalization;

namespace Ssgan.Engine.Optim.Schedules;

/// <summary>
/// One cycle (Smith and Topin 2018, in the two phases and with the values of PyTorch's OneCycleLR): along half a cosine from
/// peak / divisor up to the peak, then along another down to peak / (divisor·last divisor) at the last step.
/// </summary>
/// <param name="Peak">The largest rate.</param>
/// <param name="Steps">Steps in all, PyTorch's total_steps; the last of them has the smallest rate.</param>
/// <param name="Rise">The share of the steps in which it rises, in (0, 1).</param>
/// <param name="Divisor">What the first rate is less than the peak.</param>
/// <param name="LastDivisor">What the last rate is less than the first.</param>
public sealed record OneCycle(float Peak, long Steps, double Rise = 0.3, double Divisor = 25, double LastDivisor = 1e4)
    : Schedule((float)(Peak / Positive(Steps, Rise, Divisor)))
{
    /// <inheritdoc/>
    public override string Course => string.Create(CultureInfo.InvariantCulture,
        $"rises to {Peak} at step {Math.Ceiling(Top)} and falls to {Peak / Divisor / LastDivisor:G3} at step {Steps - 1}");

    /// <inheritdoc/>
    public override float At(long finished)
    {
        double first = Peak / Divisor, last = first / LastDivisor;
        return (float)(finished <= Top ? Between(first, Peak, finished / Top)
            : Between(Peak, last, Math.Min(1, (finished - Top) / (Steps - 1 - Top))));
    }

    double Top => Rise * Steps - 1;

    static double Between(double from, double to, double share) => to + (from - to) * (0.5 + 0.5 * Math.Cos(Math.PI * share));

    static double Positive(long steps, double rise, double divisor)
    {
        if (!(rise * steps > 1) || !(rise < 1))
            throw new ArgumentException($"OneCycle: a share {rise} of {steps} steps leaves no step to rise or none to fall.");
        return divisor > 0 ? divisor : throw new ArgumentException($"OneCycle: the divisor {divisor} must be positive.");
    }
}
