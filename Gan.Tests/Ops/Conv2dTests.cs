using Ssgan.Engine.Kernels;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Ops;

sealed class Conv2dTests
{
    public static OpCase[] Cases { get; } =
    [
        Conv("3x3, padding 1", [2, 4, 5, 3], [4, 3, 3, 3], 1, 1),
        Conv("1x1", [2, 3, 3, 5], [2, 1, 1, 5], 1, 0),
        Conv("4x4, stride 2, padding 1", [1, 6, 6, 2], [3, 4, 4, 2], 2, 1),
        Conv("3x3, stride 2: the last row and column are unread", [2, 6, 4, 2], [2, 3, 3, 2], 2, 0),
        Conv("stride 3 skips pixels under a 2x2 filter", [1, 8, 5, 1], [2, 2, 2, 1], 3, 0),
        Conv("a flat filter", [2, 3, 6, 2], [3, 1, 4, 2], 1, 0),
        Conv("a filter as large as the image", [2, 3, 4, 2], [5, 3, 4, 2], 1, 0),
        Conv("padding beyond the filter", [1, 2, 2, 1], [1, 2, 2, 1], 1, 2),
        Conv("groups", [2, 4, 3, 6], [4, 3, 3, 3], new(1, 1, groups: 2)),
        Conv("depthwise, 4x4 valid", [2, 4, 4, 3], [3, 4, 4, 1], new(1, 0, groups: 3)),
        Conv("taps apart", [1, 6, 5, 2], [3, 3, 2, 2], new(1, 1, dilation: 2)),
        Conv("each axis its step, each side its padding", [1, 5, 7, 2], [3, 2, 3, 2],
            new(2, 0) { StrideW = 3, Top = 1, Left = 2, Right = 1 }),
        Conv("groups, taps apart, steps", [1, 6, 7, 4], [6, 2, 3, 2], new(1, 1, 1, 2) { StrideH = 2, DilationW = 2, Bottom = 0 }),
        Conv("one pixel, one channel", [1, 1, 1, 1], [1, 1, 1, 1], 1, 0),
        new("Conv2d", "ReLU behind it", [[2, 4, 5, 3], [4, 3, 3, 3], [4]],
            t => t[0].Conv2d(t[1], t[2], 1, 1, relu: true)) { Step = 1e-3f },
        new("Conv2d", "ReLU without bias", [[1, 3, 3, 2], [3, 1, 1, 2]], t => t[0].Conv2d(t[1], relu: true)) { Step = 1e-3f },
        new("Conv2d", "without bias", [[2, 4, 4, 2], [3, 3, 3, 2]], t => t[0].Conv2d(t[1], null, 2, 1)),
        new("Conv2d", "an image under itself as the filter", [[2, 2, 2, 3]],
            t => t[0].Conv2d(t[0], null, 1, 1)) { Tolerance = 5e-3 },
    ];

    public static Refusal[] Refusals { get; } =
    [
        new("channels", d => d.Of(1, 4, 4, 3).Conv2d(d.Of(8, 3, 3, 4)), "Conv2d", "3 channels", "expects 4"),
        new("no image", d => d.Of(4, 4, 3).Conv2d(d.Of(8, 3, 3, 3)), "Conv2d", "x", "rank 4"),
        new("no filter", d => d.Of(1, 4, 4, 3).Conv2d(d.Of(8, 27)), "Conv2d", "w", "rank 4"),
        new("the bias", d => d.Of(1, 4, 4, 3).Conv2d(d.Of(8, 3, 3, 3), d.Of(3)), "Conv2d", "bias", "(8)"),
        new("stride 0", d => d.Of(1, 4, 4, 3).Conv2d(d.Of(8, 3, 3, 3), null, 0), "Conv2d", "stride 0"),
        new("negative padding", d => d.Of(1, 4, 4, 3).Conv2d(d.Of(8, 3, 3, 3), null, 1, -1), "Conv2d", "padding -1"),
        new("dilation 0", d => d.Of(1, 4, 4, 3).Conv2d(d.Of(8, 3, 3, 3), null, new ConvSpec(1, 1, 0)), "Conv2d", "dilation 0"),
        new("no groups", d => d.Of(1, 4, 4, 3).Conv2d(d.Of(8, 3, 3, 3), null, new ConvSpec(1, 1, 1, 0)), "Conv2d", "groups 0"),
        new("one side's padding", d => d.Of(1, 4, 4, 3).Conv2d(d.Of(8, 3, 3, 3), null, new ConvSpec(1, 1) { Right = -2 }),
            "Conv2d", "padding -2"),
        new("groups that do not divide", d => d.Of(1, 4, 4, 4).Conv2d(d.Of(8, 3, 3, 1), null, new ConvSpec(1, 1, 1, 3)), "Conv2d",
            "3 groups", "4 channels", "8 filters"),
        new("channels of a group", d => d.Of(1, 4, 4, 4).Conv2d(d.Of(8, 3, 3, 4), null, new ConvSpec(1, 1, 1, 2)), "Conv2d",
            "4 channels", "expects 4 in each of 2 groups"),
        new("a filter too large with its taps apart",
            d => d.Of(1, 4, 9, 3).Conv2d(d.Of(8, 3, 3, 3), null, new ConvSpec(1, 0, 2)), "Conv2d", "(1, 4, 9, 3)", "dilation 2"),
        new("a filter too large", d => d.Of(1, 2, 9, 3).Conv2d(d.Of(8, 3, 3, 3)), "Conv2d", "(1, 2, 9, 3)",
            "smaller than the filter"),
        new("integers", d => d.Ints(1, 4, 4, 3).Conv2d(d.Of(8, 3, 3, 3)), "Conv2d", "I32"),
    ];

    static OpCase Conv(string name, int[] x, int[] w, int stride, int padding) =>
        new("Conv2d", name, [x, w, [w[0]]], t => t[0].Conv2d(t[1], t[2], stride, padding));

    static OpCase Conv(string name, int[] x, int[] w, ConvSpec spec) =>
        new("Conv2d", name, [x, w, [w[0]]], t => t[0].Conv2d(t[1], t[2], spec));
}
