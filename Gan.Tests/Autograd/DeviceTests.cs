using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Graphs;

sealed class DeviceTests
{
    [Test]
    public void A_disposed_device_makes_nothing_and_still_takes_tensors_back()
    {
        var device = Device.Cpu(1);
        var x = device.Of(3);
        device.Dispose();
        device.Dispose();
        Assert.That(() => device.Of(1), Throws.InstanceOf<ObjectDisposedException>());
        Assert.That(() => device.Scope(), Throws.InstanceOf<ObjectDisposedException>());
        Assert.That(() => x + x, Throws.InstanceOf<ObjectDisposedException>());
        x.Dispose();
        Assert.That((device.Pool.LiveBlocks, device.Pool.CachedBytes), Is.EqualTo((0, 0L)));
    }

    [Test]
    public void A_device_is_not_disposed_inside_a_step()
    {
        var device = Device.Cpu(1);
        using (device.Scope())
            Assert.That(device.Dispose, Throws.InvalidOperationException.With.Message.Contains("DeviceTests.cs"));
        device.Dispose();
    }

    [Test]
    public void Two_devices_work_side_by_side()
    {
        using var one = Device.Cpu(1);
        using var two = Device.Cpu(2);
        using var first = one.Scope();
        using var second = two.Scope();
        var (x, y) = (one.Leaf(1, 5, 3), two.Leaf(1, 5, 3));
        x.Square().Sum().Backward();
        y.Square().Sum().Backward();
        Assert.That(x.Grad!.ToArray(), Is.EqualTo(y.Grad!.ToArray()));
        using (one.NoGrad()) Assert.That((x.Exp().RequiresGrad, y.Exp().RequiresGrad), Is.EqualTo((false, true)));
    }

    [Test]
    public void Tensors_of_two_devices_do_not_mix()
    {
        using var one = Device.Cpu(1);
        using var two = Device.Cpu(1);
        using var first = one.Scope();
        using var second = two.Scope();
        var x = one.Leaf(1, 1, 4, 4, 2);
        Func<Tensor>[] calls =
        [
            () => x + two.Of(2), () => x.Maximum(two.Of(2)), () => x.Conv2d(two.Of(3, 1, 1, 2)),
            () => x.Conv2d(one.Of(3, 1, 1, 2), two.Of(3)), () => x.Reshape(8, 4).MatMul(two.Of(4, 1)),
            () => Tensor.Concat([x, two.Of(1, 4, 4, 2)], 0),
            () => x.GatherRows(two.Ints(1)), () => x.Rotate90(two.Ints(1)),
            () => x.Reshape(8, 4).SoftmaxCrossEntropy(two.Ints(8)), () => x.BatchNorm(two.Of(2), one.Of(2), one.Of(2), one.Of(2)),
            () => x.BatchNormEval(one.Of(2), one.Of(2), two.Of(2), one.Of(2)),
            () => Tensor.SpectralNorm([new(x, one.Of(1), two.Of(32))], 1)[0], () =>
                Autograd.Grad([x * 2], [x], [two.Of(1, 4, 4, 2)])[0],
        ];
        foreach (var call in calls)
            Assert.That(() => call(), Throws.ArgumentException.With.Message.Contains("different devices of the same name"));
        Assert.That(() => x.CopyFrom(two.Of(1, 4, 4, 2)),
            Throws.ArgumentException.With.Message.Contains("CopyFrom").And.Message.Contains("different devices"));
    }

    [Test]
    public void Values_go_in_and_out_as_they_are_and_misfits_are_refused()
    {
        using var device = Device.Cpu(1);
        using var scope = device.Scope();
        Assert.That(device.From([1, 2, 3], new Shape(3)).ToArray<int>(), Is.EqualTo(new[] { 1, 2, 3 }));
        Assert.That(device.From((ReadOnlySpan<byte>)[7, 255], new Shape(2, 1)).ToArray<byte>(),
            Is.EqualTo(new byte[] { 7, 255 }));
        Assert.That(device.Scalar(2.5f).Item(), Is.EqualTo(2.5f));
        Assert.That(device.Full(new Shape(2), 3.4f, DType.I32).ToArray<int>(), Is.EqualTo(new[] { 3, 3 }));
        float[] some = [9, 9, 9];
        device.From([1f, 2], [2]).CopyTo<float>(some);
        Assert.That(some, Is.EqualTo(new[] { 1f, 2, 9 }));
        Assert.That(() => device.Of(4).CopyTo<float>(some),
            Throws.ArgumentException.With.Message.EqualTo("CopyTo: Full (4) F32 has 4 values, more than the 3 that fit."));
        Assert.That(() => device.Of(1).CopyTo<int>(new int[1]), Throws.InvalidOperationException.With.Message.Contains("CopyTo"));
        Assert.That(() => device.From([1f], new Shape(2)),
            Throws.ArgumentException.With.Message.Contains("From: 1 values").And.Message.Contains("(2)"));
        Assert.That(() => device.Of(2).CopyFrom<float>([1]), Throws.ArgumentException.With.Message.Contains("CopyFrom"));
        Assert.That(() => device.Of(2).CopyFrom(device.Of(1, 2)), Throws.ArgumentException.With.Message.Contains("(1, 2)"));
        Assert.That(() => device.Of(2).ToArray<int>(), Throws.InvalidOperationException.With.Message.Contains("ToArray"));
        Assert.That(() => device.Of(2).ToArray<long>(), Throws.InvalidOperationException.With.Message.Contains("Int64"));
        Assert.That(() => device.Of(2).Item(), Throws.InvalidOperationException.With.Message.Contains("2 elements"));
        Assert.That(device.Of(2).Summary, Is.EqualTo("Full (2) F32 on cpu"));
    }
}
