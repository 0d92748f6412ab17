using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Ops;

sealed class Rotate90Tests
{
    public static OpCase[] Cases { get; } =
    [
        new("Rotate90", "every turn", [[4, 3, 3, 2]], t => t[0].Rotate90(Turns(t[0], 0, 1, 2, 3))),
        new("Rotate90", "turns modulo 4", [[3, 4, 4, 1]], t => t[0].Rotate90(Turns(t[0], -1, 5, 6))),
        new("Rotate90", "one pixel", [[2, 1, 1, 3]], t => t[0].Rotate90(Turns(t[0], 3, 2))),
    ];

    public static Refusal[] Refusals { get; } =
    [
        new("images that are not square", d => d.Of(1, 3, 4, 2).Rotate90(d.Ints(1)), "Rotate90", "(1, 3, 4, 2)", "not square"),
        new("no images", d => d.Of(3, 3).Rotate90(d.Ints(3)), "Rotate90", "rank 4"),
        new("turns of another count", d => d.Of(2, 3, 3, 2).Rotate90(d.Ints(3)), "Rotate90", "turns", "(2)"),
        new("float turns", d => d.Of(2, 3, 3, 2).Rotate90(d.Of(2)), "Rotate90", "I32 is needed"),
        new("integer images", d => d.Ints(2, 3, 3, 2).Rotate90(d.Ints(2)), "Rotate90", "F32 is needed"),
    ];

    static Tensor Turns(Tensor on, params int[] turns) => on.Device.From(turns, new Shape(turns.Length));
}
