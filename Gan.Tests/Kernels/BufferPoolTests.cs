using Ssgan.Engine.Kernels;
using Ssgan.Engine.Kernels.Cpu;

namespace Ssgan.Tests.Kernels;

/// <summary>The pool alone: reuse by exact size, and the memory of captured graphs apart from the rest.</summary>
sealed class BufferPoolTests
{
    readonly CpuBackend _cpu = new(1);

    [OneTimeTearDown]
    public void End() => _cpu.Dispose();

    [Test]
    public void A_block_comes_back_for_the_same_size_only()
    {
        using var pool = new BufferPool(_cpu);
        nint first = pool.Rent(1000);
        pool.Return(first, 1000);
        Assert.That(pool.CachedBytes, Is.EqualTo(1024));
        nint other = pool.Rent(2000), same = pool.Rent(1024);
        Assert.That(same, Is.EqualTo(first));
        Assert.That(other, Is.Not.EqualTo(first));
        Assert.That((pool.DeviceAllocations, pool.LiveBlocks, pool.LiveBytes), Is.EqualTo((2, 2, 1024 + 2048)));
        pool.Return(other, 2000);
        pool.Return(same, 1000);
    }

    [Test]
    public void More_than_the_host_has_is_refused_before_the_system_ends_the_process()
    {
        using var pool = new BufferPool(_cpu);
        nint small = pool.Rent(1000);
        long all = GC.GetGCMemoryInfo().HighMemoryLoadThresholdBytes;
        Assert.That(() => pool.Rent(all),
            Throws.TypeOf<OutOfDeviceMemoryException>().With.Message.Contains($"The host can give {all:N0} bytes of memory"));
        pool.Return(small, 1000);
        nint again = pool.Rent(2000);
        Assert.That(again, Is.Not.Zero, "what was refused does not count as taken");
        pool.Return(again, 2000);
    }

    [Test]
    public void A_graphs_memory_is_reused_by_graphs_and_by_nobody_else()
    {
        using var pool = new BufferPool(_cpu);
        nint ordinary = pool.Rent(1000);
        pool.BeginCapture();
        nint temporary = pool.Rent(1000), lasting = pool.Rent(1000);
        pool.Return(temporary, 1000);
        Assert.That(pool.Rent(1000), Is.EqualTo(temporary), "within a capture memory is reused");
        pool.Return(temporary, 1000);
        // What was rented before the capture goes back to where it came from.
        pool.Return(ordinary, 1000);
        nint another = pool.Rent(1000);
        Assert.That(another, Is.EqualTo(temporary));
        pool.Return(another, 1000);
        pool.EndCapture();
        Assert.That(pool.CapturedBytes, Is.EqualTo(2048));

        Assert.That(pool.Rent(1000), Is.EqualTo(ordinary));
        nint fresh = pool.Rent(1000);
        Assert.That(new[] { temporary, lasting }, Does.Not.Contain(fresh), "a replay would overwrite it");
        pool.Return(lasting, 1000);
        nint next = pool.Rent(1000);
        Assert.That(next, Is.Not.EqualTo(lasting), "a replay still writes to it");

        pool.BeginCapture();
        Assert.That(new[] { pool.Rent(1000), pool.Rent(1000) }, Is.EquivalentTo(new[] { temporary, lasting }),
            "replays do not overlap");
        pool.EndCapture();
        pool.Return(temporary, 1000);
        pool.Return(lasting, 1000);
        foreach (nint block in new[] { ordinary, fresh, next }) pool.Return(block, 1000);
        Assert.That(pool.LiveBlocks, Is.Zero);
    }

    [Test]
    public void Released_graph_memory_is_ordinary_again()
    {
        using var pool = new BufferPool(_cpu);
        pool.BeginCapture();
        nint temporary = pool.Rent(1000), lasting = pool.Rent(1000);
        pool.Return(temporary, 1000);
        pool.EndCapture();
        pool.ReleaseCaptured();
        Assert.That((pool.CapturedBytes, pool.CachedBytes), Is.EqualTo((0, 1024)));
        Assert.That(pool.Rent(1000), Is.EqualTo(temporary));
        pool.Return(temporary, 1000);
        pool.Return(lasting, 1000);
        Assert.That((pool.CachedBytes, pool.LiveBytes), Is.EqualTo((2048, 0)));
    }

    [Test]
    public void A_capture_begins_with_an_empty_cache()
    {
        using var pool = new BufferPool(_cpu);
        pool.Return(pool.Rent(1000), 1000);
        pool.BeginCapture();
        Assert.That(pool.CachedBytes, Is.Zero);
        pool.EndCapture();
    }
}
