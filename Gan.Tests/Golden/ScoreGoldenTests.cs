using Ssgan.Gan.Metrics.Scores;
using Ssgan.Tests.Metrics.Scores;

namespace Ssgan.Tests.Golden;

/// <summary>Metrics on features against numpy and scipy, on a CPU and on the emulated device.</summary>
sealed class ScoreGoldenTests
{
    // Double against double: a few hundred roundings of 1e-16 each.
    const double Same = 1e-12;
    // Products in F32 about the mean: 6e-8 of each, of which sums take the average.
    const double Single = 1e-6;

    static readonly GoldenFile File = GoldenFile.Load("scores");
    static readonly string[] Devices = ScoreDevices.Names;

    static FeatureSet Real => Set("features/real");
    static FeatureSet Fake => Set("features/fake");

    [TestCase(1, "covariance")]
    [TestCase(0, "covariance_ddof0")]
    public void Statistics_are_numpys(int ddof, string name)
    {
        var statistics = FeatureStatistics.Of(Real, ddof);
        Near(statistics.Mean.ToArray(), "frechet/mean", Same);
        Near(statistics.Covariance.ToArray(), $"frechet/{name}", Same);
        Assert.That(statistics.Count, Is.EqualTo(Real.Count));
    }

    /// <summary>By scipy's root of a matrix, and by singular values of rows, which holds for singular covariances.</summary>
    [TestCase(150, 130, "distance")]
    [TestCase(150, 130, "distance_by_rows")]
    [TestCase(7, 9, "few")]
    [TestCase(7, 130, "few_reals")]
    public void Frechet_distance_is_scipys(int real, int fake, string name)
    {
        FeatureStatistics a = FeatureStatistics.Of(Real.First(real)), b = FeatureStatistics.Of(Fake.First(fake));
        double expected = File.F64($"frechet/{name}")[0];
        // A singular side has eigenvalues of 1e-16 instead of 0, with roots of 1e-8.
        double tolerance = expected * (real < 13 || fake < 13 ? 1e-7 : 1e-10);
        Assert.That(FrechetDistance.Between(a, b), Is.EqualTo(expected).Within(tolerance));
        Assert.That(FrechetDistance.Between(b, a), Is.EqualTo(expected).Within(tolerance));
    }

    [Test]
    public void Frechet_distance_of_one_image_is_that_of_means()
    {
        FeatureStatistics a = FeatureStatistics.Of(Real.First(1), ddof: 0), b = FeatureStatistics.Of(Fake.First(1), ddof: 0);
        Assert.That(FrechetDistance.Between(a, b), Is.EqualTo(File.F64("frechet/one")[0]).Within(Same * 10));
    }

    [Test]
    public void Eigenvalues_are_scipys()
    {
        float[] rows = File.F32("eigenvalues/rows");
        float[] columns = [.. Enumerable.Range(0, rows.Length).Select(i => rows[i % 9 * 40 + i / 9])];
        // Rounding is of 1e-16 of the largest, 80.
        Near(FrechetReference.Decompose(Gram(columns, 9), 9, new double[81]), "eigenvalues/values", 1e-12);
        Near(FrechetReference.Decompose(Gram(rows, 40), 40, new double[1600]), "eigenvalues/singular", 1e-12);

        static double[] Gram(float[] rows, int columns)
        {
            var matrix = new DoubleRows(rows.Select(static v => (double)v).ToArray(), columns);
            return GramProduct.Of(matrix, matrix, symmetric: true, 1);
        }
    }

    [Test]
    public void The_line_to_infinity_is_numpys()
    {
        var line = FrechetInfinity.Fit([.. File.I32("line/counts").Zip(File.F64("line/distances"),
            static (count, distance) => new FrechetPoint(count, distance))]);
        Assert.That(line.Slope, Is.EqualTo(File.F64("line/slope")[0]).Within(1e-9));
        Assert.That(line.Intercept, Is.EqualTo(File.F64("line/intercept")[0]).Within(1e-11));
    }

    [TestCaseSource(nameof(Devices))]
    public void Kernel_distance_is_numpys(string name) => ScoreDevices.On(name, static device =>
    {
        int size = File.Shape("kernel/real_rows")[1];
        var subsets = File.I32("kernel/real_rows").Chunk(size).Zip(File.I32("kernel/fake_rows").Chunk(size),
            static (real, fake) => new KernelSubset(real, fake));
        double[] estimates = KernelDistance.Over(device, Real, Fake, subsets, 2);
        Near(estimates, "kernel/estimates", Single);
        var score = Score.Of(estimates);
        Assert.That(score.Value, Is.EqualTo(File.F64("kernel/value")[0]).Within(Single));
        Assert.That(score.Deviation, Is.EqualTo(File.F64("kernel/deviation")[0]).Within(Single));
    });

    /// <summary>k is 1e18, and its estimate a millionth of that: F32 about the origin would be noise.</summary>
    [TestCaseSource(nameof(Devices))]
    public void Kernel_distance_does_not_drown_in_a_common_part(string name) => ScoreDevices.On(name, static device =>
    {
        int[] rows = [.. Enumerable.Range(0, 130)];
        double expected = File.F64("kernel_far/estimate")[0];
        Assert.That(KernelDistance.Over(device, Set("kernel_far/real"), Set("kernel_far/fake"), [new(rows, rows)], 2)[0],
            Is.EqualTo(expected).Within(1e-5 * expected));
    });

    [Test]
    public void Inception_score_is_numpys()
    {
        var logits = Set("inception/logits");
        var score = InceptionScore.Of(logits);
        Assert.That(score.Value, Is.EqualTo(File.F64("inception/value")[0]).Within(Same * 10));
        Assert.That(score.Deviation, Is.EqualTo(File.F64("inception/deviation")[0]).Within(Same * 10));
        double[] scores = File.F64("inception/scores");
        for (int i = 0; i < scores.Length; i++)
        {
            var split = logits.Take([.. Enumerable.Range(0, 97).Take((i * 97 / 10)..((i + 1) * 97 / 10))]);
            Assert.That(InceptionScore.Of(split, 1).Value, Is.EqualTo(scores[i]).Within(Same * 10), $"split {i}");
        }
    }

    [TestCaseSource(nameof(Devices))]
    public void Monge_distance_is_numpys(string name) => ScoreDevices.On(name, static device =>
        Assert.That(Mind.Along(device, Real.First(130), Fake, File.F32("mind/directions"), 2),
            Is.EqualTo(File.F64("mind/value")[0]).Within(Single * 12)));

    [TestCaseSource(nameof(Devices))]
    public void Precision_recall_density_and_coverage_are_numpys(string name) => ScoreDevices.On(name, static device =>
    {
        Exactly(Manifold.Between(device, Real, Fake), "manifold/scores");
        Exactly(Manifold.Between(device, Real, Fake, 2, 4), "manifold/scores_2_4");
        Exactly(Manifold.Between(device, Real, Real), "manifold/identical");
    });

    [TestCaseSource(nameof(Devices))]
    public void Ties_are_decided_as_in_numpy(string name) => ScoreDevices.On(name, static device =>
    {
        FeatureSet real = Set("ties/real"), fake = Set("ties/fake");
        Exactly(Manifold.Between(device, real, fake), "ties/scores");
        Exactly(Manifold.Between(device, real, real), "ties/identical");
        Exactly(Manifold.Between(device, real, Rows.Constant(9, real[0].ToArray())), "ties/constant");
    });

    [TestCaseSource(nameof(Devices))]
    public void Neighbours_are_numpys(string name) => ScoreDevices.On(name, static device =>
    {
        Check(NearestNeighbours.Of(device, Fake, Real, 3), "neighbours/index", "neighbours/distance");
        Check(NearestNeighbours.Of(device, Set("ties/fake"), Set("ties/real"), 4), "neighbours/ties_index",
            "neighbours/ties_distance");

        static void Check(Neighbour[][] found, string index, string distance)
        {
            Assert.That(found.SelectMany(static row => row.Select(static n => n.Index)), Is.EqualTo(File.I32(index)));
            Near([.. found.SelectMany(static row => row.Select(static n => n.Distance))], distance, Same);
        }
    });

    /// <summary>More rows than a tile or a vector, made anew from a formula.</summary>
    [TestCase("cpu")]
    [TestCase("cuda")]
    public void Larger_sets_agree(string name) => ScoreDevices.On(name, static device =>
    {
        const int d = 96;
        FeatureSet real = Make(1, 1000, 1, 0), fake = Make(1_000_000_000, 900, 1.125, 0.03125), equal = real.First(900);
        int[] rows = [.. Enumerable.Range(0, 900)];
        Assert.That(FrechetDistance.Between(FeatureStatistics.Of(real), FeatureStatistics.Of(fake)), Expected("frechet", 1e-10));
        Assert.That(KernelDistance.Over(device, real, fake, [new(rows, rows)], 2)[0], Expected("kernel", 1e-5));
        Exactly(Manifold.Between(device, real, fake), "large/manifold");
        float[] directions = [.. Rows.Hashed(2_000_000_000, 64 * d).Chunk(d).SelectMany(static u =>
        {
            double length = Math.Sqrt(u.Sum(static v => v * v));
            return u.Select(v => (float)(v / length));
        })];
        Assert.That(Mind.Along(device, equal, fake, directions, 2), Expected("mind", 1e-5));

        static FeatureSet Make(ulong seed, int count, double factor, double offset) => new([.. Rows.Hashed(seed, count * d)
            .Select((v, i) => (float)(v * Math.ScaleB(1, -(i % d / 12)) * factor + offset))], d);
        static NUnit.Framework.Constraints.Constraint Expected(string name, double relative) =>
            Is.EqualTo(File.F64($"large/{name}")[0]).Within(relative * File.F64($"large/{name}")[0]);
    });

    static FeatureSet Set(string name) => new(File.F32(name), File.Shape(name)[1]);

    static void Near(double[] actual, string name, double tolerance) =>
        Assert.That(actual, Is.EqualTo(File.F64(name)).Within(tolerance), name);

    /// <summary>Counts over counts: no rounding but that of one division.</summary>
    static void Exactly(ManifoldScores scores, string name) =>
        Assert.That(new[] { scores.Precision, scores.Recall, scores.Density, scores.Coverage },
            Is.EqualTo(File.F64(name)).Within(1e-15), name);
}
