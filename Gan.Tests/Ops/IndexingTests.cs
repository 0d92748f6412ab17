using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Ops;

sealed class IndexingTests
{
    static TensorIndex Rest => TensorIndex.Rest;

    public static OpCase[] Cases { get; } =
    [
        new("Indexing", "positions and ranges", [[3, 4, 5]], t => t[0][^1, 1..3, ..^2]),
        new("Indexing", "a row", [[3, 4]], t => t[0][1]),
        new("Indexing", "the rest and a new axis", [[3, 4, 5]], t => t[0][Rest, TensorIndex.NewAxis, 2]),
        new("Indexing", "the whole", [[3, 4]], t => t[0][..] * t[0]),
    ];

    public static Refusal[] Refusals { get; } =
    [
        new("a position beyond the axis", d => d.Of(2, 3)[0, 3], "Index", "3 leaves axis 1", "(2, 3)"),
        new("a position before the axis", d => d.Of(2, 3)[-3], "Index", "^3 leaves axis 0"),
        new("a range beyond the axis", d => d.Of(2, 3)[Rest, 1..4], "Index", "1..4 leaves axis 1"),
        new("a range from its end to its start", d => d.Of(4)[3..1], "Index", "3..1 leaves axis 0"),
        new("more indices than axes", d => d.Of(2)[0, 0], "Index", "2 indices", "(2)"),
        new("the rest twice", d => d.Of(2, 3)[Rest, Rest], "Index", "twice"),
    ];

    [Test]
    public void Indices_take_what_they_say()
    {
        using var device = Device.Cpu(1);
        using var scope = device.Scope();
        var x = device.From([.. Enumerable.Range(0, 24)], new Shape(2, 3, 4));
        Check(x[1], [3, 4], i => 12 + i);
        Check(x[-1, 0], [4], i => 12 + i);
        Check(x[.., ^1], [2, 4], i => i / 4 * 12 + 8 + i % 4);
        Check(x[Rest, 1..3], [2, 3, 2], i => i / 2 * 4 + 1 + i % 2);
        Check(x[0, Rest, 3], [3], i => 4 * i + 3);
        Check(x[TensorIndex.NewAxis, .., 1..1], [1, 2, 0, 4], i => 0);
        Check(x[0, 1, 2], [], _ => 6);
        Assert.That(x[.., Rest], Is.SameAs(x));

        static void Check(Tensor y, int[] dims, Func<int, int> values)
        {
            Assert.That(y.Shape, Is.EqualTo(new Shape(dims)));
            Assert.That(y.ToArray<int>(), Is.EqualTo(Enumerable.Range(0, (int)y.Count).Select(values)));
        }
    }
}
