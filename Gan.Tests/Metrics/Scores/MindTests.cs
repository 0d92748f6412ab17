using Ssgan.Engine;
using Ssgan.Gan.Metrics.Scores;

namespace Ssgan.Tests.Metrics.Scores;

sealed class MindTests
{
    [Test]
    public void Directions_are_of_length_1_and_point_everywhere()
    {
        const int count = 4000, d = 3;
        float[] directions = Mind.Directions(count, d, 1);
        double[] sums = new double[d], squares = new double[d];
        foreach (float[] u in directions.Chunk(d))
        {
            Assert.That(u.Sum(static v => (double)v * v), Is.EqualTo(1).Within(1e-6));
            for (int j = 0; j < d; j++)
            {
                sums[j] += u[j] / count;
                squares[j] += u[j] * u[j] / count;
            }
        }
        // Deviations are 0.009 and 0.005.
        Assert.That(sums, Is.All.InRange(-0.04, 0.04));
        Assert.That(squares, Is.All.EqualTo(1.0 / d).Within(0.02));
        Assert.That(Mind.Directions(count, d, 2), Is.Not.EqualTo(directions));
    }

    /// <summary>A shift by s moves each projection by u·s, whose mean square is |s|²/d: 3|s|² in all.</summary>
    [Test]
    public void Of_a_shift_it_is_three_times_its_square()
    {
        var real = Rows.Whole(500, 4, 1, bound: 100);
        using var device = Device.Cpu(2);
        // 4,000 directions: a deviation of 1% at most.
        Assert.That(Mind.Between(device, real, real.Map(static v => v + 2), 3, directions: 4000), Is.EqualTo(3 * 16).Within(2));
    }

    [Test]
    public void Order_does_not_matter_and_identical_sets_are_at_no_distance()
    {
        var real = Rows.Random(2100, 5, 2);
        using var device = Device.Cpu(2);
        Assert.That(Mind.Between(device, real, real, 1, 20), Is.Zero);
        Assert.That(Mind.Between(device, real, real.Sample(2100, 4), 1, 20), Is.Zero);
        Assert.That(Mind.Between(device, Rows.Constant(3, 1, 2), Rows.Constant(3, 1, 2), 1), Is.Zero);
    }

    [Test]
    public void A_seed_repeats_and_threads_change_no_bit()
    {
        FeatureSet real = Rows.Random(300, 20, 6), fake = Rows.Random(300, 20, 7);
        using Device one = Device.Cpu(1), three = Device.Cpu(3);
        double score = Mind.Between(one, real, fake, 8, 50, threads: 1);
        Assert.That(Mind.Between(three, real, fake, 8, 50, threads: 3), Is.EqualTo(score));
        Assert.That(Mind.Between(one, real, fake, 9, 50), Is.Not.EqualTo(score));
    }

    [Test]
    public void Misfits_are_refused()
    {
        using var device = Device.Cpu(1);
        FeatureSet five = Rows.Random(5, 3, 1), six = Rows.Random(6, 3, 1);
        Assert.That(() => Mind.Between(device, five, six, 1), Throws.ArgumentException.With.Message
            .Contains("5 real rows and 6 generated ones"));
        Assert.That(() => Mind.Between(device, five, Rows.Random(5, 2, 1), 1), Throws.ArgumentException.With.Message
            .Contains("3 features"));
        Assert.That(() => Mind.Between(device, five, five, 1, 0), Throws.ArgumentException.With.Message
            .Contains("number of directions is 0"));
        Assert.That(() => Mind.Between(device, new FeatureSet([], 3), new FeatureSet([], 3), 1), Throws.ArgumentException.With
            .Message.Contains("0 rows; 1 are needed"));
    }
}
