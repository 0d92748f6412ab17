namespace Ssgan.Engine.Optim;

/// <summary>What several optimizers refuse.</summary>
static class OptimizerChecks
{
    public static void Decay(string optimizer, float decay)
    {
        if (!(decay >= 0) || !float.IsFinite(decay))
            throw new ArgumentException($"{optimizer}: weight decay {decay} must be finite and not negative.");
    }

    public static void Share(string optimizer, string name, double value)
    {
        if (value is not (>= 0 and < 1)) throw new ArgumentException($"{optimizer}: {name} {value} must lie in [0, 1).");
    }
}
