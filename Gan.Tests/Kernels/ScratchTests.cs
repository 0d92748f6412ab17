using Ssgan.Engine.Kernels.Cpu.Threading;

namespace Ssgan.Tests.Kernels;

sealed unsafe class ScratchTests
{
    [Test]
    public void Shared_buffer_grows_and_is_reused()
    {
        using var scratch = new Scratch(2, 100);
        Assert.That(scratch.Bytes, Is.Zero);
        float* first = scratch.Shared(1000);
        Assert.That((long)first % 64, Is.Zero);
        Assert.That((nint)scratch.Shared(10), Is.EqualTo((nint)first));
        Assert.That(scratch.Bytes, Is.EqualTo(4000));
        scratch.Shared(2000)[1999] = 1;
        Assert.That(scratch.Bytes, Is.EqualTo(8000));
    }

    [Test]
    public void Each_taker_has_a_buffer_of_its_own()
    {
        using var scratch = new Scratch(2, 100);
        var slots = scratch.Slots();
        float* a = slots.Take(out int i), b = slots.Take(out int j);
        Assert.That(((nint)a, i), Is.Not.EqualTo(((nint)b, j)));
        Assert.That(Math.Abs(a - b), Is.GreaterThanOrEqualTo(100));
        slots.Return(j, b);
        Assert.That((nint)slots.Take(out int again), Is.EqualTo((nint)b));
        Assert.That(again, Is.EqualTo(j));
        slots.Return(i, a);
        slots.Return(j, b);
        scratch.Slots();
        Assert.That(scratch.Bytes, Is.EqualTo(800), "a second call makes no more buffers");
    }

    [Test]
    public void Dispose_frees_all_and_twice_is_harmless()
    {
        var scratch = new Scratch(3, 50);
        scratch.Shared(70);
        scratch.Slots();
        Assert.That(scratch.Bytes, Is.EqualTo((70 + 150) * 4));
        scratch.Dispose();
        Assert.That(scratch.Bytes, Is.Zero);
        scratch.Dispose();
    }
}
