using Ssgan.Emulator;
using Ssgan.Engine;
using Ssgan.Engine.Distributed;
using Ssgan.Engine.Kernels;

namespace Ssgan.Tests.Distributed;

public sealed class NcclCommunicatorTests
{
    static float[] Values(int rank, int count)
    {
        var random = new Random(100 + rank);
        return [.. Enumerable.Range(0, count).Select(_ => random.NextSingle() * 2 - 1)];
    }

    static float[] Sum(int size, Func<int, float[]> values) =>
        Enumerable.Range(0, size).Select(values).Aggregate(static (a, b) => [.. a.Zip(b, static (x, y) => x + y)]);

    [TestCase(1), TestCase(2), TestCase(4)]
    public void Sums_are_those_of_all_ranks_with_the_same_bits_on_each(int size)
    {
        var fabric = new EmulatedFabric();
        using var host = new Host(size);
        Ranks.Run(size, rank =>
        {
            using var rig = new Rig(rank, size, fabric);
            using var ranks = new NcclCommunicator(rig.Device, host.Rank(rank));
            using var scope = rig.Device.Scope();
            var x = rig.Device.From(Values(rank, 37), new(37));
            var y = rig.Device.From(Values(rank + 50, 6), new(2, 3));
            for (int step = 0; step < 2; step++)
            {
                ranks.BeginSum(x);
                ranks.BeginSum(y);
                ranks.FinishSums();
            }
            float[] once = Sum(size, r => Values(r, 37)), small = Sum(size, static r => Values(r + 50, 6));
            Assert.That(x.ToArray(), Is.EqualTo(Sum(size, _ => once)));
            Assert.That(y.ToArray(), Is.EqualTo(Sum(size, _ => small)));
        });
    }

    [Test]
    public void A_captured_step_sums_anew_with_each_replay()
    {
        const int size = 2;
        var fabric = new EmulatedFabric();
        using var host = new Host(size);
        Ranks.Run(size, rank =>
        {
            using var rig = new Rig(rank, size, fabric);
            using var ranks = Rig.Alone(rig, host, rank, size);
            using var x = rig.Device.From([0f, 0f], new(2));
            using var sum = rig.Device.Zeros(new(2));
            void Step()
            {
                using var scope = rig.Device.Scope();
                sum.CopyFrom(x * 2);
                ranks.BeginSum(sum);
                ranks.FinishSums();
                x.CopyFrom(sum + 1);
            }
            Step();
            using var captured = rig.Device.Capture(Step);
            x.CopyFrom([rank, 10f + rank]);
            captured.Replay();
            Assert.That(sum.ToArray(), Is.EqualTo(new[] { 2f, 42 }));
            captured.Replay();
            captured.Replay();
            // Each takes double what both have: 4 times one more than the sum before.
            Assert.That(sum.ToArray(), Is.EqualTo(new[] { 4 * (4 * 3f + 1), 4 * (4 * 43f + 1) }));
        });
    }

    [TestCase(true), TestCase(false)]
    public void Bytes_of_the_host_go_by_the_other_communicator_or_through_the_cards(bool alone)
    {
        const int size = 3;
        var fabric = new EmulatedFabric();
        using var host = new Host(size);
        Ranks.Run(size, rank =>
        {
            using var rig = new Rig(rank, size, fabric);
            using var ranks = alone ? Rig.Alone(rig, host, rank, size) : new NcclCommunicator(rig.Device, host.Rank(rank));
            Assert.That((ranks.Rank, ranks.Size, ranks.LocalRank, ranks.LocalSize), Is.EqualTo((rank, size, rank, size)));
            Assert.That(ranks.Describe(),
                Is.EqualTo(alone ? "NCCL 2.28.3, 3 ranks" : "NCCL 2.28.3 for tensors, beside 3 threads"));
            byte[] data = [(byte)rank, 7, (byte)(10 * rank)];
            ranks.Broadcast(data, root: 1);
            Assert.That(data, Is.EqualTo(new byte[] { 1, 7, 10 }));
            byte[] all = new byte[2 * size];
            ranks.AllGather([(byte)rank, 9], all);
            Assert.That(all, Is.EqualTo(new byte[] { 0, 9, 1, 9, 2, 9 }));
            ranks.Barrier();
            Assert.That(ranks.Leave(TimeSpan.FromMinutes(1)));
        });
    }

    [Test]
    public void What_cannot_be_summed_is_refused()
    {
        using var host = new Host(1);
        using var cpu = Device.Cpu();
        Assert.That(() => Rig.Alone(new Rig(0, 1, null), host, 1, 1), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => new NcclCommunicator(cpu, host.Rank(0)), Throws.InstanceOf<NotSupportedException>()
            .With.Message.EqualTo("cpu has no way of its own to sum with the devices of other ranks."));
        using var rig = new Rig(0, 1, new EmulatedFabric());
        using var ranks = Rig.Alone(rig, host, 0, 1);
        using var elsewhere = cpu.Zeros(new(2));
        using var whole = rig.Device.Zeros(new(2), DType.I32);
        Assert.That(() => ranks.BeginSum(elsewhere), Throws.ArgumentException.With.Message.Contains("on cpu, not on cuda:0"));
        Assert.That(() => ranks.BeginSum(whole), Throws.ArgumentException.With.Message.Contains("I32, not F32"));
        Assert.That(() => ranks.AllGather(new byte[2], new byte[3]), Throws.ArgumentException);
        Assert.That(() => rig.Device.Backend.OpenCollectives(new DeviceRanks
        {
            Rank = 0, Size = 1, Share = static (_, _) => { }, Patience = TimeSpan.Zero,
            Failure = static (why, _) => new CommunicatorException(why),
        }), Throws.InvalidOperationException);
    }
}
