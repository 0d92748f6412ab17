using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Ops;

sealed class OneHotTests
{
    public static Refusal[] Refusals { get; } =
    [
        new("one-hot of numbers", d => d.Of(3).OneHot(4), "OneHot", "F32", "I32"),
        new("one-hot of rank 8", d => d.Ints(1, 1, 1, 1, 1, 1, 1, 3).OneHot(4), "OneHot", "rank 8"),
        new("one-hot of no classes", d => d.Ints(3).OneHot(0), "OneHot", "0 classes"),
        new("one-hot of too many classes", d => d.Ints(3).OneHot((1 << 24) + 1), "OneHot", "16777217 classes"),
        new("fewer positions than none", d => Tensor.Positions(d, -1), "Positions", "-1"),
    ];

    [Test]
    public void An_index_is_1_in_its_row_and_one_outside_has_no_1()
    {
        using var device = Device.Cpu(1);
        using var scope = device.Scope();
        var y = device.From([2, 0, -1, 3, int.MaxValue, int.MinValue], new Shape(2, 3)).OneHot(3);
        Assert.That(y.Shape, Is.EqualTo(new Shape(2, 3, 3)));
        Assert.That(y.ToArray(), Is.EqualTo(new float[] { 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }));
        Assert.That(device.From([1], new Shape()).OneHot(2).ToArray(), Is.EqualTo(new float[] { 0, 1 }));
        Assert.That(device.Ints(0).OneHot(2).Shape, Is.EqualTo(new Shape(0, 2)));
    }

    [TestCase(1)]
    [TestCase(7)]
    [TestCase(5000)]
    public void Positions_count_from_0(int count)
    {
        using var device = Device.Cpu(2);
        using var scope = device.Scope();
        Assert.That(Tensor.Positions(device, count).ToArray<int>(), Is.EqualTo(Enumerable.Range(0, count)));
    }
}
