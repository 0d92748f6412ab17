using Ssgan.Gan.Metrics.Scores;

namespace Ssgan.Tests.Metrics.Scores;

sealed class FrechetTests
{
    /// <summary>Full and deficient rank, and variances of 16 orders of magnitude.</summary>
    [TestCase(400, 1)]
    [TestCase(20, 1)]
    [TestCase(2, 1)]
    [TestCase(400, 1e-4)]
    public void A_set_is_at_no_distance_from_itself(int count, double fall)
    {
        var set = Rows.Random(count, 64, 4);
        set = new FeatureSet([.. set.Values.ToArray().Select((v, i) => (float)(v * Math.Pow(fall, i % 64 / 32.0)))], 64);
        var statistics = FeatureStatistics.Of(set);
        double trace = Enumerable.Range(0, 64).Sum(i => statistics.Covariance.Span[i * 65]);
        Assert.That(FrechetDistance.Between(statistics, statistics), Is.InRange(0, 1e-9 * trace));
    }

    /// <summary>Diagonal covariances: |μ₁ − μ₂|² + Σ(σ₁ − σ₂)².</summary>
    [Test]
    public void Of_independent_features_it_is_a_sum()
    {
        double[] a = [4, 9, 0, 1e-8], b = [1, 9, 16, 0];
        var (first, second) = (new FeatureStatistics(null, [1, 2, 3, 4], Diagonal(a)),
            new FeatureStatistics(null, [1, 2, 5, 4], Diagonal(b)));
        double expected = 4 + a.Zip(b, static (x, y) => Math.Pow(Math.Sqrt(x) - Math.Sqrt(y), 2)).Sum();
        Assert.That(FrechetDistance.Between(first, second), Is.EqualTo(expected).Within(1e-13));

        static double[] Diagonal(double[] values)
        {
            double[] matrix = new double[values.Length * values.Length];
            for (int i = 0; i < values.Length; i++) matrix[i * (values.Length + 1)] = values[i];
            return matrix;
        }
    }

    [Test]
    public void Without_any_variance_means_are_left()
    {
        FeatureStatistics a = FeatureStatistics.Of(Rows.Constant(5, 1, 2, 3)),
            b = FeatureStatistics.Of(Rows.Constant(9, 1, 2, 5)), wide = FeatureStatistics.Of(Rows.Random(30, 3, 5));
        Assert.That(FrechetDistance.Between(a, b), Is.EqualTo(4));
        Assert.That(FrechetDistance.Between(a, a), Is.Zero);
        Assert.That(FrechetDistance.Between(a, wide), Is.EqualTo(FrechetDistance.Between(wide, a)).Within(1e-12));
    }

    [Test]
    public void A_reference_serves_many_sides()
    {
        FeatureSet real = Rows.Random(90, 10, 6), near = Rows.Random(80, 10, 7), far = Rows.Random(70, 10, 8, spread: 3);
        var reference = new FrechetReference(FeatureStatistics.Of(real));
        foreach (var side in new[] { near, far, near })
        {
            var statistics = FeatureStatistics.Of(side);
            Assert.That(reference.DistanceTo(statistics), Is.EqualTo(FrechetDistance.Between(reference.Statistics, statistics)));
        }
        Assert.That(reference.DistanceTo(FeatureStatistics.Of(far)),
            Is.GreaterThan(reference.DistanceTo(FeatureStatistics.Of(near))));
    }

    [Test]
    public void It_does_not_depend_on_the_number_of_threads()
    {
        FeatureStatistics a = FeatureStatistics.Of(Rows.Random(300, 250, 9)), b = FeatureStatistics.Of(Rows.Random(300, 250, 10));
        Assert.That(FrechetDistance.Between(a, b, 3), Is.EqualTo(FrechetDistance.Between(a, b, 1)));
    }

    [Test]
    public void The_line_goes_through_subsets_of_even_sizes()
    {
        FeatureSet real = Rows.Random(400, 6, 11), fake = Rows.Random(300, 6, 12, spread: 1.5);
        var reference = new FrechetReference(FeatureStatistics.Of(real));
        var line = FrechetInfinity.Of(reference, fake, seed: 5, sizes: 5, smallest: 50);
        Assert.That(line.Points.Select(static p => p.Count), Is.EqualTo(new[] { 50, 112, 175, 237, 300 }));
        Assert.That(line.Points[^1].Distance, Is.EqualTo(reference.DistanceTo(FeatureStatistics.Of(fake))));
        Assert.That(line.Points[1].Distance, Is.EqualTo(reference.DistanceTo(FeatureStatistics.Of(fake.Sample(112, 6)))));
        // Few images look further away than they are.
        Assert.That(line.Slope, Is.GreaterThan(0));
        Assert.That(line.Intercept, Is.LessThan(line.Points[^1].Distance));
        Assert.That(FrechetInfinity.Of(reference, fake, 5, 5, 50).Points, Is.EqualTo(line.Points));
        Assert.That(FrechetInfinity.Of(reference, fake, 50, 5, 50).Points, Is.Not.EqualTo(line.Points));
    }

    [Test]
    public void Misfits_are_refused()
    {
        FeatureStatistics a = FeatureStatistics.Of(Rows.Random(9, 3, 1)), b = FeatureStatistics.Of(Rows.Random(9, 4, 1));
        Assert.That(() => FrechetDistance.Between(a, b), Throws.ArgumentException.With.Message.Contains("3 features").And.Message
            .Contains("4"));
        var reference = new FrechetReference(a);
        Assert.That(() => reference.DistanceTo(b), Throws.ArgumentException.With.Message.Contains("3 features"));
        Assert.That(() => FrechetInfinity.Of(reference, Rows.Random(9, 4, 1), 1), Throws.ArgumentException);
        Assert.That(() => FrechetInfinity.Of(reference, Rows.Random(9, 3, 1), 1), Throws.ArgumentException.With.Message
            .Contains("9 rows; 5001 are needed"));
        Assert.That(() => FrechetInfinity.Of(reference, Rows.Random(9, 3, 1), 1, 1, 5), Throws.ArgumentException.With.Message
            .Contains("number of sizes is 1"));
        Assert.That(() => FrechetInfinity.Of(reference, Rows.Random(9, 3, 1), 1, 2, 1), Throws.ArgumentException.With.Message
            .Contains("smallest size is 1"));
    }
}
