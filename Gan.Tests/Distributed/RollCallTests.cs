using Ssgan.Engine.Distributed;

namespace Ssgan.Tests.Distributed;

/// <summary>What ranks that have waited too long make of what they hear of each other.</summary>
sealed class RollCallTests
{
    static readonly RankPlace Mine = new(RankCall.Sum, 1234, 2000, 300_000);

    [TestCase("0 1 3", "Rank 2 (on node7) did not come to sum 1,234 within 300 s; ranks 0, 1 and 3 are there.")]
    [TestCase("0", "Ranks 1 (on node6), 2 (on node7) and 3 (on node7) did not come to sum 1,234 within 300 s; rank 0 is there.")]
    [TestCase("0 1", "Ranks 2 (on node7) and 3 (on node7) did not come to sum 1,234 within 300 s; ranks 0 and 1 are there.")]
    public void The_silent_are_named(string there, string sentence)
    {
        var roll = new RollCall(["node6", "node6", "node7", "node7"]);
        foreach (string rank in there.Split(' ')) roll.Hear(int.Parse(rank), Mine);
        Assert.That(roll.IsComplete, Is.False);
        Assert.That(roll.Sentence(Mine), Is.EqualTo(sentence));
    }

    /// <summary>It stopped when one had its message and the other not.</summary>
    [Test]
    public void Who_is_a_call_further_is_there()
    {
        var roll = new RollCall(["a", "b", "c"]);
        roll.Hear(0, Mine);
        roll.Hear(2, new RankPlace(RankCall.Barrier, 1, 2001, 300_000));
        Assert.That(roll.Sentence(Mine), Is.EqualTo(
            "Rank 1 (on b) did not come to sum 1,234 within 300 s; ranks 0 and 2 are there."));
    }

    [Test]
    public void Who_comes_late_is_named()
    {
        var roll = new RollCall(["a", "b", "c"]);
        roll.Hear(2, Mine);
        roll.Hear(0, Mine);
        roll.Hear(1, new RankPlace(RankCall.Sum, 1234, 2000, 3));
        Assert.That(roll.IsComplete, Is.True);
        Assert.That(roll.Sentence(Mine), Is.EqualTo(
            "Rank 1 (on b) came to sum 1,234 only after other ranks had waited 300 s and given up."));
    }

    /// <summary>It was stopped in the middle of a call, which others ended, and goes on.</summary>
    [Test]
    public void Who_is_behind_is_late()
    {
        var roll = new RollCall(["a", "b", "c"]);
        var behind = new RankPlace(RankCall.Barrier, 7, 1999, 2);
        roll.Hear(0, Mine);
        roll.Hear(1, behind);
        roll.Hear(2, Mine);
        const string sentence = "Rank 1 (on b) came to barrier 7 only after other ranks had waited 300 s and given up.";
        Assert.That(roll.Sentence(Mine), Is.EqualTo(sentence));
        Assert.That(roll.Sentence(behind), Is.EqualTo(sentence));
    }

    [TestCase(RankCall.Barrier, 7, 2000, "in barrier 7, call 2,000")]
    [TestCase(RankCall.Sum, 1234, 2001, "in sum 1,234, call 2,001")]
    [TestCase(RankCall.Leave, 0, 1999, "to end, call 1,999")]
    public void Who_is_elsewhere_is_named(RankCall call, int number, int sequence, string where)
    {
        var roll = new RollCall(["a", "b", "c"]);
        roll.Hear(0, Mine);
        roll.Hear(1, new RankPlace(call, number, sequence, 200_000));
        roll.Hear(2, Mine);
        Assert.That(roll.Sentence(Mine), Is.EqualTo($"Rank 1 (on b) waits {where}, but ranks 0 and 2 in sum 1,234, call 2,000: "
            + "they no longer take the same steps."));
    }

    [Test]
    public void Nonsense_is_not_heard()
    {
        var roll = new RollCall(["a", "b"]);
        roll.Hear(0, Mine);
        roll.Hear(2, Mine);
        roll.Hear(-1, Mine);
        roll.Hear(0, Mine);
        Assert.That(roll.IsComplete, Is.False);
    }
}
