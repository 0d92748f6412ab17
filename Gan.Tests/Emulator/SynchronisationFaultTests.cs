using Ssgan.Emulator;

namespace Ssgan.Tests.Emulator;

/// <summary>Races, barriers and warp instructions that are wrong on purpose, beside the right forms, which must pass.</summary>
[TestFixture]
public class SynchronisationFaultTests
{
    const string SharedOf = """
            .shared .align 4 .b8 s[1024];
            mul.wide.u32 %rd2, %r0, 4;
            mov.u64 %rd3, s;
            add.s64 %rd4, %rd3, %rd2;
            xor.b32 %r1, %r0, 1;
            xor.b32 %r2, %r0, 32;
            mul.wide.u32 %rd5, %r1, 4;
            add.s64 %rd5, %rd3, %rd5;
            mul.wide.u32 %rd6, %r2, 4;
            add.s64 %rd6, %rd3, %rd6;
            st.shared.u32 [%rd4], %r0;

        """;

    static EmulatorFault? Outcome(string body, int threads, int? seed = null, string target = "sm_75")
    {
        using var bench = new PtxBench(new EmulatorOptions { Seed = seed });
        ulong x = bench.Upload<int>(new int[512]);
        string text = PtxBench.Kernel(body + "\nret;", target: target);
        try
        {
            bench.Run(text, x, x, threads);
            return null;
        }
        catch (EmulatorFault fault)
        {
            return fault;
        }
    }

    static void IsCaught(EmulatorFault? fault, FaultKind kind, params string[] words)
    {
        Assert.That(fault, Is.Not.Null);
        Assert.That(fault!.Kind, Is.EqualTo(kind), fault.Message);
        foreach (string word in words.Append("Kernel k, block (0, 0, 0), thread ("))
            Assert.That(fault.Message, Does.Contain(word));
    }

    // Every unit is written and ordered once, so that what follows races whichever thread comes first.
    const string Again = SharedOf + "bar.sync 0; st.shared.u32 [%rd4], %r0;";

    [Test]
    public void RaceBetweenWarps([Values(null, 1, 2)] int? seed)
    {
        IsCaught(Outcome(Again + "ld.shared.u32 %r3, [%rd6];", 64, seed), FaultKind.SharedRace, "no barrier is between");
        Assert.That(Outcome(Again + "bar.sync 0; ld.shared.u32 %r3, [%rd6];", 64, seed), Is.Null);
    }

    [Test]
    public void WriteAfterReadNeedsABarrier([Values(null, 1, 2)] int? seed)
    {
        const string Read = SharedOf + "bar.sync 0; ld.shared.u32 %r3, [%rd6];";
        IsCaught(Outcome(Read + "st.shared.u32 [%rd4], %r3;", 64, seed), FaultKind.SharedRace, "no barrier is between");
        Assert.That(Outcome(Read + "bar.sync 0; st.shared.u32 [%rd4], %r3;", 64, seed), Is.Null);
    }

    [Test]
    public void ThreadsOfAWarpNeedAWarpBarrier()
    {
        IsCaught(Outcome(SharedOf + "ld.shared.u32 %r3, [%rd5];", 32), FaultKind.SharedRace, "wrote it",
            "ld.shared.u32 %r3, [%rd5]");
        Assert.That(Outcome(SharedOf + "bar.warp.sync -1; ld.shared.u32 %r3, [%rd5];", 32), Is.Null);
        IsCaught(Outcome(Again + "bar.warp.sync -1; ld.shared.u32 %r3, [%rd6];", 64), FaultKind.SharedRace);
    }

    [Test]
    public void AtomicsDoNotRaceAmongThemselves()
    {
        const string Zero = SharedOf + "bar.sync 0;";
        Assert.That(Outcome(Zero + "atom.shared.add.u32 %r3, [%rd3], 1;", 64), Is.Null);
        IsCaught(Outcome(Zero + "atom.shared.add.u32 %r3, [%rd3], 1; ld.shared.u32 %r4, [%rd3];", 64), FaultKind.SharedRace);
        IsCaught(Outcome(Zero + "st.shared.u32 [%rd3], %r0;", 32), FaultKind.SharedRace);
    }

    [Test]
    public void NamedBarriersOrderOnlyThoseThatMeet()
    {
        // Warps 0 and 1 meet at barrier 1; warp 2 passes by.
        const string Meet = Again + "setp.ge.u32 %p1, %r0, 64; @%p1 bra OTHER; barrier.sync 1, 64; OTHER:";
        Assert.That(Outcome(Meet + "@!%p1 ld.shared.u32 %r3, [%rd6];", 96), Is.Null);
        IsCaught(Outcome(Meet + "@!%p1 ld.shared.u32 %r3, [%rd3+256];", 96), FaultKind.SharedRace, "thread number 64");
    }

    [Test]
    public void DivergentBarriers()
    {
        const string Half = "setp.lt.u32 %p1, %r0, 16; @%p1 bra SKIP; bar.sync 0; SKIP: mov.u32 %r1, 0; bar.sync 0;";
        IsCaught(Outcome(Half, 32), FaultKind.DivergentBarrier);
        const string Warps =
            "setp.lt.u32 %p1, %r0, 32; @%p1 bra SKIP; bar.sync 0; bra DONE; SKIP: bar.sync 1; DONE: mov.u32 %r1, 0;";
        IsCaught(Outcome(Warps, 64), FaultKind.DivergentBarrier, "no other can reach it");
        Assert.That(Outcome("setp.lt.u32 %p1, %r0, 32; @%p1 ret; bar.sync 0;", 64), Is.Null,
            "Threads that have exited are not waited for.");
    }

    [TestCase("setp.eq.u32 %p1, %r0, 3; @%p1 ret; shfl.sync.bfly.b32 %r1, %r0, 1, 31, -1;", "names lane 3, which has exited")]
    [TestCase("setp.eq.u32 %p1, %r0, 3; @%p1 bra SKIP; shfl.sync.bfly.b32 %r1, %r0, 1, 31, -1; SKIP: bar.warp.sync -1;",
        "waits at line")]
    [TestCase("shfl.sync.bfly.b32 %r1, %r0, 1, 31, 3;", "does not name that lane")]
    [TestCase("and.b32 %r2, %r0, 1; setp.eq.u32 %p1, %r2, 1; @%p1 bra SKIP; shfl.sync.down.b32 %r1, %r0, 1, 31, 0x55555555; "
        + "SKIP: mov.u32 %r3, 0;", "it reads lane 1")]
    public void MissingLanes(string body, string word) => IsCaught(Outcome(body, 32), FaultKind.MissingLanes, word);

    [Test]
    public void AFullMaskInAPartialWarp() =>
        IsCaught(Outcome("vote.sync.ballot.b32 %r1, %p1, -1;", 20), FaultKind.MissingLanes,
            "names lane 20, which does not exist");

    [Test]
    public void AsynchronousCopiesLandWhenWaitedFor()
    {
        const string Copy = """
            .shared .align 16 .b8 s[512];
            mov.u64 %rd3, s;
            mul.wide.u32 %rd2, %r0, 16;
            add.s64 %rd4, %rd3, %rd2;
            cvt.u32.u64 %r1, %rd4;
            add.s64 %rd5, %rd0, %rd2;
            cp.async.cg.shared.global [%r1], [%rd5], 16;
            cp.async.commit_group;

            """;
        IsCaught(Outcome(Copy + "ld.shared.u32 %r2, [%rd4];", 32, target: "sm_80"), FaultKind.SharedRace, "asynchronous copy");
        IsCaught(Outcome(Copy + "cp.async.wait_group 1; ld.shared.u32 %r2, [%rd4];", 32, target: "sm_80"),
            FaultKind.SharedRace, "asynchronous copy");
        Assert.That(Outcome(Copy + "cp.async.wait_group 0; ld.shared.u32 %r2, [%rd4];", 32, target: "sm_80"), Is.Null);
    }

    [Test]
    public void AsynchronousCopiesFillWithZeros()
    {
        using var bench = new PtxBench();
        ulong x = bench.Upload<byte>([.. Enumerable.Range(1, 16).Select(k => (byte)k)]), y = bench.Reserve(48);
        bench.Run(PtxBench.Kernel("""
            .shared .align 16 .b8 s[48];
            mul.wide.u32 %rd2, %r0, 16;
            mov.u64 %rd3, s;
            add.s64 %rd3, %rd3, %rd2;
            cvt.u32.u64 %r1, %rd3;
            mul.lo.u32 %r2, %r0, 8;
            cp.async.cg.shared.global [%r1], [%rd0], 16, %r2;
            cp.async.wait_all;
            add.s64 %rd4, %rd1, %rd2;
            ld.shared.v4.u32 {%r3, %r4, %r5, %r6}, [%rd3];
            st.global.v4.u32 [%rd4], {%r3, %r4, %r5, %r6};
            ret;
        """, target: "sm_80"), x, y, 3);
        byte[] want = [.. Enumerable.Range(0, 48).Select(k => (byte)(k % 16 < k / 16 * 8 ? k % 16 + 1 : 0))];
        Assert.That(bench.Download<byte>(y, 48), Is.EqualTo(want));
    }

    [Test]
    public void TrapsAreNamed() =>
        IsCaught(Outcome("setp.eq.u32 %p1, %r0, 5; @%p1 trap;", 32), FaultKind.Trap, "thread (5, 0, 0)");

    [Test]
    public void SpinningWithoutEndIsCaught() =>
        IsCaught(Outcome("LOOP: ld.volatile.global.u32 %r1, [%rd0]; setp.eq.u32 %p1, %r1, 0; @%p1 bra LOOP;", 32),
            FaultKind.NoProgress);
}
