using Ssgan.Engine;
using Ssgan.Engine.Distributed;

namespace Ssgan.Tests.Distributed;

/// <summary>Threads of ranks that share a machine's processors.</summary>
sealed class CpuShareTests
{
    [TestCase("0", "0")]
    [TestCase("0-3", "0 1 2 3")]
    [TestCase("\t0-1,8,10-11\n", "0 1 8 10 11")]
    [TestCase("2047-2050", "2047")]
    public void Lists_of_processors_are_read(string list, string expected)
    {
        byte[] mask = new byte[256];
        CpuShare.Parse(list, mask);
        var set = Enumerable.Range(0, 2048).Where(i => (mask[i / 8] >> i % 8 & 1) != 0);
        Assert.That(string.Join(' ', set), Is.EqualTo(expected));
    }

    [Test]
    public void What_is_no_list_is_refused() =>
        Assert.That(() => CpuShare.Parse("0-x", new byte[256]), Throws.InstanceOf<CommunicatorException>());

    // Alone; bound to cores each; in pairs to halves; all to all; three to eight; more ranks than processors; sets that overlap.
    [TestCase("0-7", 8)]
    [TestCase("0-3 4-7", 4)]
    [TestCase("0-3 4-7 0-3 4-7", 2)]
    [TestCase("0-7 0-7 0-7 0-7", 2)]
    [TestCase("0-7 0-7 0-7", 2)]
    [TestCase("0-1 0-1 0-1 0-1", 1)]
    [TestCase("0-7 4-7", 6)]
    [TestCase("0-2 0-2 0-2", 1)]
    public void The_same_processors_are_shared(string ranks, int threads) =>
        Assert.That(Threads(ranks, int.MaxValue), Is.EqualTo(threads));

    // A container may have the time of fewer processors than it sees.
    [TestCase("0-7", 3, 3)]
    [TestCase("0-7 0-7", 4, 2)]
    [TestCase("0-7 0-7 0-7 0-7", 2, 1)]
    public void A_containers_time_is_shared(string ranks, int counted, int threads) =>
        Assert.That(Threads(ranks, counted), Is.EqualTo(threads));

    static int Threads(string ranks, int counted)
    {
        var users = new int[2048];
        byte[][] masks = [.. ranks.Split(' ').Select(static list =>
        {
            byte[] mask = new byte[256];
            CpuShare.Parse(list, mask);
            return mask;
        })];
        foreach (byte[] mask in masks)
            for (int cpu = 0; cpu < users.Length; cpu++) users[cpu] += mask[cpu / 8] >> cpu % 8 & 1;
        return CpuShare.Threads(masks[0], users, Math.Min(counted, masks[0].Sum(static b => int.PopCount(b))), masks.Length);
    }
}
