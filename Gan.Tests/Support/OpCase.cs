using Ssgan.Engine;
using Ssgan.Engine.Kernels;

namespace Ssgan.Tests.Support;

/// <summary>How an input is drawn. Finite differences need points away from kinks by much more than their step.</summary>
enum Fill
{
    /// <summary>Uniform in [−2, 2).</summary>
    Any,
    /// <summary>Uniform in [0.4, 2.5): for roots, logarithms and divisors.</summary>
    Positive,
    /// <summary>Either sign, at least 0.3 from zero: for ReLU and its kin.</summary>
    OffZero,
    /// <summary>Uniform in [−0.2, 0.2).</summary>
    Small,
    /// <summary>Distinct multiples of 0.1 in random order: for maxima.</summary>
    Distinct,
    /// <summary>As <see cref="Distinct"/>, halfway between: never equal to one of those.</summary>
    DistinctOdd,
}

/// <summary>A row of the table of operations: a function of F32 tensors whose derivatives are checked.</summary>
/// <param name="Stem">The file in Engine/Ops that defines the operation.</param>
/// <param name="Name">What this row adds.</param>
/// <param name="Shapes">Shapes of the differentiable inputs.</param>
/// <param name="Run">The function. Labels, indices and constants are its own.</param>
sealed record OpCase(string Stem, string Name, int[][] Shapes, Func<Tensor[], Tensor> Run)
{
    /// <summary>How each input is drawn; inputs beyond the list are <see cref="Fill.Any"/>.</summary>
    public Fill[] Fills { get; init; } = [];

    /// <summary>
    /// Largest error relative to the largest derivative of the input, or to 1. With a step of 1e-2 rounding leaves about
    /// 1e-7·|y|·√N / 2e-2, some 1e-5, and the third derivative about 2e-5 of itself.
    /// </summary>
    public double Tolerance { get; init; } = 2e-3;

    /// <summary>The difference's half width, relative to max(1, |x|).</summary>
    public float Step { get; init; } = 1e-2f;

    public int Seed { get; init; } = 1;

    public override string ToString() => $"{Stem}: {Name}";

    /// <summary>Fresh values of all inputs.</summary>
    public float[][] Draw(Random random)
    {
        var inputs = new float[Shapes.Length][];
        for (int i = 0; i < inputs.Length; i++)
            inputs[i] = Values(i < Fills.Length ? Fills[i] : Fill.Any, (int)new Shape(Shapes[i]).Count, random);
        return inputs;
    }

    static float[] Values(Fill fill, int count, Random random)
    {
        var values = new float[count];
        if (fill is Fill.Distinct or Fill.DistinctOdd)
        {
            for (int i = 0; i < count; i++) values[i] = 0.1f * (i - count / 2) + (fill == Fill.Distinct ? 0 : 0.05f);
            random.Shuffle(values);
            return values;
        }
        for (int i = 0; i < count; i++)
        {
            float t = random.NextSingle();
            values[i] = fill switch
            {
                Fill.Positive => 0.4f + 2.1f * t,
                Fill.OffZero => (random.Next(2) == 0 ? -1 : 1) * (0.3f + 1.7f * t),
                Fill.Small => 0.4f * t - 0.2f,
                _ => 4 * t - 2,
            };
        }
        return values;
    }
}
