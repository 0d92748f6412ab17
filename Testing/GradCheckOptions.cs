namespace Ssgan.Testing;

/// <summary>How derivatives are compared with finite differences.</summary>
public sealed record GradCheckOptions
{
    /// <summary>What messages call the function.</summary>
    public string Name { get; init; } = "The function";

    /// <summary>
    /// The largest error, relative to the largest derivative by the same input, or to 1. With the default step rounding leaves
    /// about 1e-7·|y|·√N / 2e-2, some 1e-5, and the third derivative about 2e-5 of itself.
    /// </summary>
    public double Tolerance { get; init; } = 2e-3;

    /// <summary>
    /// The difference's half width, relative to max(1, |x|). Inputs must be further from the function's kinks than this.
    /// </summary>
    public float Step { get; init; } = 1e-2f;

    /// <summary>Elements checked of each input; of larger ones a random choice.</summary>
    public int Samples { get; init; } = 24;

    /// <summary>Draws the upstream gradients and that choice.</summary>
    public int Seed { get; init; } = 1;
}
