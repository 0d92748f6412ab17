using static Ssgan.Tests.Emulator.Machine;

namespace Ssgan.Tests.Emulator;

[TestFixture]
public sealed unsafe class CaptureCallTests
{
    const int Global = 0, ThreadLocal = 1, Relaxed = 2;

    static int Status(Machine m, nint stream)
    {
        int status = -1;
        m.Ok("cuStreamIsCapturing", stream, Out(ref status));
        return status;
    }

    [Test]
    public void Captured_work_does_not_run()
    {
        using var m = new Machine();
        nint stream = m.Stream(), x = m.Upload(1f), graph = 0;
        m.Ok("cuStreamBeginCapture_v2", stream, Global);
        Assert.That(Status(m, stream), Is.EqualTo(1));
        m.Ok("cuMemsetD32Async", x, 0, 1, stream);
        m.Ok("cuStreamEndCapture", stream, Out(ref graph));
        Assert.That(Status(m, stream), Is.Zero);
        m.Ok("cuStreamSynchronize", stream);
        Assert.That(m.Download<float>(x, 1), Is.EqualTo([1f]));
        m.Ok("cuGraphDestroy", graph);
    }

    [TestCase(Global, 900)]
    [TestCase(ThreadLocal, 900)]
    [TestCase(Relaxed, 0)]
    public void Calls_that_may_synchronise_depend_on_the_mode(int mode, int status)
    {
        using var m = new Machine();
        nint stream = m.Stream(), address = 0, graph = 0;
        m.Ok("cuStreamBeginCapture_v2", stream, mode);
        m.Fails(status, "cuMemAlloc_v2", Out(ref address), 4);
        Assert.That(Status(m, stream), Is.EqualTo(status == 0 ? 1 : 2));
        m.Fails(status == 0 ? 0 : 901, "cuStreamEndCapture", stream, Out(ref graph));
        Assert.That(graph != 0, Is.EqualTo(status == 0));
        m.Ok("cuMemAlloc_v2", Out(ref address), 4);
    }

    [TestCase(Global, 0, 900)]
    [TestCase(Global, 1, 0)]
    [TestCase(Global, 2, 0)]
    [TestCase(ThreadLocal, 0, 0)]
    [TestCase(Relaxed, 0, 0)]
    public void Other_threads_are_barred_by_a_global_capture_only(int mode, int threadMode, int status)
    {
        using var m = new Machine();
        nint stream = m.Stream();
        int found = -1, before = threadMode;
        m.Ok("cuStreamBeginCapture_v2", stream, mode);
        var thread = new Thread(() =>
        {
            m.Ok("cuCtxSetCurrent", m.Context);
            m.Ok("cuThreadExchangeStreamCaptureMode", Out(ref before));
            nint address = 0;
            found = m.Call("cuMemAlloc_v2", Out(ref address), 4);
        });
        thread.Start();
        thread.Join();
        Assert.That((found, before), Is.EqualTo((status, 0)));
    }

    [Test]
    public void Waiting_for_a_capturing_stream_invalidates_the_capture()
    {
        using var m = new Machine();
        nint stream = m.Stream(), x = m.Upload(1f), graph = 0;
        foreach (string call in (string[])["cuStreamSynchronize", "cuStreamQuery", "cuCtxSynchronize"])
        {
            m.Ok("cuStreamBeginCapture_v2", stream, Relaxed);
            m.Fails(900, call, stream);
            m.Fails(901, "cuMemsetD32Async", x, 0, 1, stream);
            m.Fails(901, "cuStreamEndCapture", stream, Out(ref graph));
        }
    }

    [Test]
    public void The_default_stream_neither_captures_nor_waits_for_a_capture()
    {
        using var m = new Machine();
        nint stream = m.Stream(0), x = m.Upload(1f), graph = 0;
        m.Fails(900, "cuStreamBeginCapture_v2", 0, Relaxed);
        m.Ok("cuStreamBeginCapture_v2", stream, Relaxed);
        m.Fails(906, "cuMemsetD32Async", x, 0, 1, 0);
        m.Fails(901, "cuStreamEndCapture", stream, Out(ref graph));
        m.Ok("cuStreamBeginCapture_v2", stream, Relaxed);
        m.Fails(906, "cuMemcpyDtoH_v2", Out(ref graph), x, 4);
    }

    [Test]
    public void Begin_and_end_must_match()
    {
        using var m = new Machine();
        nint stream = m.Stream(), graph = 1;
        m.Fails(401, "cuStreamEndCapture", stream, Out(ref graph));
        m.Fails(1, "cuStreamBeginCapture_v2", stream, 3);
        m.Ok("cuStreamBeginCapture_v2", stream, ThreadLocal);
        m.Fails(401, "cuStreamBeginCapture_v2", stream, ThreadLocal);
        m.Fails(1, "cuStreamEndCapture", stream, 0);
        int other = 0;
        var thread = new Thread(() =>
        {
            m.Ok("cuCtxSetCurrent", m.Context);
            nint result = 0;
            other = m.Call("cuStreamEndCapture", stream, Out(ref result));
        });
        thread.Start();
        thread.Join();
        Assert.That(other, Is.EqualTo(908));
        m.Ok("cuStreamEndCapture", stream, Out(ref graph));
    }

    [Test]
    public void A_fork_joins_by_events()
    {
        using var m = new Machine();
        nint main = m.Stream(), side = m.Stream(), fork = m.Event(2), join = m.Event(2),
            x = m.Upload(1f, 1f), graph = 0, exec = 0;
        m.Ok("cuStreamBeginCapture_v2", main, Global);
        m.Ok("cuMemsetD32Async", x, 0, 1, main);
        m.Ok("cuEventRecord", fork, main);
        m.Ok("cuStreamWaitEvent", side, fork, 0);
        Assert.That(Status(m, side), Is.EqualTo(1));
        m.Ok("cuMemcpyDtoDAsync_v2", x + 4, x, 4, side);
        m.Ok("cuEventRecord", join, side);
        m.Ok("cuStreamWaitEvent", main, join, 0);
        m.Ok("cuStreamEndCapture", main, Out(ref graph));
        Assert.That(Status(m, side), Is.Zero);
        m.Ok("cuGraphInstantiateWithFlags", Out(ref exec), graph, 0);
        m.Ok("cuGraphLaunch", exec, main);
        m.Ok("cuStreamSynchronize", main);
        Assert.That(m.Download<float>(x, 2), Is.EqualTo([0f, 0f]));
    }

    [Test]
    public void Unjoined_work_is_noticed()
    {
        using var m = new Machine();
        nint main = m.Stream(), side = m.Stream(), fork = m.Event(2), join = m.Event(2), x = m.Upload(1f, 1f), graph = 0;
        m.Ok("cuStreamBeginCapture_v2", main, Global);
        m.Ok("cuEventRecord", fork, main);
        m.Ok("cuStreamWaitEvent", side, fork, 0);
        m.Ok("cuEventRecord", join, side);
        m.Ok("cuMemsetD32Async", x, 0, 1, side);
        m.Ok("cuStreamWaitEvent", main, join, 0);
        m.Fails(904, "cuStreamEndCapture", main, Out(ref graph));
        Assert.That(graph, Is.EqualTo((nint)0));
        Assert.That(Status(m, side), Is.Zero);
    }

    [Test]
    public void Only_the_first_stream_ends_a_capture()
    {
        using var m = new Machine();
        nint main = m.Stream(), side = m.Stream(), fork = m.Event(2), graph = 0;
        m.Ok("cuStreamBeginCapture_v2", main, Global);
        m.Ok("cuEventRecord", fork, main);
        m.Ok("cuStreamWaitEvent", side, fork, 0);
        m.Fails(903, "cuStreamEndCapture", side, Out(ref graph));
        m.Fails(901, "cuStreamEndCapture", main, Out(ref graph));
    }

    [Test]
    public void Events_do_not_cross_the_border_of_a_capture()
    {
        using var m = new Machine();
        nint stream = m.Stream(), other = m.Stream(), outside = m.Event(2), inside = m.Event(2), graph = 0;
        m.Ok("cuEventRecord", outside, other);
        m.Ok("cuStreamBeginCapture_v2", stream, Global);
        m.Fails(905, "cuStreamWaitEvent", stream, outside, 0);
        m.Fails(901, "cuStreamEndCapture", stream, Out(ref graph));

        m.Ok("cuStreamBeginCapture_v2", stream, Relaxed);
        m.Ok("cuEventRecord", inside, stream);
        m.Fails(907, "cuEventSynchronize", inside);
        m.Fails(901, "cuStreamEndCapture", stream, Out(ref graph));
        m.Fails(907, "cuStreamWaitEvent", other, inside, 0);
        m.Ok("cuEventRecord", inside, other);
        m.Ok("cuEventSynchronize", inside);
    }

    [Test]
    public void Two_captures_do_not_merge()
    {
        using var m = new Machine();
        nint a = m.Stream(), b = m.Stream(), e = m.Event(2), graph = 0;
        m.Ok("cuStreamBeginCapture_v2", a, Relaxed);
        m.Ok("cuStreamBeginCapture_v2", b, Relaxed);
        m.Ok("cuEventRecord", e, a);
        m.Fails(902, "cuStreamWaitEvent", b, e, 0);
        m.Fails(901, "cuStreamEndCapture", a, Out(ref graph));
        m.Fails(901, "cuStreamEndCapture", b, Out(ref graph));
    }

    [Test]
    public void A_copy_of_pageable_memory_is_not_captured()
    {
        using var m = new Machine();
        nint stream = m.Stream(), x = m.Upload(1f), graph = 0;
        float host = 0;
        m.Ok("cuStreamBeginCapture_v2", stream, Relaxed);
        m.Fails(900, "cuMemcpyHtoDAsync_v2", x, Out(ref host), 4, stream);
        m.Fails(901, "cuStreamEndCapture", stream, Out(ref graph));
        m.Ok("cuStreamBeginCapture_v2", stream, Relaxed);
        m.Fails(801, "cuMemAllocAsync", Out(ref x), 4, stream);
        m.Ok("cuStreamEndCapture", stream, Out(ref graph));
    }

    [Test]
    public void Destroying_a_capturing_stream_ends_the_capture()
    {
        using var m = new Machine();
        nint stream = m.Stream(), address = 0;
        m.Ok("cuStreamBeginCapture_v2", stream, Global);
        m.Ok("cuStreamDestroy_v2", stream);
        m.Ok("cuMemAlloc_v2", Out(ref address), 4);
    }
}
