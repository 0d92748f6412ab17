using Ssgan.Tests.Support;

namespace Ssgan.Tests.Ops;

sealed class LinearTests
{
    public static OpCase[] Cases { get; } =
    [
        new("Linear", "rows of a batch", [[5, 7], [4, 7], [4]], t => t[0].Linear(t[1], t[2])),
        new("Linear", "one output", [[6, 9], [1, 9], [1]], t => t[0].Linear(t[1], t[2])),
        new("Linear", "one row", [[1, 3], [5, 3], [5]], t => t[0].Linear(t[1], t[2])),
        new("Linear", "rows under themselves as weights", [[3, 4], [3]], t => t[0].Linear(t[0], t[1])),
    ];

    public static Refusal[] Refusals { get; } =
    [
        new("features", d => d.Of(2, 3).Linear(d.Of(4, 5), d.Of(4)), "Linear", "3 features", "expects 5"),
        new("the bias", d => d.Of(2, 3).Linear(d.Of(4, 3), d.Of(3)), "Linear", "bias", "(4)"),
        new("an image", d => d.Of(2, 3, 3, 3).Linear(d.Of(4, 3), d.Of(4)), "Linear", "x", "rank 2"),
        new("a filter", d => d.Of(2, 3).Linear(d.Of(4, 1, 1, 3), d.Of(4)), "Linear", "w", "rank 2"),
        new("integers", d => d.Ints(2, 3).Linear(d.Of(4, 3), d.Of(4)), "Linear", "I32"),
    ];
}
