using System.Runtime.InteropServices;

namespace Ssgan.Engine.Kernels.Cuda;

public sealed unsafe partial class CudaBackend
{
    static readonly KernelFamily s_transpose = new("permute", "transpose"), s_permute = new("permute", "permute");

    public override void Permute(View x, View y, ReadOnlySpan<int> order)
    {
        if (y.Count == 0) return;
        SameType("Permute", x, y);
        Span<long> size = [1, 1, 1, 1], step = [1, 1, 1, 1];
        int groups = AxisGroups.OfPermutation(x.Shape, y.Shape, order, size, step);
        int bytes = x.Type.Size();
        if (step[0] == 1)
        {
            // The innermost run is kept: rows move whole.
            var rows = default(RowAxes);
            long count = size[0];
            for (int g = 1; g < groups; g++)
            {
                rows.Add(size[g], step[g], count);
                count *= size[g];
            }
            CopyRows(x.Address, y.Address, size[0], rows, bytes);
            return;
        }
        // Otherwise some axis m of y is the one that x keeps together: planes of (m, 0) are turned.
        Span<long> yStep = [1, size[0], size[0] * size[1], size[0] * size[1] * size[2]];
        int m = 1;
        while (step[m] != 1 || size[m] == 1) m++;
        const int Tile = 32, Narrow = 8;
        if (size[0] <= Narrow || size[m] <= Narrow)
        {
            var args = new PermuteArgs
            {
                X = x.Address, Y = y.Address, Count = y.Count, Size0 = new(size[0]), Size1 = new(size[1]), Size2 = new(size[2]),
                X0 = step[0], X1 = step[1], X2 = step[2], X3 = step[3],
            };
            Launch(s_permute, OfSize(bytes), GridStride(y.Count), args);
            return;
        }
        int p = m == 1 ? 2 : 1, q = m == 3 ? 2 : 3;
        long across = (size[0] + Tile - 1) / Tile, perPlane = across * ((size[m] + Tile - 1) / Tile), tiles = perPlane * size[p] * size[q];
        var plane = new TransposeArgs
        {
            X = x.Address, Y = y.Address, Columns = size[0], Rows = size[m], XStep = step[0], YStep = yStep[m],
            Tiles = tiles, PerPlane = new(perPlane), PerRow = new(across), Size = new(size[p]),
            X0 = step[p], X1 = step[q], Y0 = yStep[p], Y1 = yStep[q],
        };
        Launch(s_transpose, OfSize(bytes), GridStride(tiles * 256), plane);
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
