using Ssgan.Emulator;
using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Kernels.Cuda;
using Ssgan.Gan.Metrics.Scores;

namespace Ssgan.Tests.Metrics.Scores;

sealed class KernelDistanceTests
{
    static readonly string[] Devices = ScoreDevices.Names;

    /// <summary>Blocks of 1,024 rows and what is left, against plain loops in double.</summary>
    [Test]
    public void More_rows_than_a_block_are_those_of_plain_loops()
    {
        FeatureSet real = Rows.Random(1100, 3, 1), fake = Rows.Random(1100, 3, 2, spread: 2);
        int[] rows = [.. Enumerable.Range(0, 1100)];
        using var device = Device.Cpu(2);
        double expected = Mean(real, real, true) + Mean(fake, fake, true) - 2 * Mean(real, fake, false);
        Assert.That(KernelDistance.Over(device, real, fake, [new(rows, rows)], 2)[0],
            Is.EqualTo(expected).Within(1e-6 * expected));

        static double Mean(FeatureSet a, FeatureSet b, bool same)
        {
            double sum = 0;
            for (int i = 0; i < a.Count; i++)
            {
                for (int j = 0; j < b.Count; j++)
                {
                    if (same && i == j) continue;
                    double dot = 0;
                    for (int k = 0; k < 3; k++) dot += (double)a[i][k] * b[j][k];
                    sum += Math.Pow(dot / 3 + 1, 3);
                }
            }
            return sum / a.Count / (b.Count - (same ? 1 : 0));
        }
    }

    [TestCaseSource(nameof(Devices))]
    public void Equal_distributions_are_near_zero_and_others_are_not(string name) => ScoreDevices.On(name, static device =>
    {
        FeatureSet real = Rows.Random(200, 16, 3), same = Rows.Random(200, 16, 4), other = Rows.Random(200, 16, 5, offset: 0.2);
        Score near = KernelDistance.Between(device, real, same, 10, 50, 1),
            far = KernelDistance.Between(device, real, other, 10, 50, 1);
        Assert.That(Math.Abs(near.Value), Is.LessThan(near.Deviation!.Value));
        Assert.That(far.Value, Is.GreaterThan(4 * far.Deviation!.Value));
    });

    [Test]
    public void A_seed_repeats_and_threads_change_no_bit()
    {
        FeatureSet real = Rows.Random(300, 20, 6), fake = Rows.Random(260, 20, 7);
        using Device one = Device.Cpu(1), three = Device.Cpu(3);
        var score = KernelDistance.Between(one, real, fake, 3, 200, 8, threads: 1);
        Assert.That(KernelDistance.Between(three, real, fake, 3, 200, 8, threads: 3), Is.EqualTo(score));
        Assert.That(KernelDistance.Between(one, real, fake, 3, 200, 9), Is.Not.EqualTo(score));
    }

    /// <summary>A subset of all rows has each once: drawn with replacement it would not be the same for every seed.</summary>
    [Test]
    public void A_subset_has_no_row_twice()
    {
        FeatureSet real = Rows.Random(40, 5, 1), fake = Rows.Random(40, 5, 2);
        using var device = Device.Cpu(1);
        var score = KernelDistance.Between(device, real, fake, 4, 40, 3);
        Assert.That(score.Deviation, Is.LessThan(1e-6 * score.Value));
    }

    /// <summary>The same rows on both sides would meet themselves in the cross term, and the score fall below zero.</summary>
    [Test]
    public void The_sides_of_a_subset_are_drawn_apart()
    {
        var set = Rows.Random(400, 16, 9, spread: 6);
        using var device = Device.Cpu(1);
        var score = KernelDistance.Between(device, set, set, 20, 20, 1);
        Assert.That(Math.Abs(score.Value), Is.LessThan(score.Deviation!.Value));
    }

    [Test]
    public void Constant_images_are_at_no_distance()
    {
        var set = Rows.Constant(6, 0.3f, 7, -2);
        using var device = Device.Cpu(1);
        Assert.That(KernelDistance.Between(device, set, set, 2, 4, 1).Value, Is.Zero);
    }

    /// <summary>Products are in F32 where training uses TF32, and training finds TF32 again.</summary>
    [Test]
    public void Reduced_precision_is_left_out_and_restored()
    {
        FeatureSet real = Rows.Random(64, 40, 6), fake = Rows.Random(64, 40, 7);
        using var cuda = new EmulatedCuda();
        using var device = new Device(new CudaBackend(cuda));
        var score = KernelDistance.Between(device, real, fake, 2, 50, 8);
        var neighbours = NearestNeighbours.Of(device, real, fake, 2);
        device.Use(Precision.Tf32);
        Assert.That(KernelDistance.Between(device, real, fake, 2, 50, 8), Is.EqualTo(score));
        Assert.That(NearestNeighbours.Of(device, real, fake, 2), Is.EqualTo(neighbours));
        Assert.That(Mind.Between(device, real, fake, 1, 10), Is.GreaterThan(0));
        Assert.That(device.Precision, Is.EqualTo(Precision.Tf32));
    }

    [Test]
    public void Misfits_are_refused()
    {
        using var device = Device.Cpu(1);
        FeatureSet five = Rows.Random(5, 3, 1), six = Rows.Random(6, 3, 1);
        Refused(five, Rows.Random(5, 4, 1), 1, 2, "3 features");
        Refused(five, six, 0, 2, "number of subsets is 0");
        Refused(five, six, 1, 1, "size of a subset is 1");
        Refused(five, six, 1, 6, "real features have 5 rows; 6 are needed");
        Refused(six, five, 1, 6, "generated features have 5 rows");

        void Refused(FeatureSet real, FeatureSet fake, int subsets, int size, string words) => Assert.That(
            () => KernelDistance.Between(device, real, fake, subsets, size, 1),
            Throws.ArgumentException.With.Message.Contains(words));
    }
}
