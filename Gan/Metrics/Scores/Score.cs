namespace Ssgan.Gan.Metrics.Scores;

/// <summary>A metric that is a mean over parts, such as subsets or splits.</summary>
/// <param name="Value">The mean.</param>
/// <param name="Deviation">The parts' population standard deviation; null where the metric has no parts.</param>
public readonly record struct Score(double Value, double? Deviation = null)
{
    internal static Score Of(ReadOnlySpan<double> parts)
    {
        double sum = 0, squares = 0;
        foreach (double part in parts) sum += part;
        double mean = sum / parts.Length;
        foreach (double part in parts) squares += (part - mean) * (part - mean);
        return new Score(mean, Math.Sqrt(squares / parts.Length));
    }
}
