using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Gan.Models;

namespace Ssgan.Gan.Training;

/// <summary>
/// Noise of seeds, and ways from seed to seed. It is made on the CPU, whatever draws images of it, so that it is the same
/// numbers for every device.
/// </summary>
static class LatentWalk
{
    // Numbers of a block from which rejected ones are replaced: at the smallest bound 1 of 125 is taken.
    const int Block = 1 << 12;

    /// <summary>The least bound of truncation.</summary>
    internal const double LeastTruncation = 0.01;

    /// <summary>
    /// The noise of each seed. Where it is truncated, a number whose magnitude is above the bound gives way to the next one of
    /// the seed's stream that is not [Brock et al. 2019, section 3.1, "truncation trick"].
    /// </summary>
    /// <param name="seeds">The seeds.</param>
    /// <param name="length">Numbers of one.</param>
    /// <param name="distribution">Of what they are.</param>
    /// <param name="truncation">The largest magnitude; infinite for none.</param>
    public static float[][] Noise(IReadOnlyList<ulong> seeds, int length, LatentDistribution distribution, double truncation)
    {
        using var cpu = Device.Cpu(1);
        return [.. seeds.Select(Of)];

        float[] Of(ulong seed)
        {
            using var scope = cpu.Scope();
            using var random = new Rng(cpu, seed);
            float[] noise = Next(length);
            float[] further = [];
            int used = 0;
            for (int i = 0; i < noise.Length; i++)
            {
                while (Math.Abs(noise[i]) > truncation)
                {
                    if (used == further.Length) (further, used) = (Next(Block), 0);
                    noise[i] = further[used++];
                }
            }
            return noise;

            float[] Next(int count) => (distribution == LatentDistribution.Uniform ? random.Uniform(new Shape(1, count), -1, 1)
                : random.Normal(new Shape(1, count))).ToArray();
        }
    }

    /// <summary>
    /// Noise at equal distances along the way through all keys. Between two keys of normal noise it goes along the great circle
    /// [White 2016, section 2.1], which keeps the lengths that normal noise has; the middle of a straight line is nearer to 0
    /// than any noise that was trained with. Uniform noise goes straight, and so stays in its cube.
    /// </summary>
    /// <param name="keys">Noise to go through, two or more.</param>
    /// <param name="frames">How much of it, two or more.</param>
    /// <param name="loop">Whether it goes back to the first key, at which the next round would begin.</param>
    /// <param name="distribution">Of what the keys are.</param>
    public static float[][] Between(IReadOnlyList<float[]> keys, int frames, bool loop, LatentDistribution distribution)
    {
        int legs = loop ? keys.Count : keys.Count - 1;
        var all = new float[frames][];
        for (int i = 0; i < frames; i++)
        {
            double place = (double)i * legs / (loop ? frames : frames - 1);
            int leg = Math.Min((int)place, legs - 1);
            all[i] = Mix(keys[leg], keys[(leg + 1) % keys.Count], place - leg, distribution);
        }
        return all;
    }

    /// <summary>Noise on the way between two keys, which stand at 0 and at 1.</summary>
    public static float[] Mix(float[] from, float[] to, double t, LatentDistribution distribution)
    {
        double a = 1 - t, b = t;
        if (distribution == LatentDistribution.Normal)
        {
            double angle = Math.Acos(Math.Clamp(Dot(from, to) / Math.Sqrt(Dot(from, from) * Dot(to, to)), -1, 1));
            // Noise of one direction, or of opposite ones, which many circles join.
            if (Math.Sin(angle) > 1e-6) (a, b) = (Math.Sin(a * angle) / Math.Sin(angle), Math.Sin(b * angle) / Math.Sin(angle));
        }
        return [.. from.Zip(to, (x, y) => (float)(a * x + b * y))];
    }

    static double Dot(float[] x, float[] y)
    {
        double sum = 0;
        for (int i = 0; i < x.Length; i++) sum += (double)x[i] * y[i];
        return sum;
    }
}
