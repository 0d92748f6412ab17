using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Ops;

sealed class Downsample2xTests
{
    public static OpCase[] Cases { get; } =
    [
        new("Downsample2x", "images", [[2, 4, 6, 3]], t => t[0].Downsample2x()),
        new("Downsample2x", "one pixel", [[1, 2, 2, 1]], t => t[0].Downsample2x()),
    ];

    public static Refusal[] Refusals { get; } =
    [
        new("downsample rank 3", d => d.Of(4, 4, 2).Downsample2x(), "Downsample2x", "rank 3"),
        new("downsample an odd height", d => d.Of(1, 3, 4, 2).Downsample2x(), "Downsample2x", "(1, 3, 4, 2)", "halved"),
        new("downsample nothing", d => d.Of(1, 4, 0, 2).Downsample2x(), "Downsample2x", "halved"),
        new("downsample integers", d => d.Ints(1, 2, 2, 1).Downsample2x(), "Downsample2x", "I32"),
    ];

    [Test]
    public void It_keeps_a_constant_inside_and_loses_an_eighth_at_each_border()
    {
        using var device = Device.Cpu(1);
        using var scope = device.Scope();
        float[] y = device.Full(new Shape(1, 6, 6, 1), 64).Downsample2x().ToArray();
        Near.All(y, [49, 56, 49, 56, 64, 56, 49, 56, 49], 0);
    }
}
