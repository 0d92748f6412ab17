using Ssgan.Emulator;
using static Ssgan.Tests.Emulator.Machine;

namespace Ssgan.Tests.Emulator;

[TestFixture]
public sealed unsafe class LaunchCallTests
{
    [Test]
    public void A_kernel_runs_in_stream_order()
    {
        using var m = new Machine();
        nint stream = m.Stream(), f = m.Function(m.Load(SamplePtx.Kernels), "increment"), x = m.Upload(1f, 2f, 3f);
        Assert.That(m.LaunchOn(f, x, 2, stream), Is.Zero);
        Assert.That(m.LaunchOn(f, x, 3, stream), Is.Zero);
        m.Ok("cuStreamSynchronize", stream);
        Assert.That(m.Download<float>(x, 3), Is.EqualTo([3f, 4f, 4f]));
    }

    [Test]
    public void Parameters_are_copied_by_the_call()
    {
        using var m = new Machine();
        nint stream = m.Stream(), f = m.Function(m.Load(SamplePtx.Kernels), "increment"), x = m.Upload(1f, 2f), array = x;
        int count = 1;
        Assert.That(m.Launch(f, 1, 32, stream, Out(ref array), Out(ref count)), Is.Zero);
        (array, count) = (0, 1000);
        m.Ok("cuStreamSynchronize", stream);
        Assert.That(m.Download<float>(x, 2), Is.EqualTo([2f, 2f]));
    }

    [Test]
    public void Parameters_may_come_packed()
    {
        using var m = new Machine();
        nint f = m.Function(m.Load(SamplePtx.Kernels), "increment"), x = m.Upload(1f), bytes = 12;
        nint* packed = stackalloc nint[] { x, 1 };
        nint* extra = stackalloc nint[] { 1, (nint)packed, 2, Out(ref bytes), 0 };
        m.Ok("cuLaunchKernel", f, 1, 1, 1, 32, 1, 1, 0, 0, 0, (nint)extra);
        Assert.That(m.Download<float>(x, 1), Is.EqualTo([2f]));
        bytes = 16;
        m.Fails(1, "cuLaunchKernel", f, 1, 1, 1, 32, 1, 1, 0, 0, 0, (nint)extra);
        m.Fails(1, "cuLaunchKernel", f, 1, 1, 1, 32, 1, 1, 0, 0, 0, 0);
        m.Fails(1, "cuLaunchKernel", f, 1, 1, 1, 32, 1, 1, 0, 0, (nint)packed, (nint)extra);
        packed[0] = 0;
        m.Fails(1, "cuLaunchKernel", f, 1, 1, 1, 32, 1, 1, 0, 0, (nint)packed, 0);
    }

    [TestCase(0, 1, 1, 32, 1, 1, 0, 1, TestName = "A grid of nothing")]
    [TestCase(1, 65536, 1, 32, 1, 1, 0, 1, TestName = "A grid too high")]
    [TestCase(1, 1, 1, 0, 1, 1, 0, 1, TestName = "A block of nothing")]
    [TestCase(1, 1, 1, 1025, 1, 1, 0, 1, TestName = "A block too wide")]
    [TestCase(1, 1, 1, 1, 1, 65, 0, 1, TestName = "A block too deep")]
    [TestCase(1, 1, 1, 64, 32, 1, 0, 1, TestName = "A block of too many threads")]
    [TestCase(1, 1, 1, 32, 1, 1, 49153, 1, TestName = "Dynamic shared memory without leave")]
    public void Impossible_launches_are_refused(int gx, int gy, int gz, int bx, int by, int bz, int shared, int status)
    {
        using var m = new Machine();
        nint f = m.Function(m.Load(SamplePtx.Kernels), "increment"), x = m.Upload(1f);
        nint count = 1;
        nint* parameters = stackalloc nint[] { Out(ref x), Out(ref count) };
        m.Fails(status, "cuLaunchKernel", f, gx, gy, gz, bx, by, bz, shared, 0, (nint)parameters, 0);
        m.Ok("cuLaunchKernel", f, 1, 1, 1, 32, 1, 1, 49152, 0, (nint)parameters, 0);
        m.Ok("cuFuncSetAttribute", f, 8, 65536);
        m.Ok("cuLaunchKernel", f, 1, 1, 1, 32, 1, 1, 65536, 0, (nint)parameters, 0);
        m.Fails(400, "cuLaunchKernel", 12345, 1, 1, 1, 32, 1, 1, 0, 0, (nint)parameters, 0);
    }

    [Test]
    public void A_kernels_own_bound_counts()
    {
        using var m = new Machine();
        nint f = m.Function(m.Load(SamplePtx.Kernels), "bounded"), x = m.Upload(1f);
        Assert.That(m.LaunchOn(f, x, 1, 0, threads: 64), Is.Zero);
        Assert.That(m.LaunchOn(f, x, 1, 0, threads: 65), Is.EqualTo(1));
    }

    [Test]
    public void A_block_that_fits_nowhere_is_out_of_resources()
    {
        using var m = new Machine(new EmulatorOptions { SharedBytesPerMultiprocessor = 8 << 10 });
        nint f = m.Function(m.Load(SamplePtx.Kernels), "increment"), x = m.Upload(1f), count = 1;
        nint* parameters = stackalloc nint[] { Out(ref x), Out(ref count) };
        m.Fails(701, "cuLaunchKernel", f, 1, 1, 1, 32, 1, 1, 8 << 10, 0, (nint)parameters, 0);
    }

    [Test]
    public void A_cooperative_grid_must_be_resident()
    {
        using var m = new Machine(new EmulatorOptions { Multiprocessors = 2 });
        nint f = m.Function(m.Load(SamplePtx.Kernels), "increment"), x = m.Upload(1f), count = 1;
        nint* parameters = stackalloc nint[] { Out(ref x), Out(ref count) };
        int resident = 0;
        m.Ok("cuOccupancyMaxActiveBlocksPerMultiprocessor", Out(ref resident), f, 1024, 0);
        Assert.That(resident, Is.EqualTo(2));
        m.Ok("cuLaunchCooperativeKernel", f, 4, 1, 1, 1024, 1, 1, 0, 0, (nint)parameters);
        m.Fails(720, "cuLaunchCooperativeKernel", f, 5, 1, 1, 1024, 1, 1, 0, 0, (nint)parameters);
        byte* config = stackalloc byte[56];
        byte* attribute = stackalloc byte[72];
        new Span<byte>(config, 56).Clear();
        new Span<byte>(attribute, 72).Clear();
        new Span<int>([5, 1, 1, 1024, 1, 1]).CopyTo(new Span<int>(config, 6));
        m.Ok("cuLaunchKernelEx", (nint)config, f, (nint)parameters, 0);
        (((int*)attribute)[0], ((int*)attribute)[2]) = (2, 1);
        (((nint*)config)[5], ((int*)config)[12]) = ((nint)attribute, 1);
        m.Fails(720, "cuLaunchKernelEx", (nint)config, f, (nint)parameters, 0);
        ((int*)attribute)[0] = 4;
        m.Fails(801, "cuLaunchKernelEx", (nint)config, f, (nint)parameters, 0);
        m.Fails(1, "cuLaunchKernelEx", 0, f, (nint)parameters, 0);
    }

    [Test]
    public void Occupancy_counts_what_a_block_takes()
    {
        using var m = new Machine();
        nint f = m.Function(m.Load(SamplePtx.Kernels), "increment"), bytes = 0;
        int blocks = 0, threads = 0;
        m.Ok("cuOccupancyMaxActiveBlocksPerMultiprocessor", Out(ref blocks), f, 32, 40000);
        Assert.That(blocks, Is.EqualTo(5));
        m.Ok("cuOccupancyMaxActiveBlocksPerMultiprocessor", Out(ref blocks), f, 32, 50000);
        Assert.That(blocks, Is.Zero, "more dynamic shared memory than the function may have");
        m.Ok("cuOccupancyMaxPotentialBlockSize", Out(ref blocks), Out(ref threads), f, 0, 0, 256);
        Assert.That(threads, Is.EqualTo(256));
        Assert.That(blocks, Is.EqualTo(4 * 8));
        m.Ok("cuOccupancyAvailableDynamicSMemPerBlock", Out(ref bytes), f, 2, 256);
        Assert.That(bytes, Is.EqualTo((nint)((114 << 10) - 1024)));
        m.Fails(1, "cuOccupancyMaxActiveBlocksPerMultiprocessor", 0, f, 32, 0);
        m.Fails(1, "cuOccupancyMaxActiveBlocksPerMultiprocessor", Out(ref blocks), f, 0, 0);
    }

    [Test]
    public void A_fault_is_the_status_of_the_next_wait_and_of_all_after()
    {
        using var m = new Machine();
        nint stream = m.Stream(), other = m.Stream(), x = m.Upload(1f), f = m.Function(m.Load(SamplePtx.Kernels), "beyond");
        Assert.That(m.LaunchOn(f, x, 1, stream), Is.Zero);
        m.Ok("cuStreamSynchronize", other);
        m.Fails(700, "cuStreamSynchronize", stream);
        Assert.That(m.ErrorText(700), Does.Contain("beyond").And.Contain("out of bounds"));
        m.Fails(700, "cuStreamSynchronize", other);
        nint result = 0;
        m.Fails(700, "cuMemAlloc_v2", Out(ref result), 4);
        Assert.That(m.LaunchOn(f, x, 0, stream), Is.EqualTo(700));
        m.Fails(700, "cuMemFree_v2", x);
        m.Fails(700, "cuStreamDestroy_v2", stream);
        Assert.That(m.Cuda.Leaks(), Has.None.Contains($"0x{x:x}").And.None.Contains($"0x{stream:x}"),
            "owners gave back what they had");
    }

    [Test]
    public void After_a_fault_a_new_context_works()
    {
        using var m = new Machine();
        nint x = m.Upload(1f, 2f), f = m.Function(m.Load(SamplePtx.Kernels), "askew"), context = 0;
        Assert.That(m.LaunchOn(f, x, 1, 0), Is.Zero);
        m.Fails(716, "cuCtxSynchronize");
        Assert.That(m.ErrorText(716), Does.Contain("askew"));
        m.Ok("cuDevicePrimaryCtxReset_v2", 0);
        m.Ok("cuDevicePrimaryCtxRetain", Out(ref context), 0);
        m.Ok("cuCtxSetCurrent", context);
        Assert.That(m.Download<float>(m.Upload(4f), 1), Is.EqualTo([4f]));
    }

    [Test]
    public void A_kernel_that_reads_what_nothing_wrote_is_a_fault()
    {
        using var m = new Machine();
        nint x = m.Alloc(4), f = m.Function(m.Load(SamplePtx.Kernels), "increment");
        Assert.That(m.LaunchOn(f, x, 1, 0), Is.Zero);
        m.Fails(719, "cuCtxSynchronize");
    }

    [Test]
    public void A_kernel_on_freed_memory_is_a_fault()
    {
        using var m = new Machine();
        nint x = m.Upload(1f), f = m.Function(m.Load(SamplePtx.Kernels), "increment");
        m.Ok("cuMemFree_v2", x);
        Assert.That(m.LaunchOn(f, x, 1, 0), Is.Zero);
        m.Fails(700, "cuCtxSynchronize");
    }
}
