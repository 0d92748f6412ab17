using Ssgan.Engine;
using Ssgan.Gan.Metrics.Scores;

namespace Ssgan.Tests.Metrics.Scores;

/// <summary>Balls of neighbours, and neighbours themselves, decide as brute force in double does.</summary>
sealed class ManifoldTests
{
    static readonly string[] Devices = ScoreDevices.Names;

    public sealed record Case(string Name, FeatureSet Real, FeatureSet Fake)
    {
        public override string ToString() => Name;
    }

    static readonly Case[] Cases =
    [
        new("random", Rows.Random(120, 9, 1), Rows.Random(110, 9, 2)),
        new("one dimension", Rows.Random(60, 1, 3), Rows.Random(70, 1, 4)),
        new("few images", Rows.Random(6, 5, 5), Rows.Random(4, 5, 6)),
        new("ties", Rows.Whole(90, 3, 7), Rows.Whole(80, 3, 8, bound: 4)),
        new("identical", Rows.Random(70, 6, 9), Rows.Random(70, 6, 9)),
        new("twice the same", Rows.Random(40, 6, 9).Then(Rows.Random(40, 6, 9)), Rows.Random(30, 6, 10)),
        new("constant", Rows.Random(50, 4, 11), Rows.Constant(40, 1, 1, 2, 1)),
        new("constant both", Rows.Constant(30, 1, 1, 2, 1), Rows.Constant(40, 1, 1, 2, 1)),
        // Distances within a collapsed set, or between sets far from the origin, are far below F32's rounding of products.
        new("collapsed", Rows.Random(80, 7, 12), Rows.Random(60, 7, 13, spread: 1e-5)),
        new("two modes", Rows.Random(80, 7, 12), Rows.Random(30, 7, 14, 1e-5).Then(Rows.Random(30, 7, 15, 1e-5, offset: 1))),
        new("far from the origin", Rows.Random(80, 7, 16, offset: 3e4), Rows.Random(60, 7, 17, offset: 3e4)),
        new("far from each other", Rows.Random(40, 7, 18, spread: 1e-3), Rows.Random(40, 7, 19, spread: 1e-3, offset: 1e4)),
        new("huge", Rows.Random(50, 5, 20).Map(static v => v * 1e30f), Rows.Random(50, 5, 21).Map(static v => v * 1e30f)),
        new("tiny", Rows.Random(50, 5, 22).Map(static v => v * 1e-30f), Rows.Random(50, 5, 23).Map(static v => v * 1e-30f)),
        // Products underflow beside the outliers, between which the mean stays where it was.
        new("ties and outliers", Rows.Constant(1, 1e20f, 0, 0).Then(Rows.Constant(1, -1e20f, 0, 0)).Then(Rows.Whole(90, 3, 30)),
            Rows.Whole(80, 3, 31, bound: 4)),
        // The row in the middle has products of exactly 0, and its distances are those of lengths.
        new("around a row", Around(32), Around(32)),
        // Rows on the surface of one ball alone.
        new("at the edge", Groups(-3, 6, 50), Groups(0, 1, 2, 3)),
        new("one outlier", Rows.Random(50, 5, 24).Then(Rows.Constant(1, 1e20f, 0, 0, 0, 0)), Rows.Random(50, 5, 25)),
    ];

    /// <summary>Pairs of opposite rows about a row of zeros, which is the mean to the last bit.</summary>
    static FeatureSet Around(int seed)
    {
        var half = Rows.Random(40, 5, seed);
        return new FeatureSet([.. Enumerable.Range(0, 40).SelectMany(i => half[i].ToArray().Concat(half[i].ToArray()
            .Select(static v => -v))), 0, 0, 0, 0, 0], 5);
    }

    /// <summary>Numbers at some places of each hundred.</summary>
    static FeatureSet Groups(params int[] places) =>
        new([.. Enumerable.Range(0, 25).SelectMany(i => places.Select(p => (float)(100 * i + p)))], 1);

    static IEnumerable<TestCaseData> CasesOnDevices =>
        from device in Devices from test in Cases select new TestCaseData(test, device);

    [TestCaseSource(nameof(CasesOnDevices))]
    public void Scores_are_those_of_brute_force(Case test, string name) => ScoreDevices.On(name, device =>
    {
        Assert.That(Manifold.Between(device, test.Real, test.Fake), Is.EqualTo(BruteForce.Manifold(test.Real, test.Fake, 3, 5)));
        Assert.That(Manifold.Between(device, test.Real, test.Fake, 1, 2),
            Is.EqualTo(BruteForce.Manifold(test.Real, test.Fake, 1, 2)));
    });

    [TestCaseSource(nameof(CasesOnDevices))]
    public void Neighbours_are_those_of_brute_force(Case test, string name) => ScoreDevices.On(name, device =>
    {
        foreach (int k in new[] { 1, 4 })
        {
            var found = NearestNeighbours.Of(device, test.Fake, test.Real, k);
            for (int i = 0; i < found.Length; i++)
            {
                var query = test.Fake[i];
                Assert.That(found[i].Select(static n => n.Index), Is.EqualTo(BruteForce.Nearest(query, test.Real, k)),
                    $"row {i}");
                foreach (var neighbour in found[i])
                {
                    double distance = Math.Sqrt(BruteForce.Squared(query, test.Real[neighbour.Index]));
                    Assert.That(neighbour.Distance, Is.EqualTo(distance).Within(1e-15 * distance));
                }
            }
        }
    });

    /// <summary>More rows than a block has, on both sides.</summary>
    [Test]
    public void Blocks_join()
    {
        FeatureSet real = Rows.Random(2300, 2, 26), fake = Rows.Random(2100, 2, 27, spread: 1.3);
        using var device = Device.Cpu(2);
        Assert.That(Manifold.Between(device, real, fake), Is.EqualTo(BruteForce.Manifold(real, fake, 3, 5)));
        var found = NearestNeighbours.Of(device, fake, real, 3);
        foreach (int i in new[] { 0, 2047, 2048, 2099 })
            Assert.That(found[i].Select(static n => n.Index), Is.EqualTo(BruteForce.Nearest(fake[i], real, 3)), $"row {i}");
    }

    [Test]
    public void Threads_change_nothing()
    {
        FeatureSet real = Rows.Random(150, 40, 28), fake = Rows.Random(140, 40, 29);
        using Device one = Device.Cpu(1), three = Device.Cpu(3);
        Assert.That(Manifold.Between(three, real, fake, threads: 3), Is.EqualTo(Manifold.Between(one, real, fake, threads: 1)));
    }

    [Test]
    public void Misfits_are_refused()
    {
        using var device = Device.Cpu(1);
        FeatureSet six = Rows.Random(6, 3, 1), four = Rows.Random(4, 3, 1);
        Refused(() => Manifold.Between(device, six, Rows.Random(6, 2, 1)), "3 features");
        Refused(() => Manifold.Between(device, Rows.Random(5, 3, 1), six), "real features have 5 rows; 6 are needed");
        Refused(() => Manifold.Between(device, six, Rows.Random(3, 3, 1)), "generated features have 3 rows; 4 are needed");
        Refused(() => Manifold.Between(device, Rows.Random(1, 3, 1), six), "have 1 row;");
        Refused(() => Manifold.Between(device, six, four, 0), "k of precision and recall is 0");
        Refused(() => Manifold.Between(device, six, four, 3, 0), "k of density and coverage is 0");
        Refused(() => NearestNeighbours.Of(device, six, Rows.Random(6, 2, 1), 1), "3 features");
        Refused(() => NearestNeighbours.Of(device, six, four, 5), "references have 4 rows; 5 are needed");
        Refused(() => NearestNeighbours.Of(device, six, four, 0), "k is 0");

        static void Refused(Action call, string words) =>
            Assert.That(() => call(), Throws.ArgumentException.With.Message.Contains(words));
    }
}
