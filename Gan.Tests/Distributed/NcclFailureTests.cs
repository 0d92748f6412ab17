using Ssgan.Emulator;
using Ssgan.Engine;
using Ssgan.Engine.Distributed;

namespace Ssgan.Tests.Distributed;

/// <summary>What ranks are told when one of them does something else, or nothing.</summary>
public sealed class NcclFailureTests
{
    // The thread that a rank leaves behind still calls its machine, whose functions must not be collected meanwhile.
    static readonly List<Rig> s_leftBehind = [];

    [Test]
    public void Ranks_that_sum_different_counts_are_told_of_each_other()
    {
        string[] said = Mismatch((ranks, device, rank) => Sum(ranks, device, count: 4 + rank));
        Assert.That(said, Has.All.Contains("A sum over all ranks failed with remote process exited or there was a network "
            + "error (6): call 2 of the communicator is "));
        Assert.That(said, Has.All.Contains("ncclAllReduce of 4 float32 (sum) on rank 0")
            .And.All.Contains("ncclAllReduce of 5 float32 (sum) on rank 1").Or.All.Contains("of 5 float32 (sum) on rank 1, but"));
    }

    [Test]
    public void Ranks_that_make_different_calls_are_told_of_each_other()
    {
        string[] said = Mismatch(static (ranks, device, rank) =>
        {
            if (rank == 0) ranks.Broadcast(new byte[16], 0);
            else Sum(ranks, device, count: 4);
        });
        Assert.That(said, Has.All.Contains("ncclBroadcast of 16 uint8 from rank 0 on rank 0")
            .And.All.Contains("ncclAllReduce of 4 float32 (sum) on rank 1"));
    }

    [Test]
    public void A_rank_that_has_ended_is_named_to_the_one_that_waits()
    {
        string[] said = Mismatch(static (ranks, device, rank) =>
        {
            if (rank == 0) Sum(ranks, device, count: 4);
            ranks.Dispose();
            throw new CommunicatorException("as planned");
        });
        Assert.That(said[0], Does.Contain(
            "rank 1 destroyed its communicator, but rank 0 is in call 2, ncclAllReduce of 4 float32 (sum)"));
        Assert.That(said[1], Is.EqualTo("as planned"));
    }

    [Test]
    public void A_rank_that_does_not_come_ends_the_others_wait()
    {
        using var ended = new ManualResetEventSlim();
        string[] said = Mismatch((ranks, device, rank) =>
        {
            if (rank == 1)
            {
                Assert.That(ended.Wait(TimeSpan.FromMinutes(1)));
                Sum(ranks, device, count: 1);
            }
            try
            {
                Sum(ranks, device, count: 4);
            }
            finally
            {
                ended.Set();
            }
        }, static rank => rank == 0 ? TimeSpan.FromSeconds(2) : null);
        Assert.That(said[0], Is.EqualTo("Rank 0 of 2 waited 2 s for the others in NCCL."));
        Assert.That(said[1], Does.Contain("ncclAllReduce failed with remote process")
            .And.Contain("rank 0 aborted its communicator"));
    }

    [Test]
    public void A_replay_that_a_rank_does_not_join_ends_where_the_host_waits()
    {
        string[] said = Mismatch((ranks, device, rank) =>
        {
            using var x = device.Full(new(3), 1);
            void Step()
            {
                ranks.BeginSum(x);
                ranks.FinishSums();
            }
            Step();
            using var captured = device.Capture(Step);
            captured.Replay();
            Assert.That(x.ToArray(), Has.All.EqualTo(4));
            if (rank == 1) throw new CommunicatorException("as planned");
            captured.Replay();
            device.Backend.Synchronize();
        });
        Assert.That(said[0], Does.Contain("rank 1 destroyed its communicator, but rank 0 is in call 4"));
        Assert.That(said[1], Is.EqualTo("as planned"));
    }

    [Test]
    public void Calls_after_a_failure_say_what_it_was()
    {
        string[] said = Mismatch(static (ranks, device, rank) =>
        {
            try
            {
                Sum(ranks, device, count: 4 + rank);
            }
            catch (CommunicatorException e)
            {
                var again = Assert.Throws<CommunicatorException>(() => Sum(ranks, device, count: 4))!;
                throw new CommunicatorException(again.Message == e.Message ? "same" : again.Message, e);
            }
        });
        Assert.That(said, Has.All.EqualTo("same"));
    }

    [Test]
    public void Leaving_waits_for_all_but_not_for_ever()
    {
        var fabric = new EmulatedFabric();
        using var host = new Host(2);
        using var left = new ManualResetEventSlim();
        Ranks.Run(2, rank =>
        {
            using var rig = new Rig(rank, 2, fabric);
            using var ranks = Rig.Alone(rig, host, rank, 2);
            if (rank == 1) Assert.That(left.Wait(TimeSpan.FromMinutes(1)));
            else Assert.That(ranks.Leave(TimeSpan.FromMilliseconds(100)), Is.False);
            left.Set();
        });
    }

    [Test]
    public void A_rank_without_Nccl_says_so_and_the_others_say_who_it_is()
    {
        using var host = new Host(2);
        var fabric = new EmulatedFabric();
        string[] said = Ranks.Refused(2, rank =>
        {
            using var rig = new Rig(rank, 2, rank == 0 ? fabric : null);
            _ = new NcclCommunicator(rig.Device, host.Rank(rank));
        });
        Assert.That(said, Is.EqualTo(new[]
        {
            "Rank 1 cannot open NCCL; it says why.",
            "Nccl was not found: install NCCL 2, for example with pip install nvidia-nccl-cu12 (tried libnccl.so.2).",
        }));
    }

    [Test]
    public void Two_ranks_on_one_card_are_told_so()
    {
        using var host = new Host(2);
        var fabric = new EmulatedFabric();
        string[] said = Ranks.Refused(2, rank =>
        {
            using var rig = new Rig(rank, 2, fabric, card: 1);
            _ = Rig.Alone(rig, host, rank, 2);
        });
        Assert.That(said, Has.All.Contains("both use device 1"));
    }

    [Test]
    public void A_rank_that_never_opens_is_waited_for_so_long_and_no_longer()
    {
        var fabric = new EmulatedFabric(TimeSpan.FromSeconds(1));
        using var rig = new Rig(0, 2, fabric);
        s_leftBehind.Add(rig);
        Assert.That(() => new NcclCommunicator(rig.Device, 0, 2, 0, 2, static _ => { }, TimeSpan.FromMilliseconds(50)),
            Throws.InstanceOf<CommunicatorException>().With.Message
                .EqualTo("Rank 0 of 2 waited 0.05 s for the others to open NCCL."));
        Assert.That(() => new NcclCommunicator(rig.Device, 0, 2, 0, 2, static _ => { }),
            Throws.InstanceOf<CommunicatorException>().With.Message
                .Contains("rank 1 of 2 did not come to ncclCommInitRank within 1 s"));
    }

    static void Sum(NcclCommunicator ranks, Device device, int count)
    {
        using var scope = device.Scope();
        var x = device.Full(new(count), 1);
        ranks.BeginSum(x);
        ranks.FinishSums();
        _ = x.ToArray();
    }

    static string[] Mismatch(Action<NcclCommunicator, Device, int> rank, Func<int, TimeSpan?>? patience = null)
    {
        var fabric = new EmulatedFabric();
        using var host = new Host(2);
        return Ranks.Refused(2, r =>
        {
            using var rig = new Rig(r, 2, fabric);
            using var ranks = Rig.Alone(rig, host, r, 2, patience?.Invoke(r));
            rank(ranks, rig.Device, r);
        });
    }
}
