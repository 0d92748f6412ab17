using Ssgan.Engine;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Ops;

sealed class ArgSortTests
{
    public static OpCase[] Cases { get; } =
    [
        new("ArgSort", "sorted", [[3, 5]], t => t[0].Sort().Values.Square()) { Fills = [Fill.Distinct] },
        new("ArgSort", "sorted along an inner axis", [[2, 4, 3]], t => t[0].Sort(1, descending: true).Values)
            { Fills = [Fill.Distinct] },
        new("ArgSort", "the largest", [[3, 5]], t => t[0].TopK(2).Values) { Fills = [Fill.Distinct] },
    ];

    public static Refusal[] Refusals { get; } =
    [
        new("sort of a scalar", d => d.Of().Sort().Values, "Sort", "scalar"),
        new("order along no such axis", d => d.Of(2).ArgSort(1), "ArgSort", "axis 1"),
        new("order of integers", d => d.Ints(2).ArgSort(), "ArgSort", "I32"),
        new("more than there are", d => d.Of(2, 3).TopK(4).Values, "TopK", "axis -1", "4"),
        new("fewer than none", d => d.Of(2, 3).TopK(-1).Values, "TopK", "-1"),
    ];

    [Test]
    public void Order_is_stable_and_a_NaN_the_largest()
    {
        using var device = Device.Cpu(1);
        using var scope = device.Scope();
        const float Nan = float.NaN, Inf = float.PositiveInfinity;
        var x = device.Values([8], 2, Nan, -0f, 1, 0, Inf, 2, -Inf);
        Assert.That(x.ArgSort().ToArray<int>(), Is.EqualTo(new[] { 7, 2, 4, 3, 0, 6, 5, 1 }));
        Assert.That(x.ArgSort(descending: true).ToArray<int>(), Is.EqualTo(new[] { 1, 5, 0, 6, 3, 2, 4, 7 }));
        Assert.That(x.TopK(3).Indices.ToArray<int>(), Is.EqualTo(new[] { 1, 5, 0 }));
        Assert.That(x.TopK(3, largest: false).Values.ToArray(), Is.EqualTo(new[] { -Inf, -0f, 0f }));
        Assert.That(float.IsNegative(x.Sort().Values.ToArray()[1]), "A zero keeps its sign.");
        Assert.That(device.Values([2, 2], 4, 1, 3, 2).Sort(0).Values.ToArray(), Is.EqualTo(new[] { 3f, 1, 4, 2 }));
        Assert.That(x.TopK(0).Values.Count, Is.Zero);
    }
}
