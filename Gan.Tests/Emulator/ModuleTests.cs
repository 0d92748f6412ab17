using System.Runtime.InteropServices;
using Ssgan.Emulator;

namespace Ssgan.Tests.Emulator;

/// <summary>Modules, launches, and what is refused by name.</summary>
[TestFixture]
public class ModuleTests
{
    [TestCase("frobnicate.u32 %r1, %r0;", "the instruction frobnicate", "Line ")]
    [TestCase("add.wobbly.u32 %r1, %r0, 1;", "add with the modifier .wobbly", "add.wobbly.u32 %r1, %r0, 1")]
    [TestCase("add.rz.f32 %f1, %f1, %f2;", "add with the modifier .rz", "")]
    [TestCase("mov.u32 %r1, %envreg3;", "the register %envreg3", "")]
    [TestCase(".maxwell 3;", "the directive .maxwell", "")]
    [TestCase("call.uni vprintf, ();", "call of vprintf, which the module does not define", "")]
    public void UnknownIsRefusedByName(string line, string name, string also)
    {
        var fault = Assert.Throws<EmulatorFault>(() => PtxModule.Parse(PtxBench.Kernel(line + " ret;")))!;
        Assert.That(fault.Kind, Is.EqualTo(FaultKind.Unknown));
        Assert.That(fault.Message, Does.Contain(name).And.Contain(also));
    }

    [TestCase("add.u32 %r1, %r0;", "has 2 operands")]
    [TestCase("add.u32 %rd1, %r0, 1;", "%rd1 of type B64")]
    [TestCase("bra NOWHERE;", "no label NOWHERE")]
    [TestCase("ld.global.u32 %r1, [nothing];", "no variable nothing")]
    [TestCase("add.u32 %r1, %r99, 1;", "the register %r99")]
    [TestCase("mov.u32 %r1, 5", "';' is wanted")]
    public void NonsenseIsRefused(string line, string why)
    {
        var fault = Assert.Throws<EmulatorFault>(() => PtxModule.Parse(PtxBench.Kernel(line)))!;
        Assert.That(fault.Kind, Is.EqualTo(FaultKind.InvalidPtx).Or.EqualTo(FaultKind.Unknown));
        Assert.That(fault.Message, Does.Contain(why));
    }

    [Test]
    public void NewerTargetsAreRefused()
    {
        using var old = new PtxBench(new EmulatorOptions { ComputeCapability = 75 });
        var module = PtxModule.Parse(PtxBench.Kernel("ret;", target: "sm_80"));
        var fault = Assert.Throws<EmulatorFault>(() => old.Executor.Load(module))!;
        Assert.That(fault.Kind, Is.EqualTo(FaultKind.UnsupportedTarget));
        Assert.That(fault.Message, Does.Contain("sm_80").And.Contain("7.5"));
        using var instance = old.Executor.Load(PtxModule.Parse(PtxBench.Kernel("ret;")));
        Assert.That(instance.Module.TargetNumber, Is.EqualTo(75));
    }

    [Test]
    public void KernelsSayWhatTheyNeed()
    {
        const string Text = """
            .version 7.0
            .target sm_75
            .address_size 64
            .visible .entry k(.param .align 8 .b8 args[20], .param .u16 n, .param .u64 p)
            .maxntid 64, 2, 1
            {
                .reg .b32 %r<3>;
                .shared .align 4 .b8 s[100];
                .local .align 4 .b8 l[32];
                st.shared.u32 [s], 0;
                st.local.u32 [l], 0;
                ret;
            }
            """;
        var kernel = PtxModule.Parse(Text).Find("k")!;
        Assert.Multiple(() =>
        {
            Assert.That(kernel.Parameters.Select(p => p.Offset), Is.EqualTo(new[] { 0, 20, 24 }));
            Assert.That((kernel.ParameterBytes, kernel.SharedBytes, kernel.LocalBytes), Is.EqualTo((32, 100, 32)));
            Assert.That(kernel.MaxThreads, Is.EqualTo(new Dim3(64, 2)));
            Assert.That(kernel.Registers[PtxType.B32], Is.EqualTo(3));
            Assert.That(Executor.ResidentBlocks(kernel, 128, 0), Is.EqualTo(16));
            Assert.That(Executor.ResidentBlocks(kernel, 128, 60000), Is.EqualTo(3));
        });
    }

    [Test]
    public void VariablesAreThoseOfTheirInstance()
    {
        const string Module = ".global .align 4 .u32 g = 5; .global .align 8 .u64 pointer = g; .const .align 4 .f32 t[2] = "
            + "{0f3F800000, 0f40000000};";
        const string Body = """
            ld.global.u64 %rd2, [pointer];
            ld.global.u32 %r1, [%rd2];
            ld.const.u32 %r2, [t+4];
            add.u32 %r1, %r1, 1;
            st.global.u32 [g], %r1;
            st.global.u32 [%rd1], %r1;
            st.global.u32 [%rd1+4], %r2;
            ret;
            """;
        using var bench = new PtxBench();
        ulong y = bench.Reserve(8);
        var module = PtxModule.Parse(PtxBench.Kernel(Body, Module));
        using ModuleInstance first = bench.Executor.Load(module), second = bench.Executor.Load(module);
        byte[] parameters = MemoryMarshal.AsBytes<ulong>([y, y]).ToArray();
        for (int k = 0; k < 2; k++) bench.Executor.Run(module.Find("k")!, first, new Dim3(1), new Dim3(1), 0, parameters, false);
        Assert.That(bench.Download<uint>(y, 2), Is.EqualTo(new uint[] { 7, 0x40000000 }));
        bench.Executor.Run(module.Find("k")!, second, new Dim3(1), new Dim3(1), 0, parameters, false);
        Assert.That(bench.Download<uint>(y, 1), Is.EqualTo(new uint[] { 6 }));
        Assert.That(first.TryFind("g", out ulong g, out long bytes) && bytes == 4 && bench.Download<uint>(g, 1)[0] == 7);
    }

    [TestCase(1025, 1, 0, "blocks of (1025, 1, 1)")]
    [TestCase(32, 0, 0, "a grid of (0, 1, 1)")]
    [TestCase(32, 1, 300000, "300000 bytes of shared memory")]
    public void LaunchesThatACardRefuses(int threads, int blocks, int dynamicShared, string why)
    {
        using var bench = new PtxBench();
        var fault = Assert.Throws<EmulatorFault>(() => bench.Run(PtxBench.Kernel("ret;"), 0, 0, threads, blocks, dynamicShared))!;
        Assert.That(fault.Kind, Is.EqualTo(FaultKind.InvalidLaunch));
        Assert.That(fault.Message, Does.Contain(why));
    }

    [Test]
    public void CooperatingBlocksMustAllFit()
    {
        using var bench = new PtxBench(new EmulatorOptions { Multiprocessors = 2 });
        bench.Run(PtxBench.Kernel("ret;"), 0, 0, 1024, 4, cooperative: true);
        var fault = Assert.Throws<EmulatorFault>(() => bench.Run(PtxBench.Kernel("ret;"), 0, 0, 1024, 5, cooperative: true))!;
        Assert.That(fault.Message, Does.Contain("5 cooperating blocks where 4 fit"));
    }
}
