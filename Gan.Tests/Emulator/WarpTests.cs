using Ssgan.Emulator;

namespace Ssgan.Tests.Emulator;

/// <summary>
/// Shuffles, votes, divergence, barriers that reduce, atomics and what lets lanes and blocks wait for one another.
/// </summary>
[TestFixture]
public class WarpTests
{
    /// <summary>What each thread leaves in %r9.</summary>
    static uint[] PerThread(string body, int threads = 32, string target = "sm_75", string module = "",
        EmulatorOptions? options = null, int blocks = 1, int dynamicShared = 0, bool cooperative = false)
    {
        using var bench = new PtxBench(options);
        ulong x = bench.Upload<uint>(new uint[64]), y = bench.Reserve(threads * blocks * 4);
        string text = PtxBench.Kernel($"""
            mov.u32 %r20, %ctaid.x;
            mov.u32 %r21, %ntid.x;
            mad.lo.u32 %r22, %r20, %r21, %r0;
            {body}
            mul.wide.u32 %rd20, %r22, 4;
            add.s64 %rd20, %rd20, %rd1;
            st.global.u32 [%rd20], %r9;
            ret;
        """, module, target);
        bench.Run(text, x, y, threads, blocks, dynamicShared, cooperative);
        return bench.Download<uint>(y, threads * blocks);
    }

    static uint[] Lanes(Func<int, uint> value, int count = 32) => [.. Enumerable.Range(0, count).Select(value)];

    [TestCase("shfl.sync.bfly.b32 %r9|%p1, %r0, 5, 31, -1;", 0)]
    [TestCase("shfl.sync.down.b32 %r9|%p1, %r0, 3, 31, -1;", 1)]
    [TestCase("shfl.sync.up.b32 %r9|%p1, %r0, 3, 0, -1;", 2)]
    [TestCase("shfl.sync.idx.b32 %r9|%p1, %r0, 7, 31, -1;", 3)]
    [TestCase("shfl.sync.down.b32 %r9|%p1, %r0, 3, 0x181F, -1;", 4)]
    [TestCase("shfl.sync.idx.b32 %r9|%p1, %r0, 9, 0x181F, -1;", 5)]
    public void Shuffle(string instruction, int kind)
    {
        uint[] got = PerThread(instruction + "@!%p1 add.u32 %r9, %r9, 1000;");
        uint Want(int lane)
        {
            var (from, valid) = kind switch
            {
                0 => (lane ^ 5, true),
                1 => (lane + 3, lane + 3 < 32),
                2 => (lane - 3, lane >= 3),
                3 => (7, true),
                4 => (lane + 3, lane % 8 + 3 < 8),
                _ => (lane / 8 * 8 + 1, true),
            };
            return (uint)(valid ? from : lane + 1000);
        }
        Assert.That(got, Is.EqualTo(Lanes(Want)));
    }

    [Test]
    public void VotesAndReductions()
    {
        const string Odd = "and.b32 %r1, %r0, 1; setp.ne.u32 %p1, %r1, 0;";
        Assert.That(PerThread(Odd + "vote.sync.ballot.b32 %r9, %p1, -1;"), Has.All.EqualTo(0xAAAAAAAA));
        Assert.That(PerThread(Odd + "vote.sync.any.pred %p2, %p1, -1; selp.u32 %r9, 1, 0, %p2;"), Has.All.EqualTo(1));
        Assert.That(PerThread(Odd + "vote.sync.all.pred %p2, %p1, -1; selp.u32 %r9, 1, 0, %p2;"), Has.All.EqualTo(0));
        Assert.That(PerThread(Odd + "activemask.b32 %r9;"), Has.All.EqualTo(uint.MaxValue));
        Assert.That(PerThread(Odd + "match.any.sync.b32 %r9, %r1, -1;"),
            Is.EqualTo(Lanes(lane => lane % 2 == 0 ? 0x55555555 : 0xAAAAAAAA)));
        Assert.That(PerThread("redux.sync.add.u32 %r9, %r0, -1;", target: "sm_80"), Has.All.EqualTo(496));
        Assert.That(PerThread("neg.s32 %r1, %r0; redux.sync.min.s32 %r9, %r1, -1;", target: "sm_80"),
            Has.All.EqualTo(unchecked((uint)-31)));
    }

    [Test]
    public void LanesWithDifferentMasksShuffleApart()
    {
        const string Body =
            "setp.lt.u32 %p1, %r0, 16; selp.b32 %r1, 0x0000FFFF, 0xFFFF0000, %p1; shfl.sync.bfly.b32 %r9, %r0, 15, 31, %r1;";
        Assert.That(PerThread(Body), Is.EqualTo(Lanes(lane => (uint)(lane ^ 15))));
    }

    [Test]
    public void LanesMeetAgainAfterALoopOfTheirOwnLength()
    {
        const string Body = """
            mov.u32 %r9, 0;
            mov.u32 %r1, %r0;
            LOOP: setp.eq.u32 %p1, %r1, 0;
            @%p1 bra DONE;
            add.u32 %r9, %r9, %r1;
            sub.u32 %r1, %r1, 1;
            bra LOOP;
            DONE: shfl.sync.idx.b32 %r2, %r9, 31, 31, -1;
            add.u32 %r9, %r9, %r2;
            """;
        Assert.That(PerThread(Body), Is.EqualTo(Lanes(lane => (uint)(lane * (lane + 1) / 2 + 496))));
    }

    [Test]
    public void TablesOfBranches()
    {
        const string Body = """
            and.b32 %r1, %r0, 3;
            brx.idx %r1, TABLE;
            A: mov.u32 %r9, 10; bra DONE;
            B: mov.u32 %r9, 20; bra DONE;
            C: mov.u32 %r9, 30;
            DONE: bar.warp.sync -1;
            """;
        string text = "TABLE: .branchtargets A, B, C, B;\n" + Body;
        Assert.That(PerThread(text), Is.EqualTo(Lanes(lane => (uint)(10 + 10 * (lane % 4 == 3 ? 1 : lane % 4)))));
    }

    [Test]
    public void Calls()
    {
        const string Twice = """
            .func (.param .b32 r) twice(.param .b32 a, .param .b32 b)
            {
                .reg .pred %p<2>;
                .reg .b32 %r<4>;
                ld.param.u32 %r1, [a];
                ld.param.u32 %r2, [b];
                setp.gt.u32 %p1, %r1, 9;
                @%p1 bra BIG;
                add.u32 %r3, %r1, %r2;
                st.param.b32 [r], %r3;
                ret;
            BIG: mul.lo.u32 %r3, %r1, 2;
                st.param.b32 [r], %r3;
                ret;
            }
            """;
        const string Call = "{ .param .b32 p0; .param .b32 p1; .param .b32 q; st.param.b32 [p0], %r0; st.param.b32 [p1], 5; "
            + "call.uni (q), twice, (p0, p1); ld.param.b32 %r9, [q]; }";
        Assert.That(PerThread(Call + Call, module: Twice), Is.EqualTo(Lanes(lane => (uint)(lane > 9 ? 2 * lane : lane + 5))));
    }

    [Test]
    public void BarriersThatReduce()
    {
        const string Third = "rem.u32 %r1, %r0, 3; setp.eq.u32 %p1, %r1, 0;";
        Assert.That(PerThread(Third + "bar.red.popc.u32 %r9, 0, %p1;", 96), Has.All.EqualTo(32));
        Assert.That(PerThread(Third + "bar.red.popc.u32 %r9, 0, !%p1;", 96), Has.All.EqualTo(64));
        Assert.That(PerThread(Third + "bar.red.or.pred %p2, 0, %p1; selp.u32 %r9, 1, 0, %p2;", 96), Has.All.EqualTo(1));
        Assert.That(PerThread(Third + "bar.red.and.pred %p2, 0, %p1; selp.u32 %r9, 1, 0, %p2;", 96), Has.All.EqualTo(0));
    }

    [Test]
    public void DynamicSharedMemoryLiesBehindTheRest([Values(null, 3)] int? seed)
    {
        const string Body = """
            .shared .align 4 .b8 own[256];
            mul.wide.u32 %rd2, %r0, 4;
            mov.u64 %rd3, own;
            add.s64 %rd3, %rd3, %rd2;
            mov.u64 %rd4, dynamic;
            add.s64 %rd4, %rd4, %rd2;
            st.shared.u32 [%rd3], %r0;
            add.u32 %r1, %r0, 100;
            cvta.shared.u64 %rd5, %rd4;
            st.u32 [%rd5], %r1;
            bar.sync 0;
            mov.u64 %rd6, dynamic;
            ld.shared.u32 %r2, [%rd6+252];
            mov.u64 %rd7, own;
            ld.shared.u32 %r3, [%rd7+12];
            add.u32 %r9, %r2, %r3;
            """;
        const string Dynamic = ".extern .shared .align 16 .b8 dynamic[];";
        Assert.That(PerThread(Body, 64, module: Dynamic, dynamicShared: 256, options: new EmulatorOptions { Seed = seed }),
            Has.All.EqualTo(163 + 3));
        var fault = Assert.Throws<EmulatorFault>(() => PerThread(Body, 64, module: Dynamic, dynamicShared: 252))!;
        Assert.That(fault.Kind, Is.EqualTo(FaultKind.OutOfBounds));
    }

    [TestCase("atom.global.add.u32 %r8, [%rd0], 2;", 256u)]
    [TestCase("red.global.max.s32 [%rd0], %r22;", 127u)]
    [TestCase("atom.global.inc.u32 %r8, [%rd0], 99;", 28u)]
    [TestCase("mov.f32 %f1, 0f3F800000; red.global.add.f32 [%rd0], %f1;", 0x43000000u)]
    [TestCase("atom.global.or.b32 %r8, [%rd0], %r22;", 127u)]
    public void Atomics(string instruction, uint want)
    {
        using var bench = new PtxBench();
        ulong x = bench.Upload<uint>([0]);
        bench.Run(PtxBench.Kernel($"mov.u32 %r20, %ctaid.x; mad.lo.u32 %r22, %r20, 32, %r0; {instruction} ret;"), x, x, 32, 4);
        Assert.That(bench.Download<uint>(x, 1)[0], Is.EqualTo(want));
    }

    [Test]
    public void ALaneGetsALockThatAnotherLaneOfItsWarpHolds()
    {
        const string Body = """
            TRY: atom.global.cas.b32 %r1, [%rd0], 0, 1;
            setp.ne.u32 %p1, %r1, 0;
            @%p1 bra TRY;
            ld.volatile.global.u32 %r2, [%rd0+4];
            add.u32 %r2, %r2, 1;
            st.volatile.global.u32 [%rd0+4], %r2;
            membar.gl;
            atom.global.exch.b32 %r3, [%rd0], 0;
            bar.warp.sync -1;
            ld.volatile.global.u32 %r9, [%rd0+4];
            """;
        Assert.That(PerThread(Body), Has.All.EqualTo(32));
    }

    [Test]
    public void CooperatingBlocksWaitForOneAnother([Values(null, 1, 2)] int? seed)
    {
        const string Body = """
            setp.ne.u32 %p1, %r0, 0;
            @%p1 bra WAIT;
            atom.global.add.u32 %r1, [%rd0], 1;
            WAIT: ld.volatile.global.u32 %r9, [%rd0];
            setp.lt.u32 %p2, %r9, 12;
            @%p2 bra WAIT;
            """;
        Assert.That(PerThread(Body, 64, blocks: 12, cooperative: true, options: new EmulatorOptions { Seed = seed }),
            Has.All.EqualTo(12));
    }
}
