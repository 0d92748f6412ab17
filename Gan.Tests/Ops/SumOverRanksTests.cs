using Ssgan.Engine;
using Ssgan.Tests.Distributed;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Ops;

sealed class SumOverRanksTests
{
    public static OpCase[] Cases { get; } =
    [
        new("SumOverRanks", "of three", [[2, 3]], static t => t[0].SumOverRanks(new MirrorRanks(3)).Square()),
        new("SumOverRanks", "of a function", [[4]], static t => t[0].Square().SumOverRanks(new MirrorRanks(2)).Square()),
    ];

    public static Refusal[] Refusals { get; } =
    [
        new("integers", static d => d.Ints(3).SumOverRanks(new MirrorRanks(2)), "SumOverRanks", "I32"),
        new("a gathered scalar", static d => d.Scalar(1).GatherOverRanks(new MirrorRanks(2)), "GatherOverRanks", "axis 0"),
    ];

    [Test]
    public void A_gradient_is_of_the_sum_of_what_the_ranks_differentiate()
    {
        float[][] gradients = ThreadRanks.Run(3, static ranks =>
        {
            using var device = Device.Cpu(1);
            using var scope = device.Scope();
            var x = device.Values([2], ranks.Rank + 1, 2);
            x.RequiresGrad = true;
            // Of rank r the loss is (r + 1)·s², s the sum of all x: together 6·s², whose derivative is 12·s.
            ((ranks.Rank + 1) * x.SumOverRanks(ranks).Square()).Sum().Backward();
            return x.Grad!.ToArray();
        });
        foreach (float[] gradient in gradients) Assert.That(gradient, Is.EqualTo((float[])[12 * 6, 12 * 6]));
    }

    [Test]
    public void What_is_gathered_stands_in_order_of_rank_and_gives_each_rank_its_gradient()
    {
        var results = ThreadRanks.Run(3, static ranks =>
        {
            using var device = Device.Cpu(1);
            using var scope = device.Scope();
            var x = device.Values([2, 1], 10 * ranks.Rank, 10 * ranks.Rank + 1);
            x.RequiresGrad = true;
            var all = x.GatherOverRanks(ranks);
            var weights = device.Values([6, 1], 1, 2, 3, 4, 5, 6);
            (all * weights).Sum().Backward();
            return (All: all.ToArray(), Gradient: x.Grad!.ToArray());
        });
        for (int r = 0; r < 3; r++)
        {
            Assert.That(results[r].All, Is.EqualTo((float[])[0, 1, 10, 11, 20, 21]));
            // Each of the three ranks has this term in its loss.
            Assert.That(results[r].Gradient, Is.EqualTo((float[])[3 * (2 * r + 1), 3 * (2 * r + 2)]));
        }
    }
}
