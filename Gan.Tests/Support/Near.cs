namespace Ssgan.Tests.Support;

/// <summary>Comparisons of arrays without the cost of an NUnit constraint per element.</summary>
static class Near
{
    /// <summary>
    /// |actual − expected| ≤ tolerance·max(1, |expected|) everywhere; equal infinities and NaN where NaN is expected.
    /// </summary>
    public static void All(float[] actual, IReadOnlyList<double> expected, double tolerance = 1e-5)
    {
        Assert.That(actual, Has.Length.EqualTo(expected.Count));
        for (int i = 0; i < actual.Length; i++)
        {
            double e = expected[i];
            bool same = double.IsNaN(e) ? float.IsNaN(actual[i])
                : actual[i] == e || Math.Abs(actual[i] - e) <= tolerance * Math.Max(1, Math.Abs(e));
            if (!same) Assert.Fail($"Element {i} of {actual.Length} is {actual[i]:R}, expected {e:R}.");
        }
    }
}
