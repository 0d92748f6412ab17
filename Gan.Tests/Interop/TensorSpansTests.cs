using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Interop;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Interop;

sealed class TensorSpansTests
{
    [Test]
    public void A_span_reads_and_writes_the_tensor_itself()
    {
        using var device = Device.Cpu(1);
        using var scope = device.Scope();
        var x = device.From([1f, 2, 3, 4, 5, 6], new Shape(2, 3));
        var span = x.AsTensorSpan<float>();
        Assert.That(span.Lengths.ToArray(), Is.EqualTo(new nint[] { 2, 3 }));
        Assert.That(span[1, 2], Is.EqualTo(6));
        span[0, 1] = 20;
        Assert.That(x.ToArray(), Is.EqualTo(new float[] { 1, 20, 3, 4, 5, 6 }));
        Assert.That(x.AsReadOnlyTensorSpan<float>()[0, 1], Is.EqualTo(20));
    }

    [Test]
    public void A_write_through_a_span_is_seen_by_backward()
    {
        using var device = Device.Cpu(1);
        using var scope = device.Scope();
        var x = device.Leaf(1, 3);
        var loss = x.Square().Sum();
        _ = x.AsTensorSpan<float>();
        Assert.That(() => loss.Backward(), Throws.InvalidOperationException.With.Message.Contains("overwritten"));
    }

    [Test]
    public void An_array_is_shared_and_unpinned_at_the_end()
    {
        using var device = Device.Cpu(1);
        using var leaks = new NoLeaks(device);
        double[] values = [1, 2, 3, 4];
        using (device.Scope())
        {
            var x = device.Share(values.AsMemory(), new Shape(2, 2));
            Assert.That(x.Type, Is.EqualTo(DType.F64));
            values[3] = 40;
            Assert.That(x.Sum().ToArray<double>(), Is.EqualTo(new[] { 46.0 }));
        }
    }

    [Test]
    public void What_does_not_fit_is_refused()
    {
        using var device = Device.Cpu(1);
        using var scope = device.Scope();
        var x = device.Zeros(new Shape(2));
        Assert.That(() => { _ = x.AsTensorSpan<int>(); }, Throws.ArgumentException.With.Message.Contains("Int32"));
        Assert.That(() => device.Share(new float[3].AsMemory(), new Shape(2)),
            Throws.ArgumentException.With.Message.Contains("3 values"));
        Assert.That(() => device.Share(new short[2].AsMemory(), new Shape(2)),
            Throws.ArgumentException.With.Message.Contains("Int16"));
        x.Dispose();
        Assert.That(() => { _ = x.AsTensorSpan<float>(); }, Throws.InstanceOf<ObjectDisposedException>());
    }
}
