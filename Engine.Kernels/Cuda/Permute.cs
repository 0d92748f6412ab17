using System.Runtime.InteropServices;
using Ssgan.Engine.Kernels.Cuda.Launch;

namespace Ssgan.Engine.Kernels.Cuda;

public sealed unsafe partial class CudaBackend
{
    static readonly KernelFamily s_transpose = new("permute", "transpose"), s_permute = new("permute", "permute"),
        s_transposeWide = new("permute", "transpose_wide"), s_permuteWide = new("permute", "permute_wide");

    /// <inheritdoc/>
    public override void Permute(TensorView x, TensorView y, ReadOnlySpan<int> order)
    {
        if (y.Count == 0) return;
        SameType("Permute", x, y);
        Span<long> size = [1, 1, 1, 1, 1, 1, 1, 1], step = [1, 1, 1, 1, 1, 1, 1, 1];
        int groups = AxisGroups.OfPermutation(x.Shape, y.Shape, order, size, step);
        int bytes = x.Type.Size();
        if (step[0] == 1)
        {
            // The innermost run is kept: rows move whole.
            var rows = default(RowAxes);
            long count = size[0];
            for (int g = 1; g < groups; count *= size[g++]) rows.Add(size[g], step[g], count);
            CopyRows(x.Address, y.Address, size[0], rows, bytes);
            return;
        }
        // A launch walks four axes; seldom are there more, and then it is repeated along those.
        long inner = size[0] * size[1] * size[2] * size[3];
        for (long i = 0; i < y.Count / inner; i++)
        {
            long from = AxisGroups.Outer(i, size, step);
            PermuteFour(x.Address + (nint)(from * bytes), y.Address + (nint)(i * inner * bytes), size[..4], step[..4], bytes);
        }
    }

    /// <summary>Axes of y, innermost first: their sizes, and their steps in x.</summary>
    void PermuteFour(nint x, nint y, ReadOnlySpan<long> size, ReadOnlySpan<long> step, int bytes)
    {
        long count = size[0] * size[1] * size[2] * size[3];
        // Otherwise some axis m of y is the one that x keeps together: planes of (m, 0) are turned.
        Span<long> yStep = [1, size[0], size[0] * size[1], size[0] * size[1] * size[2]];
        int m = 1;
        while (m < 4 && (step[m] != 1 || size[m] == 1)) m++;
        const int Narrow = 8;
        // Whether each row of y, and of x, is a whole number of 16 bytes: the other axes' steps are multiples of the
        // innermost's size.
        int width = 16 / bytes;
        bool wideY = y % 16 == 0 && size[0] % width == 0;
        if (m == 4 || size[0] <= Narrow || size[m] <= Narrow)
        {
            var args = new PermuteArgs
            {
                X = x, Y = y, Count = count, Size0 = new(size[0]), Size1 = new(size[1]), Size2 = new(size[2]),
                X0 = step[0], X1 = step[1], X2 = step[2], X3 = step[3],
            };
            Launch(wideY ? s_permuteWide : s_permute, OfSize(bytes), GridStride(wideY ? count / width : count), args);
            return;
        }
        int p = m == 1 ? 2 : 1, q = m == 3 ? 2 : 3;
        bool wide = wideY && x % 16 == 0 && size[m] % width == 0;
        int tile = wide && bytes < 4 ? 64 : 32;
        long across = (size[0] + tile - 1) / tile, perPlane = across * ((size[m] + tile - 1) / tile),
            tiles = perPlane * size[p] * size[q];
        var plane = new TransposeArgs
        {
            X = x, Y = y, Columns = size[0], Rows = size[m], XStep = step[0], YStep = yStep[m],
            Tiles = tiles, PerPlane = new(perPlane), PerRow = new(across), Size = new(size[p]),
            X0 = step[p], X1 = step[q], Y0 = yStep[p], Y1 = yStep[q],
        };
        Launch(wide ? s_transposeWide : s_transpose, OfSize(bytes), GridStride(tiles * 256), plane);
    }

    [StructLayout(LayoutKind.Sequential)]
    struct TransposeArgs
    {
        public nint X, Y;
        public long Columns, Rows, XStep, YStep, Tiles;
        public Divisor PerPlane, PerRow, Size;
        public long X0, X1, Y0, Y1;
    }

    [StructLayout(LayoutKind.Sequential)]
    struct PermuteArgs
    {
        public nint X, Y;
        public long Count;
        public Divisor Size0, Size1, Size2;
        public long X0, X1, X2, X3;
    }
}
