using Ssgan.Engine;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Ops;

sealed class Pool2dTests
{
    static readonly (string Name, int[] X, int Kernel, int Stride, int Padding)[] Windows =
    [
        ("2x2", [2, 4, 6, 3], 2, 0, 0),
        ("2x2 of odd sides", [1, 5, 3, 2], 2, 0, 0),
        ("3x3, stride 2, padding 1", [2, 5, 6, 2], 3, 2, 1),
        ("overlapping", [1, 4, 4, 1], 3, 1, 0),
        ("stride over gaps", [1, 7, 5, 2], 2, 3, 0),
        ("1x1", [2, 1, 1, 3], 1, 0, 0),
    ];

    public static OpCase[] Cases { get; } =
    [
        .. Windows.Select(w => new OpCase("Pool2d", $"average, {w.Name}", [w.X],
            t => t[0].AvgPool2d(w.Kernel, w.Stride, w.Padding))),
        new OpCase("Pool2d", "average of pixels alone", [[2, 5, 6, 2]], t => t[0].AvgPool2d(3, 1, 1, countPadding: false)),
        .. Windows.Select(w => new OpCase("Pool2d", $"maximum, {w.Name}", [w.X],
            t => t[0].MaxPool2d(w.Kernel, w.Stride, w.Padding))
            { Fills = [Fill.Distinct] }),
    ];

    /// <summary>Corners hold 4 of 9 pixels, sides 6.</summary>
    [Test]
    public void An_average_of_pixels_alone_leaves_ones_as_they_are([Values] bool countPadding)
    {
        using var device = Device.Cpu(1);
        using var scope = device.Scope();
        float[] means = device.Full(new(1, 3, 3, 1), 1).AvgPool2d(3, 1, 1, countPadding).ToArray(), counted =
            [4 / 9f, 6 / 9f, 4 / 9f, 6 / 9f, 1, 6 / 9f, 4 / 9f, 6 / 9f, 4 / 9f];
        Assert.That(means, Is.EqualTo(countPadding ? counted : Enumerable.Repeat(1f, 9)));
    }

    public static Refusal[] Refusals { get; } =
    [
        new("average of no image", d => d.Of(4, 4, 3).AvgPool2d(), "AvgPool2d", "rank 4"),
        new("average window too large", d => d.Of(1, 2, 4, 3).AvgPool2d(3), "AvgPool2d", "(1, 2, 4, 3)", "window 3"),
        new("average padding", d => d.Of(1, 4, 4, 3).AvgPool2d(2, 0, 2), "AvgPool2d", "padding 2"),
        new("maximum of integers", d => d.Ints(1, 4, 4, 3).MaxPool2d(), "MaxPool2d", "I32"),
        new("maximum kernel", d => d.Of(1, 4, 4, 3).MaxPool2d(0), "MaxPool2d", "kernel 0"),
        new("maximum stride", d => d.Of(1, 4, 4, 3).MaxPool2d(2, -1), "MaxPool2d", "stride -1"),
        new("maximum window too large", d => d.Of(1, 1, 1, 3).MaxPool2d(), "MaxPool2d", "window 2"),
    ];
}
