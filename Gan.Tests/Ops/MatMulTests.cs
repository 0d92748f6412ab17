using Ssgan.Tests.Support;

namespace Ssgan.Tests.Ops;

sealed class MatMulTests
{
    public static OpCase[] Cases { get; } =
    [
        .. from a in new[] { false, true } from b in new[] { false, true } from batch in new[] { 0, 2 }
            select Product(a, b, batch),
        new("MatMul", "a row by a column", [[1, 7], [7, 1]], t => t[0].MatMul(t[1])),
        new("MatMul", "a column by a row", [[5, 1], [1, 3]], t => t[0].MatMul(t[1])),
        new("MatMul", "a matrix with itself, transposed", [[4, 3]], t => t[0].MatMul(t[0], false, true)),
    ];

    public static Refusal[] Refusals { get; } =
    [
        new("inner dimensions", d => d.Of(2, 3).MatMul(d.Of(2, 3)), "MatMul", "3 columns", "2 rows"),
        new("inner dimensions, transposed", d => d.Of(2, 3).MatMul(d.Of(4, 5), transposeB: true), "MatMul", "(4, 5) transposed"),
        new("rank 1", d => d.Of(3).MatMul(d.Of(3)), "MatMul", "rank 2"),
        new("mixed ranks", d => d.Of(2, 3, 4).MatMul(d.Of(4, 5)), "MatMul", "(2, 3, 4)", "(4, 5)"),
        new("batches", d => d.Of(2, 3, 4).MatMul(d.Of(3, 4, 5)), "MatMul", "batches"),
        new("integers", d => d.Ints(2, 2).MatMul(d.Of(2, 2)), "MatMul", "I32"),
    ];

    static OpCase Product(bool transposeA, bool transposeB, int batch)
    {
        int[] a = transposeA ? [5, 3] : [3, 5], b = transposeB ? [4, 5] : [5, 4];
        if (batch > 0) (a, b) = ([batch, .. a], [batch, .. b]);
        string name = $"{(batch > 0 ? "batched " : "")}A{(transposeA ? "ᵀ" : "")}·B{(transposeB ? "ᵀ" : "")}";
        return new("MatMul", name, [a, b], t => t[0].MatMul(t[1], transposeA, transposeB));
    }
}
