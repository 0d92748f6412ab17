using Ssgan.Gan.Metrics.Scores;

namespace Ssgan.Tests.Metrics.Scores;

sealed class FeatureStatisticsTests
{
    /// <summary>Sizes about those of a micro-kernel, a tile and a block of rows.</summary>
    [TestCase(2, 1)]
    [TestCase(5, 3)]
    [TestCase(127, 13)]
    [TestCase(128, 192)]
    [TestCase(300, 193)]
    [TestCase(129, 400)]
    public void They_are_those_of_plain_loops(int count, int d)
    {
        var set = Rows.Random(count, d, 1);
        var statistics = FeatureStatistics.Of(set);
        double[] mean = new double[d], covariance = new double[d * d];
        for (int i = 0; i < count; i++)
            for (int j = 0; j < d; j++) mean[j] += (double)set[i][j] / count;
        for (int i = 0; i < count; i++)
        {
            double[] x = [.. set[i].ToArray().Select((v, j) => v - mean[j])];
            for (int j = 0; j < d; j++)
                for (int k = 0; k < d; k++) covariance[j * d + k] += x[j] * x[k] / (count - 1);
        }
        Assert.That(statistics.Mean.ToArray(), Is.EqualTo(mean).Within(1e-13));
        double worst = statistics.Covariance.ToArray().Zip(covariance, static (a, b) => Math.Abs(a - b)).Max();
        Assert.That(worst, Is.LessThan(1e-14));
    }

    [Test]
    public void They_do_not_depend_on_the_number_of_threads()
    {
        var set = Rows.Random(700, 500, 2);
        FeatureStatistics one = FeatureStatistics.Of(set, threads: 1), three = FeatureStatistics.Of(set, threads: 3);
        Assert.That(three.Mean.Span.SequenceEqual(one.Mean.Span));
        Assert.That(three.Covariance.Span.SequenceEqual(one.Covariance.Span));
    }

    /// <summary>The squares of a mean of 10⁶ would leave nothing of a variance of 10⁻².</summary>
    [Test]
    public void A_large_mean_costs_no_digits()
    {
        float[] values = [.. Enumerable.Range(0, 1000).Select(static i => 1e6f + i % 2 * 0.125f)];
        Assert.That(FeatureStatistics.Of(new FeatureSet(values, 1), ddof: 0).Covariance.Span[0],
            Is.EqualTo(0.0625 * 0.0625).Within(1e-15));
    }

    [TestCase(8, true)]
    [TestCase(9, false)]
    public void Too_few_rows_for_a_rank_are_said(int count, bool deficient)
    {
        var statistics = FeatureStatistics.Of(Rows.Random(count, 8, 3));
        Assert.That(statistics.IsRankDeficient, Is.EqualTo(deficient));
        Assert.That(statistics.Warning, deficient ? Does.Contain("8 images in 8 dimensions has a rank of 7").And.Contain("take 9")
            : Is.Null);
    }

    [Test]
    public void Of_an_unknown_count_nothing_is_said()
    {
        var statistics = new FeatureStatistics(null, [1, 2], [1, 0, 0, 1]);
        Assert.That(statistics.Count, Is.Null);
        Assert.That(statistics.IsRankDeficient, Is.False);
        Assert.That(statistics.Warning, Is.Null);
    }

    [Test]
    public void Rounding_of_a_files_covariance_is_evened_out()
    {
        double[] mean = [1, 2], covariance = [4, 1, 1 + 1e-9, 9];
        var statistics = new FeatureStatistics(10, mean, covariance);
        mean[0] = covariance[0] = 7;
        Assert.That(statistics.Mean.ToArray(), Is.EqualTo(new double[] { 1, 2 }));
        Assert.That(statistics.Covariance.Span[0], Is.EqualTo(4));
        Assert.That(statistics.Covariance.Span[1], Is.EqualTo(1 + 5e-10).Within(1e-15));
        Assert.That(statistics.Covariance.Span[2], Is.EqualTo(statistics.Covariance.Span[1]));
    }

    [TestCase(new double[] { 1, 2 }, new double[] { 1, 2, 3 }, "2 values and a covariance of 3")]
    [TestCase(new double[] { }, new double[] { }, "0 values")]
    [TestCase(new[] { 1, double.NaN }, new double[] { 1, 0, 0, 1 }, "mean of feature 1 is NaN")]
    [TestCase(new double[] { 1, 2 }, new[] { 1, 0, double.PositiveInfinity, 1 }, "features 1 and 0 is")]
    [TestCase(new double[] { 1, 2 }, new[] { 1, double.NaN, 0, 1 }, "features 1 and 0 is NaN")]
    [TestCase(new double[] { 1, 2 }, new double[] { 1, 0, 0, -1 }, "variance of feature 1 is -1")]
    [TestCase(new double[] { 1, 2 }, new[] { double.NaN, 0, 0, 1 }, "variance of feature 0 is NaN")]
    [TestCase(new double[] { 1, 2 }, new[] { 1, 0, 0.5, 1 }, "not symmetric")]
    public void Misfits_are_refused(double[] mean, double[] covariance, string words) => Assert.That(
        () => new FeatureStatistics(10, mean, covariance), Throws.ArgumentException.With.Message.Contains(words));

    [Test]
    public void Few_rows_and_odd_divisors_are_refused()
    {
        var one = Rows.Random(1, 2, 1);
        Assert.That(() => FeatureStatistics.Of(one), Throws.ArgumentException.With.Message.Contains("1 row; 2 are needed"));
        Assert.That(() => FeatureStatistics.Of(one, 2), Throws.ArgumentException.With.Message.Contains("ddof is 2"));
        Assert.That(() => new FeatureStatistics(0, [1], [1]), Throws.ArgumentException.With.Message.Contains("count is 0"));
        Assert.That(FeatureStatistics.Of(one, 0).Covariance.ToArray(), Is.EqualTo(new double[4]));
    }
}
