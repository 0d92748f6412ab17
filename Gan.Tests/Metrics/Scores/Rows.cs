using Ssgan.Gan.Data;
using Ssgan.Gan.Metrics.Scores;

namespace Ssgan.Tests.Metrics.Scores;

/// <summary>Rows to measure.</summary>
static class Rows
{
    /// <summary>Numbers of features with a mean of their own, correlated by a common part.</summary>
    internal static FeatureSet Random(int count, int dimensions, int seed, double spread = 1, double offset = 0)
    {
        var random = new Random(seed);
        return Of(count, dimensions, (row, common) =>
        {
            for (int j = 0; j < dimensions; j++)
                row[j] = (float)(offset + j % 3 + spread * (random.NextDouble() - 0.5 + 0.3 * common));
        }, random);
    }

    /// <summary>The same row again and again.</summary>
    internal static FeatureSet Constant(int count, params float[] row) =>
        new([.. Enumerable.Repeat(row, count).SelectMany(static r => r)], row.Length);

    /// <summary>Few whole numbers, so that many distances are equal.</summary>
    internal static FeatureSet Whole(int count, int dimensions, int seed, int bound = 3)
    {
        var random = new Random(seed);
        return new FeatureSet([.. Enumerable.Range(0, count * dimensions).Select(_ => (float)random.Next(bound))], dimensions);
    }

    /// <summary>What golden_scores.py calls hashed.</summary>
    internal static double[] Hashed(ulong seed, int count)
    {
        double[] values = new double[count];
        for (int i = 0; i < count; i++)
            values[i] = (SplitMix.Mix(unchecked(((ulong)i + seed) * 0x9E3779B97F4A7C15)) >> 40) / (double)(1 << 24) - 0.5;
        return values;
    }

    internal static FeatureSet Map(this FeatureSet set, Func<float, float> map) =>
        new([.. set.Values.ToArray().Select(map)], set.Dimensions);

    internal static FeatureSet Then(this FeatureSet set, FeatureSet more) =>
        new([.. set.Values.Span, .. more.Values.Span], set.Dimensions);

    /// <summary>The first rows.</summary>
    internal static FeatureSet First(this FeatureSet set, int count) => set.Take([.. Enumerable.Range(0, count)]);

    static FeatureSet Of(int count, int dimensions, Action<float[], double> fill, Random random)
    {
        var values = new List<float>(count * dimensions);
        float[] row = new float[dimensions];
        for (int i = 0; i < count; i++)
        {
            fill(row, random.NextDouble() - 0.5);
            values.AddRange(row);
        }
        return new FeatureSet([.. values], dimensions);
    }
}
