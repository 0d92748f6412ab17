using Ssgan.Engine.Kernels;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Ops;

sealed class ConvTranspose2dTests
{
    public static OpCase[] Cases { get; } =
    [
        new("ConvTranspose2d", "4x4, stride 2, padding 1", [[2, 3, 2, 3], [3, 4, 4, 2], [2]],
            t => t[0].ConvTranspose2d(t[1], t[2], 2, 1)),
        new("ConvTranspose2d", "3x3, stride 2, output padding", [[1, 2, 3, 2], [2, 3, 3, 3]],
            t => t[0].ConvTranspose2d(t[1], null, 2, 1, 1)),
        Transpose("groups", [1, 2, 3, 4], [4, 3, 2, 3], 6, new(1, 0, groups: 2), default),
        Transpose("taps apart, each axis its step", [1, 3, 2, 2], [2, 2, 3, 2], 2,
            new(2, 0, dilation: 2) { StrideW = 3, Top = 1, Right = 2 }, (0, 2)),
    ];

    public static Refusal[] Refusals { get; } =
    [
        new("channels", d => d.Of(1, 4, 4, 3).ConvTranspose2d(d.Of(4, 3, 3, 8)), "ConvTranspose2d", "3 channels", "expects 4"),
        new("no image", d => d.Of(4, 4, 3).ConvTranspose2d(d.Of(3, 3, 3, 8)), "ConvTranspose2d", "x", "rank 4"),
        new("the bias", d => d.Of(1, 4, 4, 3).ConvTranspose2d(d.Of(3, 3, 3, 8), d.Of(3)), "ConvTranspose2d", "bias", "(8)"),
        new("stride 0", d => d.Of(1, 4, 4, 3).ConvTranspose2d(d.Of(3, 3, 3, 8), null, 0), "ConvTranspose2d", "stride 0"),
        new("groups that do not divide", d => d.Of(1, 4, 4, 4).ConvTranspose2d(d.Of(4, 3, 3, 1), null, new ConvSpec(1, 1, 1, 3)),
            "ConvTranspose2d", "3 groups", "4 channels"),
        new("output padding of a stride", d => d.Of(1, 4, 4, 3).ConvTranspose2d(d.Of(3, 3, 3, 8), null, 2, 1, 2),
            "ConvTranspose2d", "output padding (2, 2)", "below the stride (2, 2)"),
        new("nothing left", d => d.Of(1, 1, 9, 3).ConvTranspose2d(d.Of(3, 2, 2, 8), null, 1, 1), "ConvTranspose2d",
            "nothing is left", "(1, 1, 9, 3)"),
    ];

    static OpCase Transpose(string name, int[] x, int[] w, int outputs, ConvSpec spec, (int, int) more) =>
        new("ConvTranspose2d", name, [x, w, [outputs]], t => t[0].ConvTranspose2d(t[1], t[2], spec, more));
}
