using Ssgan.Emulator;

namespace Ssgan.Tests.Emulator;

/// <summary>Kernels that are wrong on purpose: each must be caught by name.</summary>
[TestFixture]
public class MemoryFaultTests
{
    static string Access(string instruction) => PtxBench.Kernel($"""
            mul.wide.u32 %rd2, %r0, 4;
            add.s64 %rd3, %rd0, %rd2;
            add.s64 %rd4, %rd1, %rd2;
            {instruction}
            ret;
        """);

    static void IsCaught(EmulatorFault fault, FaultKind kind, params string[] words)
    {
        Assert.That(fault.Kind, Is.EqualTo(kind), fault.Message);
        foreach (string word in words.Append("Kernel k")) Assert.That(fault.Message, Does.Contain(word));
    }

    [TestCase(33, 32, TestName = "The thread after the end of an array is named")]
    [TestCase(1, 0, TestName = "A read far outside is named")]
    public void OutOfBoundsRead(int threads, int elements)
    {
        using var bench = new PtxBench();
        ulong x = bench.Upload<int>(new int[Math.Max(elements, 1)]);
        var fault = bench.Fault(Access("ld.global.u32 %r1, [%rd3];"), elements == 0 ? x - 40 : x, x, threads);
        IsCaught(fault, FaultKind.OutOfBounds, $"thread ({threads - 1}, 0, 0)",
            elements == 0 ? "40 bytes before" : "0 bytes after the end", "ld.global.u32");
    }

    [Test]
    public void OutOfBoundsWriteOfAWholeWarp()
    {
        using var bench = new PtxBench();
        ulong x = bench.Upload<int>(new int[60]);
        var fault = bench.Fault(Access("st.global.u32 [%rd3], %r0;"), x, x, 64);
        IsCaught(fault, FaultKind.OutOfBounds, "thread (60, 0, 0)", "write of 4 bytes");
        Assert.That(bench.Download<int>(x, 60), Has.All.LessThan(60), "Lanes before the fault wrote only what they should.");
    }

    [Test]
    public void AVectorThatReachesOverTheEnd()
    {
        using var bench = new PtxBench();
        ulong x = bench.Upload<int>(new int[6]);
        IsCaught(bench.Fault(PtxBench.Kernel("ld.global.v4.u32 {%r1, %r2, %r3, %r4}, [%rd0+16]; ret;"), x, x, 1),
            FaultKind.OutOfBounds, "16 bytes");
    }

    [TestCase("st.global.u32 [%rd3], %r0; ld.global.nc.u32 %r1, [%rd3];", "read of 4 bytes")]
    [TestCase("ld.global.nc.u32 %r1, [%rd3]; st.global.u32 [%rd3], %r0;", "write of 4 bytes")]
    [TestCase("ld.global.nc.u32 %r1, [%rd3]; setp.eq.u32 %p1, %r0, 5; @%p1 st.global.u32 [%rd0+20], %r0;", "thread (5, 0, 0)")]
    [TestCase("ld.global.nc.u32 %r1, [%rd0]; atom.global.add.u32 %r2, [%rd0], 1;", "atomic update")]
    public void ANonCoherentReadOfWhatTheLaunchWrites(string instructions, string access)
    {
        using var bench = new PtxBench();
        ulong x = bench.Upload<int>(new int[64]);
        IsCaught(bench.Fault(Access(instructions), x, x), FaultKind.NonCoherent, access);
    }

    [Test]
    public void ANonCoherentReadBesideWhatTheLaunchWrites()
    {
        using var bench = new PtxBench();
        ulong x = bench.Upload<int>([.. Enumerable.Range(0, 32), .. new int[32]]);
        bench.Run(Access("ld.global.nc.u32 %r1, [%rd3]; st.global.u32 [%rd3+128], %r1;"), x, x);
        Assert.That(bench.Download<int>(x, 64)[32..], Is.EqualTo(Enumerable.Range(0, 32)));
    }

    [TestCase("ld.global.u32 %r1, [%rd3+2];")]
    [TestCase("st.global.u32 [%rd3+1], %r0;")]
    [TestCase("ld.global.v2.u32 {%r1, %r2}, [%rd3];")]
    [TestCase("atom.global.add.u32 %r1, [%rd3+2], 1;")]
    public void Misaligned(string instruction)
    {
        using var bench = new PtxBench();
        ulong x = bench.Upload<int>(new int[64]);
        IsCaught(bench.Fault(Access(instruction), x, x), FaultKind.Misaligned, instruction.TrimEnd(';'));
    }

    [TestCase("ld.global.u32 %r1, [%rd3];")]
    [TestCase("ld.global.u8 %r1, [%rd3];")]
    [TestCase("atom.global.add.u32 %r1, [%rd3], 1;")]
    [TestCase("ld.u32 %r1, [%rd3];")]
    public void UninitialisedGlobal(string instruction)
    {
        using var bench = new PtxBench();
        ulong x = bench.Reserve(128);
        bench.Memory.Write(x, new byte[28]);
        IsCaught(bench.Fault(Access(instruction), x, x), FaultKind.Uninitialised, "thread (7, 0, 0)", "byte 28");
    }

    [Test]
    public void WhatAKernelWroteMayBeRead()
    {
        using var bench = new PtxBench();
        ulong x = bench.Reserve(256);
        bench.Run(Access("st.global.u32 [%rd3], %r0;"), x, x, 50);
        Assert.That(bench.Download<int>(x, 50), Is.EqualTo(Enumerable.Range(0, 50)));
        Assert.That(Assert.Throws<EmulatorFault>(() => bench.Download<int>(x, 51))!.Kind, Is.EqualTo(FaultKind.Uninitialised));
    }

    [Test]
    public void SharedAndLocal()
    {
        using var bench = new PtxBench();
        ulong x = bench.Upload<int>(new int[64]);
        const string Shared = ".shared .align 4 .b8 s[128]; mul.lo.u32 %r1, %r0, 4; mov.u32 %r2, 0; cvt.u64.u32 %rd2, %r1; "
            + "mov.u64 %rd3, s; add.s64 %rd4, %rd3, %rd2;";
        IsCaught(bench.Fault(PtxBench.Kernel(Shared + "ld.shared.u32 %r3, [%rd4]; ret;"), x, x),
            FaultKind.Uninitialised, "shared address");
        IsCaught(bench.Fault(PtxBench.Kernel(Shared + "st.shared.u32 [%rd4+4], %r0; ret;"), x, x),
            FaultKind.OutOfBounds, "thread (31, 0, 0)");
        IsCaught(bench.Fault(PtxBench.Kernel(Shared + "st.shared.u32 [%rd4+4096], %r0; ret;"), x, x), FaultKind.OutOfBounds,
            "bytes of shared memory");
        IsCaught(bench.Fault(PtxBench.Kernel(Shared + "st.shared.u32 [%rd4+2], %r0; ret;"), x, x), FaultKind.Misaligned);
        const string Local = ".local .align 4 .b8 l[16]; mov.u64 %rd3, l;";
        IsCaught(bench.Fault(PtxBench.Kernel(Local + "ld.local.u32 %r3, [%rd3]; ret;"), x, x), FaultKind.Uninitialised);
        IsCaught(bench.Fault(PtxBench.Kernel(Local + "st.local.u32 [%rd3+16], %r0; ret;"), x, x),
            FaultKind.OutOfBounds, "local address");
        IsCaught(bench.Fault(PtxBench.Kernel(Local + "st.local.u32 [%rd3+2], %r0; ret;"), x, x), FaultKind.Misaligned);
    }

    [Test]
    public void Parameters()
    {
        using var bench = new PtxBench();
        ulong x = bench.Upload<int>([0]);
        IsCaught(bench.Fault(PtxBench.Kernel("mov.u64 %rd2, x; ld.param.u32 %r1, [%rd2+16]; ret;"), x, x),
            FaultKind.OutOfBounds, "parameters");
        IsCaught(bench.Fault(PtxBench.Kernel("mov.u64 %rd2, x; ld.param.u64 %rd3, [%rd2+4]; ret;"), x, x), FaultKind.Misaligned);
    }

    [Test]
    public void ConstantsAreReadOnly()
    {
        using var bench = new PtxBench();
        ulong x = bench.Upload<int>([0]);
        string text = PtxBench.Kernel("mov.u64 %rd2, c; st.global.u32 [%rd2], %r0; ret;", ".const .align 4 .u32 c = 7;");
        IsCaught(bench.Fault(text, x, x), FaultKind.ReadOnly, "to the constant c");
    }

    [Test]
    public void FreesAndLeaks()
    {
        var memory = new DeviceMemory(1 << 20);
        ulong a = memory.Allocate(100), b = memory.Allocate(200);
        Assert.That(memory.LiveBytes, Is.EqualTo(300));
        memory.Free(a);
        Assert.That(Assert.Throws<EmulatorFault>(() => memory.Free(a))!.Kind, Is.EqualTo(FaultKind.DoubleFree));
        Assert.That(Assert.Throws<EmulatorFault>(() => memory.Free(b + 8))!.Kind, Is.EqualTo(FaultKind.UnknownFree));
        var leak = Assert.Throws<EmulatorFault>(memory.CheckLeaks)!;
        Assert.That(leak.Kind, Is.EqualTo(FaultKind.Leak));
        Assert.That(leak.Message, Does.Contain($"200 bytes at 0x{b:x}"));
        Assert.That(Assert.Throws<EmulatorFault>(() => memory.Write(a, [1]))!.Kind,
            Is.EqualTo(FaultKind.OutOfBounds), "Use after free.");
        Assert.That(memory.TryAllocate(1 << 20, out _), Is.False);
        memory.Free(b);
        memory.CheckLeaks();
        Assert.That((memory.LiveBytes, memory.PeakBytes), Is.EqualTo((0L, 300L)));
    }

    [Test]
    public void CopiesCarryWhatIsWritten()
    {
        var memory = new DeviceMemory(1 << 20);
        ulong a = memory.Allocate(8), b = memory.Allocate(8);
        memory.Write(a, [1, 2, 3, 4]);
        memory.Copy(b, a, 8);
        byte[] four = new byte[4];
        memory.Read(b, four);
        Assert.That(four, Is.EqualTo(new byte[] { 1, 2, 3, 4 }));
        Assert.That(Assert.Throws<EmulatorFault>(() => memory.Read(b + 4, four))!.Message, Does.Contain("byte 4"));
        memory.Fill(b + 4, [9, 8], 2);
        memory.Read(b + 4, four);
        Assert.That(four, Is.EqualTo(new byte[] { 9, 8, 9, 8 }));
        Assert.That(Assert.Throws<EmulatorFault>(() => memory.Copy(b + 4, a, 8))!.Kind, Is.EqualTo(FaultKind.OutOfBounds));
    }
}
