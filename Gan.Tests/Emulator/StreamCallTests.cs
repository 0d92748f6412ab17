using System.Runtime.InteropServices;
using Ssgan.Emulator;
using static Ssgan.Tests.Emulator.Machine;

namespace Ssgan.Tests.Emulator;

[TestFixture]
public sealed unsafe class StreamCallTests
{
    [Test]
    public void Work_runs_when_someone_waits()
    {
        using var m = new Machine();
        nint stream = m.Stream(), a = m.Upload(3f);
        float* host = m.Pinned(1);
        m.Ok("cuMemcpyDtoHAsync_v2", (nint)host, a, 4, stream);
        Assert.That(float.IsNaN(*host), "nothing waited yet");
        m.Ok("cuStreamSynchronize", stream);
        Assert.That(*host, Is.EqualTo(3f));
    }

    [Test]
    public void The_default_stream_orders_blocking_streams_only()
    {
        using var m = new Machine();
        nint blocking = m.Stream(0), free = m.Stream(1), a = m.Upload(1f), b = m.Upload(1f);
        m.Ok("cuMemsetD32Async", a, 0, 1, blocking);
        m.Ok("cuMemsetD32Async", b, 0, 1, free);
        Assert.That(m.Download<float>(a, 1), Is.EqualTo([0f]));
        Assert.That(m.Download<float>(b, 1), Is.EqualTo([1f]), "a blocking copy does not wait for a non-blocking stream");
        m.Ok("cuCtxSynchronize");
        Assert.That(m.Download<float>(b, 1), Is.EqualTo([0f]));
    }

    [Test]
    public void A_blocking_stream_waits_for_the_default_stream()
    {
        using var m = new Machine();
        nint stream = m.Stream(0), a = m.Upload(1f), b = m.Alloc(4);
        m.Ok("cuMemsetD32Async", a, 0, 1, 0);
        m.Ok("cuMemcpyDtoDAsync_v2", b, a, 4, stream);
        m.Ok("cuStreamSynchronize", stream);
        m.Ok("cuMemsetD32Async", a, 1, 1, 0);
        Assert.That(m.Download<float>(b, 1), Is.EqualTo([0f]));
    }

    [Test]
    public void Freeing_waits_for_all_work()
    {
        using var m = new Machine();
        nint stream = m.Stream(), a = m.Upload(1f), b = m.Alloc(4);
        float* host = m.Pinned(1);
        m.Ok("cuMemcpyDtoHAsync_v2", (nint)host, a, 4, stream);
        m.Ok("cuMemFree_v2", b);
        Assert.That(*host, Is.EqualTo(1f));
    }

    [Test]
    public void A_query_makes_progress()
    {
        using var m = new Machine();
        nint stream = m.Stream(), a = m.Alloc(4);
        m.Ok("cuStreamQuery", stream);
        for (int i = 0; i < 3; i++) m.Ok("cuMemsetD32Async", a, i, 1, stream);
        m.Fails(600, "cuStreamQuery", stream);
        m.Fails(600, "cuStreamQuery", stream);
        m.Ok("cuStreamQuery", stream);
    }

    [Test]
    public void A_destroyed_stream_is_an_invalid_handle_whose_work_still_runs()
    {
        using var m = new Machine();
        nint stream = m.Stream(), a = m.Upload(1f);
        m.Ok("cuMemsetD32Async", a, 0, 1, stream);
        m.Ok("cuStreamDestroy_v2", stream);
        m.Fails(400, "cuStreamSynchronize", stream);
        m.Fails(400, "cuStreamDestroy_v2", stream);
        m.Fails(400, "cuMemsetD32Async", a, 0, 1, stream);
        m.Fails(400, "cuStreamSynchronize", m.Event());
        m.Ok("cuCtxSynchronize");
        Assert.That(m.Download<float>(a, 1), Is.EqualTo([0f]));
    }

    [Test]
    public void Flags_and_pointers_are_checked()
    {
        using var m = new Machine();
        nint handle = 0;
        m.Fails(1, "cuStreamCreate", Out(ref handle), 2);
        m.Fails(1, "cuStreamCreate", 0, 0);
        m.Fails(1, "cuEventCreate", Out(ref handle), 64);
        m.Fails(1, "cuEventCreate", 0, 0);
        m.Fails(801, "cuStreamSynchronize", 2);
    }

    static int s_calls;

    [UnmanagedCallersOnly]
    static void Count(nint data) => s_calls += *(int*)data;

    [Test]
    public void Host_functions_run_in_stream_order()
    {
        using var m = new Machine();
        nint stream = m.Stream();
        int step = 2;
        s_calls = 0;
        m.Ok("cuLaunchHostFunc", stream, (nint)(delegate* unmanaged<nint, void>)&Count, Out(ref step));
        Assert.That(s_calls, Is.Zero);
        m.Ok("cuStreamSynchronize", stream);
        Assert.That(s_calls, Is.EqualTo(2));
        m.Fails(1, "cuLaunchHostFunc", stream, 0, 0);
    }

    [Test]
    public void An_error_of_the_emulation_is_no_lost_work()
    {
        using var m = new Machine();
        EmulatedCuda.Submit(m.Cuda.Stream(0),
            new StreamWork("copy", static () => throw new InvalidOperationException("broken inside")));
        m.Fails(999, "cuCtxSynchronize");
        Assert.That(m.ErrorText(999), Does.Contain("emulated copy").And.Contain("broken inside"));
        m.Fails(999, "cuCtxSynchronize");
    }

    [Test]
    public void Threads_work_side_by_side()
    {
        using var m = new Machine();
        nint f = m.Function(m.Load(SamplePtx.Kernels), "increment");
        float[] results = new float[4];
        Task.WaitAll(Enumerable.Range(0, results.Length).Select(i => Task.Run(() =>
        {
            m.Ok("cuCtxSetCurrent", m.Context);
            nint stream = m.Stream(), x = m.Upload((float)i);
            for (int k = 0; k < 20; k++) Assert.That(m.LaunchOn(f, x, 1, stream), Is.Zero);
            m.Ok("cuStreamSynchronize", stream);
            results[i] = m.Download<float>(x, 1)[0];
            m.Ok("cuMemFree_v2", x);
            m.Ok("cuStreamDestroy_v2", stream);
        })).ToArray());
        Assert.That(results, Is.EqualTo([20f, 21f, 22f, 23f]));
        Assert.That(m.Cuda.Leaks(), Has.Count.EqualTo(2), "the module and the context");
    }

    [Test]
    public void A_full_queue_runs_its_oldest_work()
    {
        using var m = new Machine();
        nint stream = m.Stream(), a = m.Upload(1f);
        float* host = m.Pinned(1);
        m.Ok("cuMemcpyDtoHAsync_v2", (nint)host, a, 4, stream);
        for (int i = 0; i < 1024; i++) m.Ok("cuMemsetD32Async", a, i, 1, stream);
        Assert.That(*host, Is.EqualTo(1f));
    }
}
