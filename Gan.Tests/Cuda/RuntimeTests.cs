using System.Runtime.InteropServices;
using Ssgan.Emulator;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Kernels.Cuda;
using Ssgan.Engine.Kernels.Cuda.Driver;

namespace Ssgan.Tests.Cuda;

/// <summary>
/// Copies, streams, events, pinned memory, lifetime and threads, on the emulated device, which checks every handle and
/// lists what is left.
/// </summary>
sealed class RuntimeTests
{
    EmulatedCuda _cuda = null!;

    // Without cuBLAS, whose workspace would take half of so small a memory.
    [SetUp]
    public void Open() =>
        _cuda = new EmulatedCuda(new EmulatorOptions { Devices = 2, MemoryBytes = 64 << 20, HasCuBlas = false });

    [TearDown]
    public void Close()
    {
        Assert.That(_cuda.Leaks(), Is.Empty);
        _cuda.Dispose();
    }

    static byte[] Pattern(int bytes, int seed)
    {
        var pattern = new byte[bytes];
        new Random(seed).NextBytes(pattern);
        return pattern;
    }

    static TensorView Bytes(Backend backend, int bytes) => new(backend.Allocate(bytes), new Shape(bytes), DType.U8);

    [Test]
    public void Bytes_go_up_in_pieces_and_come_back([Values(1, 1 << 20, (9 << 20) + 7)] int bytes)
    {
        using var backend = new CudaBackend(_cuda);
        var view = Bytes(backend, bytes);
        byte[] up = Pattern(bytes, 1), source = [.. up], down = new byte[bytes];
        backend.Upload(source, view);
        source.AsSpan().Clear();
        backend.Download(view, down);
        backend.Free(view.Address, bytes);
        Assert.That(down.AsSpan().SequenceEqual(up));
        var counters = backend.Counters;
        Assert.That((counters.HostToDeviceCopies, counters.HostToDeviceBytes), Is.EqualTo((1L, (long)bytes)));
        Assert.That((counters.DeviceToHostCopies, counters.DeviceToHostBytes), Is.EqualTo((1L, (long)bytes)));
    }

    [Test]
    public void A_loaders_stream_copies_beside_the_backends_and_events_order_them()
    {
        using var backend = new CudaBackend(_cuda);
        using var loader = backend.CreateStream();
        using var pinned = backend.Pin(1000);
        using var copied = backend.CreateEvent();
        using var used = backend.CreateEvent();
        TensorView target = Bytes(backend, 1000), doubled = new(backend.Allocate(4000), new Shape(1000), DType.F32);
        for (int round = 0; round < 3; round++)
        {
            byte[] values = Pattern(1000, round);
            loader.WaitFor(used);
            pinned.Write(values);
            loader.Upload(pinned, 0, target);
            loader.Record(copied);
            backend.WaitFor(copied);
            backend.Cast(target, doubled);
            backend.Record(used);
            var result = new float[1000];
            backend.Download(doubled, MemoryMarshal.AsBytes(result.AsSpan()));
            Assert.That(result, Is.EqualTo(Array.ConvertAll(values, static b => (float)b)));
            Assert.That(copied.IsDone);
        }
        loader.Download(target, pinned, 0);
        loader.Synchronize();
        var last = new byte[1000];
        pinned.Read(last);
        Assert.That(last, Is.EqualTo(Pattern(1000, 2)));
        backend.Free(target.Address, 1000);
        backend.Free(doubled.Address, 4000);
    }

    [Test]
    public void Copies_stay_within_pinned_memory()
    {
        using var backend = new CudaBackend(_cuda);
        using var stream = backend.CreateStream();
        using var pinned = backend.Pin(10);
        var view = Bytes(backend, 8);
        Assert.That(() => stream.Upload(pinned, 3, view), Throws.TypeOf<ArgumentOutOfRangeException>()
            .With.Message.Contains("8 bytes at 3 do not fit into a pinned buffer of 10"));
        Assert.That(() => stream.Download(view, pinned, -1), Throws.TypeOf<ArgumentOutOfRangeException>());
        backend.Free(view.Address, 8);
    }

    [Test]
    public void Timed_events_measure()
    {
        using var backend = new CudaBackend(_cuda);
        using var start = backend.CreateEvent(timed: true);
        using var end = backend.CreateEvent(timed: true);
        backend.Record(start);
        backend.Record(end);
        end.Synchronize();
        Assert.That(end.MillisecondsSince(start), Is.GreaterThanOrEqualTo(0));
    }

    [Test]
    public void Handles_refuse_use_after_dispose_and_may_outlive_their_backend()
    {
        var backend = new CudaBackend(_cuda);
        var stream = backend.CreateStream();
        var point = backend.CreateEvent();
        var pinned = backend.Pin(8);
        point.Dispose();
        Assert.That(point.Synchronize, Throws.TypeOf<ObjectDisposedException>());
        backend.Dispose();
        Assert.That(stream.Synchronize, Throws.TypeOf<ObjectDisposedException>());
        Assert.That(() => pinned.Write([1]), Throws.TypeOf<ObjectDisposedException>());
        stream.Dispose();
        pinned.Dispose();
        pinned.Dispose();
    }

    [Test]
    public void Two_engines_and_two_devices_do_not_know_of_each_other()
    {
        using var first = new CudaBackend(_cuda);
        using var other = new CudaBackend(_cuda, 1);
        var second = new CudaBackend(_cuda);
        TensorView a = Bytes(first, 100), b = Bytes(second, 100), c = Bytes(other, 100);
        first.Upload(Pattern(100, 1), a);
        second.Upload(Pattern(100, 2), b);
        other.Upload(Pattern(100, 3), c);
        byte[] fromSecond = new byte[100];
        second.Download(b, fromSecond);
        second.Free(b.Address, 100);
        second.Dispose();
        byte[] fromFirst = new byte[100], fromOther = new byte[100];
        first.Download(a, fromFirst);
        other.Download(c, fromOther);
        Assert.That((fromFirst, fromSecond, fromOther), Is.EqualTo((Pattern(100, 1), Pattern(100, 2), Pattern(100, 3))));
        first.Free(a.Address, 100);
        other.Free(c.Address, 100);
    }

    [Test]
    public void Threads_launch_kernels_of_modules_that_are_not_loaded_yet()
    {
        using CudaBackend first = new(_cuda), second = new(_cuda), other = new(_cuda, 1);
        CudaBackend[] backends = [first, second, other];
        using var start = new Barrier(6);
        var runs = Enumerable.Range(0, 6)
            .Select(i => Task.Factory.StartNew(() => Run(backends[i % 3], i), TaskCreationOptions.LongRunning)).ToArray();
        for (int i = 0; i < runs.Length; i++) Assert.That(runs[i].GetAwaiter().GetResult(), Has.All.EqualTo(-7 * (i + 1)));

        float[] Run(CudaBackend backend, int i)
        {
            TensorView x = new(backend.Allocate(4000), new Shape(1000), DType.F32),
                total = new(backend.Allocate(400), new Shape(100, 1), DType.F32);
            var result = new float[100];
            start.SignalAndWait();
            backend.Fill(x, 0.7f * (i + 1));
            backend.Unary(default(Neg), x, x);
            backend.Reduce<Sum>(x.As(new Shape(100, 10)), total);
            backend.Download(total, MemoryMarshal.AsBytes(result.AsSpan()));
            backend.Free(x.Address, 4000);
            backend.Free(total.Address, 400);
            return Array.ConvertAll(result, MathF.Round);
        }
    }

    [Test]
    public void Many_threads_use_a_backend_while_it_is_disposed_of()
    {
        var backend = new CudaBackend(_cuda);
        var failures = new System.Collections.Concurrent.ConcurrentBag<Exception>();
        using var started = new CountdownEvent(4);
        var threads = Enumerable.Range(0, 4).Select(seed => new Thread(() =>
        {
            byte[] up = Pattern(5000, seed), down = new byte[5000];
            try
            {
                for (int round = 0; ; round++)
                {
                    var view = Bytes(backend, 5000);
                    // What another thread's dispose interrupts here stays with the context, which frees it.
                    backend.Upload(up, view);
                    backend.Download(view, down);
                    if (!down.AsSpan().SequenceEqual(up))
                        throw new InvalidDataException("The bytes of another thread came back.");
                    backend.Free(view.Address, 5000);
                    if (round == 20) started.Signal();
                }
            }
            catch (ObjectDisposedException)
            {
            }
            catch (Exception e)
            {
                failures.Add(e);
                if (!started.IsSet) started.Signal();
            }
        })).ToArray();
        foreach (var thread in threads) thread.Start();
        started.Wait();
        backend.Dispose();
        foreach (var thread in threads) thread.Join();
        Assert.That(failures, Is.Empty);
        // Blocks between an interrupted allocate and free died with the context.
        _cuda.Dispose();
        _cuda = new EmulatedCuda();
    }

    [Test]
    public void A_full_device_is_flushed_once_and_then_reported()
    {
        using var backend = new CudaBackend(_cuda);
        using var pool = new BufferPool(backend);
        const int Half = 40 << 20;
        pool.Return(pool.Rent(Half), Half);
        nint other = pool.Rent(Half + 256);
        Assert.That((pool.DeviceAllocations, pool.CachedBytes, backend.Counters.DeviceAllocations), Is.EqualTo((2L, 0L, 2L)));
        Assert.That(() => pool.Rent(Half), Throws.TypeOf<OutOfDeviceMemoryException>()
            .With.Message.StartsWith("cuda:0 has no room for 41,943,040 bytes: 41,943,296 live in 1 blocks"));
        pool.Return(other, Half + 256);
    }

    [Test]
    public void Devices_are_listed() => Assert.That(CudaProperties.All(_cuda)
        .Select(static d => (d.Ordinal, d.Major, d.Minor, d.Multiprocessors)), Is.EqualTo(new[] { (0, 9, 0, 4), (1, 9, 0, 4) }));
}
