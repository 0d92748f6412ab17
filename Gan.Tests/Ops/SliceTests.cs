using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Ops;

sealed class SliceTests
{
    public static OpCase[] Cases { get; } =
    [
        new("Slice", "rows", [[5, 3]], t => t[0].Slice(0, 1, 3)),
        new("Slice", "the last axis", [[2, 3, 4]], t => t[0].Slice(-1, 3, 1)),
        new("Slice", "a middle axis of rank 4", [[2, 5, 2, 3]], t => t[0].Slice(1, 0, 4)),
        new("Slice", "everything", [[4]], t => t[0].Slice(0, 0, 4)),
        new("Slice", "overlapping pieces", [[6]], t => t[0].Slice(0, 0, 4) * t[0].Slice(0, 2, 4)),
        new("Slice", "concat rows", [[2, 3], [1, 3], [4, 3]], t => Tensor.Concat(t, 0)),
        new("Slice", "concat channels", [[2, 2, 2, 1], [2, 2, 2, 3]], t => Tensor.Concat(t, -1)),
        new("Slice", "concat of one", [[2, 3]], t => Tensor.Concat(t, 1)),
        new("Slice", "concat of a tensor with itself", [[2, 3]], t => Tensor.Concat([t[0], t[0].Square(), t[0]], 0)),
    ];

    public static Refusal[] Refusals { get; } =
    [
        new("slice beyond the end", d => d.Of(4, 2).Slice(0, 2, 3), "Slice", "[2, 5)", "(4, 2)"),
        new("slice before the start", d => d.Of(4).Slice(0, -1, 2), "Slice", "[-1, 1)"),
        new("slice of negative length", d => d.Of(4).Slice(0, 1, -1), "Slice"),
        new("slice along no such axis", d => d.Of(4, 2).Slice(2, 0, 1), "Slice", "2", "(4, 2)"),
        new("slice of a scalar", d => d.Of().Slice(0, 0, 1), "Slice", "()"),
        new("concat of nothing", _ => Tensor.Concat([], 0), "Concat", "no tensors"),
        new("concat of other widths", d => Tensor.Concat([d.Of(2, 3), d.Of(2, 4)], 0), "Concat", "(2, 3)", "(2, 4)"),
        new("concat of ranks", d => Tensor.Concat([d.Of(2, 3), d.Of(3)], 0), "Concat", "(3)"),
        new("concat of types", d => Tensor.Concat([d.Of(2), d.Ints(2)], 0), "Concat", "I32"),
        new("concat along no such axis", d => Tensor.Concat([d.Of(2)], 1), "Concat", "1", "(2)"),
    ];

    [Test]
    public void Pieces_and_joins_hold_the_right_values()
    {
        using var device = Device.Cpu(1);
        using var scope = device.Scope();
        float[] x = Make.Numbers(24, 3);
        var t = device.Values([2, 4, 3], x);
        var piece = t.Slice(1, 1, 2);
        Assert.That(piece.Shape, Is.EqualTo(new Shape(2, 2, 3)));
        Near.All(piece.ToArray(), [.. Enumerable.Range(0, 12).Select(i => (double)x[i / 6 * 12 + 3 + i % 6])]);
        Near.All(Tensor.Concat([t.Slice(1, 0, 1), piece, t.Slice(1, 3, 1)], 1).ToArray(), [.. x.Select(v => (double)v)], 0);
        Near.All(Tensor.Concat([t, t], 0).ToArray(), [.. x.Concat(x).Select(v => (double)v)], 0);
        Assert.That(t.Slice(1, 4, 0).Shape, Is.EqualTo(new Shape(2, 0, 3)));
    }

    [Test]
    public void Any_type_can_be_cut_and_joined()
    {
        using var device = Device.Cpu(1);
        using var scope = device.Scope();
        var bytes = device.From([1, 2, 3, 4, 5, 6], new Shape(3, 2)).Cast(DType.U8);
        Assert.That(Tensor.Concat([bytes.Slice(0, 2, 1), bytes.Slice(0, 0, 1)], 0).ToArray<byte>(),
            Is.EqualTo(new byte[] { 5, 6, 1, 2 }));
    }
}
