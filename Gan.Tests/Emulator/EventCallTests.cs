using static Ssgan.Tests.Emulator.Machine;

namespace Ssgan.Tests.Emulator;

[TestFixture]
public sealed unsafe class EventCallTests
{
    [Test]
    public void A_wait_orders_two_streams()
    {
        using var m = new Machine();
        nint first = m.Stream(), second = m.Stream(), e = m.Event(2), a = m.Upload(1f), with = m.Alloc(4), without = m.Alloc(4);
        m.Ok("cuMemsetD32Async", a, 0, 1, first);
        m.Ok("cuEventRecord", e, first);
        m.Ok("cuMemcpyDtoDAsync_v2", without, a, 4, second);
        m.Ok("cuStreamWaitEvent", second, e, 0);
        m.Ok("cuMemcpyDtoDAsync_v2", with, a, 4, second);
        m.Ok("cuStreamSynchronize", second);
        Assert.That(m.Download<float>(without, 1), Is.EqualTo([1f]));
        Assert.That(m.Download<float>(with, 1), Is.EqualTo([0f]));
    }

    [Test]
    public void A_wait_is_for_the_record_before_it()
    {
        using var m = new Machine();
        nint first = m.Stream(), second = m.Stream(), e = m.Event(), a = m.Alloc(4), seen = m.Alloc(4);
        m.Ok("cuMemsetD32Async", a, 1, 1, first);
        m.Ok("cuEventRecord", e, first);
        m.Ok("cuStreamWaitEvent", second, e, 0);
        m.Ok("cuMemsetD32Async", a, 2, 1, first);
        m.Ok("cuEventRecord", e, first);
        m.Ok("cuMemcpyDtoDAsync_v2", seen, a, 4, second);
        m.Ok("cuStreamSynchronize", second);
        Assert.That(m.Download<int>(seen, 1), Is.EqualTo([1]));
        m.Ok("cuEventSynchronize", e);
        Assert.That(m.Download<int>(a, 1), Is.EqualTo([2]));
    }

    [Test]
    public void An_event_that_was_never_recorded_holds_nobody()
    {
        using var m = new Machine();
        nint stream = m.Stream(), e = m.Event();
        m.Ok("cuStreamWaitEvent", stream, e, 0);
        m.Ok("cuEventSynchronize", e);
        m.Ok("cuEventQuery", e);
    }

    [Test]
    public void Queries_end_and_time_passes()
    {
        using var m = new Machine();
        nint stream = m.Stream(), start = m.Event(), end = m.Event(), silent = m.Event(2), a = m.Alloc(4);
        float time = -1;
        m.Fails(400, "cuEventElapsedTime", Out(ref time), start, end);
        m.Ok("cuEventRecord", start, stream);
        m.Ok("cuMemsetD32Async", a, 1, 1, stream);
        m.Ok("cuEventRecord", end, stream);
        m.Ok("cuEventRecord", silent, stream);
        m.Fails(600, "cuEventElapsedTime_v2", Out(ref time), start, end);
        m.Fails(600, "cuEventQuery", end);
        m.Fails(600, "cuEventQuery", end);
        m.Ok("cuEventQuery", end);
        m.Ok("cuEventElapsedTime", Out(ref time), start, end);
        Assert.That(time, Is.GreaterThanOrEqualTo(0f));
        m.Fails(400, "cuEventElapsedTime", Out(ref time), start, silent);
        m.Fails(1, "cuEventElapsedTime", 0, start, end);
    }

    [Test]
    public void A_destroyed_event_is_an_invalid_handle()
    {
        using var m = new Machine();
        nint e = m.Event();
        m.Ok("cuEventDestroy_v2", e);
        m.Fails(400, "cuEventDestroy_v2", e);
        m.Fails(400, "cuEventRecord", e, 0);
        m.Fails(400, "cuStreamWaitEvent", 0, e, 0);
        m.Fails(400, "cuEventQuery", e);
    }
}
