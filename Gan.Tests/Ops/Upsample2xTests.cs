using Ssgan.Engine.Kernels;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Ops;

sealed class Upsample2xTests
{
    public static OpCase[] Cases { get; } =
    [
        .. from mode in Enum.GetValues<UpsampleMode>()
           from x in new int[][] { [2, 3, 4, 2], [1, 1, 1, 3], [1, 1, 5, 1], [2, 2, 1, 2] }
           select new OpCase("Upsample2x", $"{mode} {new Shape(x)}", [x], t => t[0].Upsample2x(mode)),
        new("Upsample2x", "up and down again", [[1, 3, 3, 2]], t => t[0].Upsample2x().Square().AvgPool2d()),
    ];

    public static Refusal[] Refusals { get; } =
    [
        new("no image", d => d.Of(4, 4, 3).Upsample2x(), "Upsample2x", "rank 4"),
        new("no pixels", d => d.Of(1, 0, 4, 3).Upsample2x(), "Upsample2x", "(1, 0, 4, 3)", "no pixels"),
        new("integers", d => d.Ints(1, 4, 4, 3).Upsample2x(), "Upsample2x", "I32"),
    ];
}
