using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Ops;

sealed class GatherRowsTests
{
    public static OpCase[] Cases { get; } =
    [
        new("GatherRows", "repeated rows", [[4, 3]], t => t[0].GatherRows(Indices(t[0], 2, 0, 2, 3, 2))),
        new("GatherRows", "rows of rank 3", [[3, 2, 2]], t => t[0].GatherRows(Indices(t[0], 1, 1))),
        new("GatherRows", "elements", [[5]], t => t[0].GatherRows(Indices(t[0], 4, 0, 0))),
    ];

    public static Refusal[] Refusals { get; } =
    [
        new("float indices", d => d.Of(3, 2).GatherRows(d.Of(2)), "GatherRows", "F32", "I32 is needed"),
        new("indices of rank 2", d => d.Of(3, 2).GatherRows(d.Ints(2, 1)), "GatherRows", "indices", "rank 1"),
        new("rows of a scalar", d => d.Of().GatherRows(d.Ints(1)), "GatherRows", "scalar"),
        new("an index beyond the table", d => d.Of(3, 2).GatherRows(Indices(d.Of(1), 0, 3)), "GatherRows",
            "index 1 is 3", "3 rows"),
        new("a negative index", d => d.Of(3, 2).GatherRows(Indices(d.Of(1), -1)), "GatherRows", "-1"),
    ];

    static Tensor Indices(Tensor on, params int[] values) => on.Device.From(values, new Shape(values.Length));

    [Test]
    public void Rows_are_looked_up_and_their_gradients_added()
    {
        using var device = Device.Cpu(1);
        using var scope = device.Scope();
        var table = device.Values([3, 2], 1, 2, 3, 4, 5, 6);
        table.RequiresGrad = true;
        var y = table.GatherRows(Indices(table, 2, 0, 2));
        Near.All(y.ToArray(), [5, 6, 1, 2, 5, 6]);
        Near.All(Autograd.Grad([y], [table], [device.Values([3, 2], 1, 10, 2, 20, 3, 30)])[0].ToArray(), [2, 20, 0, 0, 4, 40]);
    }

    [Test]
    public void No_indices_give_no_rows_and_a_zero_gradient()
    {
        using var device = Device.Cpu(1);
        using var scope = device.Scope();
        var table = device.Leaf(1, 3, 2);
        var y = table.GatherRows(device.Ints(0));
        Assert.That(y.Shape, Is.EqualTo(new Shape(0, 2)));
        Near.All(Autograd.Grad([y], [table], [device.Of(0, 2)])[0].ToArray(), new double[6]);
    }
}
