using Ssgan.Engine;
using Ssgan.Gan.Models;
using Ssgan.Gan.Training;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Training;

/// <summary>Noise between seeds, and noise within a bound.</summary>
sealed class LatentWalkTests
{
    const int Length = 128;

    [TestCase(false)]
    [TestCase(true)]
    public void A_walk_goes_through_its_keys_at_equal_angles_and_keeps_their_length(bool loop)
    {
        float[][] keys = Noise([3, 8, 11], double.PositiveInfinity);
        // Four frames of each leg.
        int legs = loop ? 3 : 2, frames = legs * 4 + (loop ? 0 : 1);
        float[][] walk = LatentWalk.Between(keys, frames, loop, LatentDistribution.Normal);
        Assert.That(walk, Has.Length.EqualTo(frames));
        for (int leg = 0; leg < legs; leg++)
        {
            float[] from = keys[leg], to = keys[(leg + 1) % 3];
            Assert.That(walk[4 * leg], Is.EqualTo(from).Within(1e-6f));
            double whole = Angle(from, to);
            for (int i = 1; i < 4; i++)
            {
                float[] here = walk[4 * leg + i];
                Assert.That(Angle(Turned(from, here, to), here), Is.LessThan(1e-3), "in the plane of both keys");
                var (least, most) = Sorted(Norm(from), Norm(to));
                // Of keys that are nearly at right angles, sin² + cos² of lengths between both.
                Assert.That(Norm(here), Is.InRange(0.9 * least, 1.1 * most));
            }
            // Of keys of one length the angles are equal parts.
            float[] unit = Scaled(to, Norm(from) / Norm(to));
            float[][] even = LatentWalk.Between([from, unit], 5, false, LatentDistribution.Normal);
            for (int i = 0; i < 5; i++)
            {
                Assert.That(Angle(from, even[i]), Is.EqualTo(whole * i / 4).Within(1e-4));
                Assert.That(Norm(even[i]), Is.EqualTo(Norm(from)).Within(1e-4));
            }
        }
        if (!loop) Assert.That(walk[^1], Is.EqualTo(keys[2]).Within(1e-6f));
    }

    [Test]
    public void Noise_of_one_direction_goes_straight()
    {
        float[] one = [1, 2], two = [2, 4], opposite = [-1, -2];
        Assert.That(LatentWalk.Between([one, two], 3, false, LatentDistribution.Normal)[1], Is.EqualTo((float[])[1.5f, 3]));
        Assert.That(LatentWalk.Between([one, one], 2, true, LatentDistribution.Normal)[1], Is.EqualTo(one));
        Assert.That(LatentWalk.Between([one, opposite], 3, false, LatentDistribution.Normal)[1], Is.EqualTo((float[])[0, 0]));
    }

    [Test]
    public void Uniform_noise_stays_in_its_cube()
    {
        float[][] keys = LatentWalk.Noise([1, 2], Length, LatentDistribution.Uniform, double.PositiveInfinity);
        float[][] walk = LatentWalk.Between(keys, 9, true, LatentDistribution.Uniform);
        Assert.That(walk.SelectMany(static z => z).Max(MathF.Abs), Is.InRange(0.9f, 1f));
        Assert.That(walk[1][0], Is.EqualTo(keys[0][0] + (keys[1][0] - keys[0][0]) * 2 / 9).Within(1e-6f));
    }

    [TestCase(0.05)]
    [TestCase(0.5)]
    [TestCase(2)]
    public void Truncated_noise_is_normal_noise_within_the_bound(double bound)
    {
        ulong[] seeds = [.. Enumerable.Range(0, 200).Select(static i => (ulong)i)];
        float[][] whole = Noise(seeds, double.PositiveInfinity), cut = Noise(seeds, bound);
        double[] all = [.. cut.SelectMany(static z => z).Select(static x => (double)x)];
        Assert.That(all.Max(Math.Abs), Is.LessThanOrEqualTo(bound).And.GreaterThan(0.99 * bound));
        foreach (var (before, after) in whole.Zip(cut))
        {
            for (int i = 0; i < Length; i++)
            {
                if (Math.Abs(before[i]) <= bound) Assert.That(after[i], Is.EqualTo(before[i]), "what is within stays");
            }
        }
        // The variance of a normal number within the bound, by Simpson's rule. 25,600 numbers have it within 5 deviations of at
        // most sqrt(2 / 25600) = 0.009 of it.
        double Moment(int power) => Enumerable.Range(0, 1001).Sum(i =>
        {
            double x = bound * i / 1000, weight = i is 0 or 1000 ? 1 : i % 2 == 1 ? 4 : 2;
            return weight * Math.Pow(x, power) * Math.Exp(-x * x / 2);
        });
        double variance = Moment(2) / Moment(0);
        Assert.That(all.Average(static x => x * x), Is.EqualTo(variance).Within(0.045 * variance));
        Assert.That(all.Average(), Is.EqualTo(0).Within(5 * Math.Sqrt(variance / all.Length)));
    }

    [Test]
    public void A_generator_draws_the_same_of_a_seed_and_of_its_noise()
    {
        using var scratch = new TempFolder();
        using (var run = new TrainingRun(scratch["run"], TrainingRun.Tiny)) run.Trainer.Run();
        using var device = Device.Cpu(1);
        using var generator = TrainedGenerator.Open(device, scratch["run"]);
        ulong[] seeds = [5, 6, 7];
        float[][] noise = generator.Noise(seeds);
        byte[] drawn = generator.Draw(seeds);
        Assert.That(generator.Draw(noise, null), Is.EqualTo(drawn));
        Assert.That(generator.Draw(generator.Noise(seeds, 0.5), null), Is.Not.EqualTo(drawn));
        int image = drawn.Length / 3;
        byte[] walk = generator.Draw(generator.Walk(seeds, 5), null);
        Assert.That(walk[..image], Is.EqualTo(drawn[..image]));
        // The keys' noise is mixed with 1 of it and 0 of another: the same but for the last bit.
        Assert.That(walk[^image..], Is.EqualTo(drawn[^image..]).Within(1));
        Assert.That(() => generator.Noise(seeds, 0.001), Throws.ArgumentException);
        Assert.That(() => generator.Noise(seeds, double.NaN), Throws.ArgumentException);
        Assert.That(() => generator.Walk(seeds, 2), Throws.InstanceOf<ArgumentException>());
        Assert.That(() => generator.Walk(seeds[..1], 2), Throws.InstanceOf<ArgumentException>());
        Assert.That(() => generator.Draw([new float[3]], null), Throws.ArgumentException.With.Message.Contains("not 3"));
    }

    static float[][] Noise(ulong[] seeds, double bound) =>
        LatentWalk.Noise(seeds, Length, LatentDistribution.Normal, bound);

    static double Dot(float[] x, float[] y) => x.Zip(y, static (a, b) => (double)a * b).Sum();

    static double Norm(float[] x) => Math.Sqrt(Dot(x, x));

    static double Angle(float[] x, float[] y) => Math.Acos(Math.Min(1, Dot(x, y) / (Norm(x) * Norm(y))));

    static float[] Scaled(float[] x, double by) => [.. x.Select(v => (float)(by * v))];

    static (double Least, double Most) Sorted(double a, double b) => (Math.Min(a, b), Math.Max(a, b));

    /// <summary>The point nearest to another in the plane of two keys.</summary>
    static float[] Turned(float[] one, float[] point, float[] two)
    {
        double a = Dot(one, one), b = Dot(one, two), c = Dot(two, two), p = Dot(one, point), q = Dot(two, point);
        double x = (p * c - q * b) / (a * c - b * b), y = (q * a - p * b) / (a * c - b * b);
        return [.. one.Zip(two, (u, v) => (float)(x * u + y * v))];
    }
}
