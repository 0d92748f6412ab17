using System.Numerics;
using System.Runtime.InteropServices;
using Ssgan.Engine.Kernels.Cuda.Launch;

namespace Ssgan.Engine.Kernels.Cuda;

public sealed unsafe partial class CudaBackend
{
    static readonly KernelFamily s_sortTiles = new("arg_sort", "arg_sort_tiles"), s_sortMerge = new("arg_sort", "arg_sort_merge");

    /// <inheritdoc/>
    public override void ArgSort(TensorView x, TensorView order, bool descending)
    {
        const int Tile = 2048;
        if (order.Count == 0) return;
        long columns = x.Shape[-1], rows = x.Count / columns, tiles = (columns + Tile - 1) / Tile;
        int kept = order.Shape[-1], size = (int)Math.Min(Tile, BitOperations.RoundUpToPowerOf2((ulong)columns));
        nint keys = tiles == 1 ? 0 : Scratch(2 * x.Count * sizeof(ulong)), other = keys + (nint)(x.Count * sizeof(ulong));
        var args = new SortTilesArgs
        {
            X = x.Address, Order = order.Address, Keys = keys, Rows = rows, Columns = columns, Kept = kept, Tiles = tiles,
            Size = size, Descending = descending ? 1 : 0,
        };
        Launch(s_sortTiles, x.Type, GridStride((rows * tiles * size + Tile - 1) / Tile * 256), args);
        for (long run = Tile; run < columns; run *= 2)
        {
            Launch(s_sortMerge, DType.U8, GridStride(x.Count), new SortMergeArgs
            {
                From = keys, To = other, Order = order.Address, Count = x.Count, Columns = new(columns), Run = run, Kept = kept,
                Last = 2 * run >= columns ? 1 : 0,
            });
            (keys, other) = (other, keys);
        }
    }

    [StructLayout(LayoutKind.Sequential)]
    struct SortTilesArgs
    {
        public nint X, Order, Keys;
        public long Rows, Columns, Kept, Tiles;
        public int Size, Descending;
    }

    [StructLayout(LayoutKind.Sequential)]
    struct SortMergeArgs
    {
        public nint From, To, Order;
        public long Count;
        public Divisor Columns;
        public long Run, Kept;
        public int Last;
    }
}
