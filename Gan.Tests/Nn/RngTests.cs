using Ssgan.Engine;
using Ssgan.Engine.Kernels;

namespace Ssgan.Tests.Nn;

sealed class RngTests
{
    // Odd, even, a power of two, a float's rounding away from one, and the largest.
    [TestCase(1)]
    [TestCase(2)]
    [TestCase(10)]
    [TestCase(1000)]
    [TestCase(65_535)]
    [TestCase(65_536)]
    public void Integers_stay_below_their_bound(int bound)
    {
        using var device = Device.Cpu(2);
        using var random = new Rng(device, 5);
        using var y = random.Integers(new Shape(1000, 1001), bound);
        int[] values = y.ToArray<int>();
        Assert.That((values.Min(), values.Max()), Is.EqualTo((0, bound - 1)).Or.Matches<(int Min, int Max)>(
            m => bound > 60_000 && m.Min is >= 0 and < 20 && m.Max < bound && m.Max > bound - 20));
        Assert.That((y.Shape, random.State.Counter), Is.EqualTo((new Shape(1000, 1001), 250_250UL)));
    }

    /// <summary>All that a draw can be: a word's upper 24 bits times 2⁻²⁴, in a float's arithmetic.</summary>
    [TestCase(3)]
    [TestCase(10)]
    [TestCase(4096)]
    [TestCase(65_521)]
    [TestCase(65_536)]
    public void No_draw_rounds_to_the_bound_and_all_integers_are_drawn_alike(int bound)
    {
        var counts = new int[bound];
        for (uint word = 0; word < 1 << 24; word++)
            counts[(int)MathF.Round(Philox.Uniform(word << 8, -0.5f, bound - 0.5f), MidpointRounding.ToEven)]++;
        double fair = (double)(1 << 24) / bound;
        Assert.That(counts.Max(count => Math.Abs(count - fair)), Is.LessThanOrEqualTo(2));
    }

    [Test]
    public void Integers_are_spread_evenly()
    {
        using var device = Device.Cpu(1);
        using var random = new Rng(device, 6);
        using var y = random.Integers(new Shape(70_000), 7);
        // Ten thousand each, with a deviation of 93.
        foreach (var group in y.ToArray<int>().GroupBy(static v => v))
            Assert.That(group.Count(), Is.EqualTo(10_000).Within(450), $"{group.Key}");
    }

    [TestCase(0)]
    [TestCase(-3)]
    [TestCase(65_537)]
    public void Other_bounds_are_refused(int bound)
    {
        using var device = Device.Cpu(1);
        using var random = new Rng(device, 6);
        Assert.That(() => random.Integers(new Shape(2), bound),
            Throws.ArgumentException.With.Message.Contains($"the bound {bound} must be"));
        Assert.That(random.State.Counter, Is.Zero);
    }
}
