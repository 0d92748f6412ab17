using Ssgan.Engine.Kernels.Cpu.Threading;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Kernels;

sealed unsafe class WorkersTests
{
    readonly struct CountVisits(int* visits) : IParallelBody
    {
        public void Invoke(int start, int end)
        {
            for (int i = start; i < end; i++) Interlocked.Increment(ref visits[i]);
        }
    }

    readonly struct LargestChunk(int* largest, int* smallest) : IParallelBody
    {
        public void Invoke(int start, int end)
        {
            int size = end - start, seen;
            while (size > (seen = Volatile.Read(ref *largest))) Interlocked.CompareExchange(ref *largest, size, seen);
            while (size < (seen = Volatile.Read(ref *smallest))) Interlocked.CompareExchange(ref *smallest, size, seen);
        }
    }

    readonly struct Throw(int at) : IParallelBody
    {
        public void Invoke(int start, int end)
        {
            if (start <= at && at < end) throw new InvalidOperationException("item " + at);
        }
    }

    readonly struct Nested(nint workers, int* visits, int inner) : IParallelBody
    {
        public void Invoke(int start, int end)
        {
            var w = (Workers)System.Runtime.InteropServices.GCHandle.FromIntPtr(workers).Target!;
            for (int i = start; i < end; i++) w.For(inner, 1, new CountVisits(visits + i * inner));
        }
    }

    [Test]
    public void Every_item_runs_once([Values(1, 2, 3, 7)] int threads, [Values(0, 1, 2, 5, 64, 1000)] int count,
        [Values(1, 10, 5000)] int grain)
    {
        using var workers = new Workers(threads);
        var visits = stackalloc int[1001];
        // Many short loops in a row: helpers that wake late must neither miss a loop's items nor run those of the next one twice.
        for (int round = 1; round <= 50; round++)
        {
            workers.For(count, grain, new CountVisits(visits));
            for (int i = 0; i < count; i++) Assert.That(visits[i], Is.EqualTo(round));
        }
        Assert.That(visits[count], Is.Zero);
    }

    [Test]
    public void Chunks_respect_the_grain()
    {
        using var workers = new Workers(2);
        int largest = 0, smallest = int.MaxValue;
        workers.For(1000, 100, new LargestChunk(&largest, &smallest));
        Assert.That((largest, smallest), Is.EqualTo((100, 100)));
        (largest, smallest) = (0, int.MaxValue);
        workers.For(99, 100, new LargestChunk(&largest, &smallest));
        Assert.That((largest, smallest), Is.EqualTo((99, 99)));
    }

    [Test]
    public void Counts_near_the_largest_integer_do_not_overflow()
    {
        using var workers = new Workers(3);
        int largest = 0, smallest = int.MaxValue;
        workers.For(int.MaxValue, 1 << 30, new LargestChunk(&largest, &smallest));
        Assert.That((largest, smallest), Is.EqualTo((1 << 30, (1 << 30) - 1)));
    }

    [Test]
    public void An_exception_reaches_the_caller_and_the_next_loop_runs([Values(1, 3)] int threads, [Values(0, 99)] int at)
    {
        using var workers = new Workers(threads);
        var visits = stackalloc int[100];
        for (int round = 1; round <= 20; round++)
        {
            Assert.That(() => workers.For(100, 1, new Throw(at)),
                Throws.InvalidOperationException.With.Message.EqualTo("item " + at));
            workers.For(100, 1, new CountVisits(visits));
            for (int i = 0; i < 100; i++) Assert.That(visits[i], Is.EqualTo(round));
        }
    }

    [Test]
    public void Nested_loops_run_inline()
    {
        using var workers = new Workers(3);
        var visits = stackalloc int[40 * 5];
        var handle = System.Runtime.InteropServices.GCHandle.Alloc(workers);
        try
        {
            workers.For(40, 1, new Nested(System.Runtime.InteropServices.GCHandle.ToIntPtr(handle), visits, 5));
        }
        finally
        {
            handle.Free();
        }
        for (int i = 0; i < 200; i++) Assert.That(visits[i], Is.EqualTo(1));
    }

    [Test]
    public void A_loop_allocates_nothing()
    {
        using var workers = new Workers(2);
        var visits = stackalloc int[64];
        nint address = (nint)visits;
        Assert.That(Allocations.PerRound(() => workers.For(64, 1, new CountVisits((int*)address))), Is.Zero);
    }

    [Test]
    public void Needs_at_least_one_thread() =>
        Assert.That(() => new Workers(0), Throws.InstanceOf<ArgumentOutOfRangeException>());

    [Test]
    public void Disposing_twice_is_harmless()
    {
        var workers = new Workers(4);
        workers.Dispose();
        Assert.That(workers.Dispose, Throws.Nothing);
    }
}
