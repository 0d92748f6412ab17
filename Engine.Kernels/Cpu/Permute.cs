using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Ssgan.Engine.Kernels.Cpu.Threading;

namespace Ssgan.Engine.Kernels.Cpu;

public sealed unsafe partial class CpuBackend
{
    /// <inheritdoc/>
    public override void Permute(TensorView x, TensorView y, ReadOnlySpan<int> order)
    {
        if (y.Count == 0) return;
        Span<long> size = [1, 1, 1, 1, 1, 1, 1, 1], step = [1, 1, 1, 1, 1, 1, 1, 1];
        int groups = AxisGroups.OfPermutation(x.Shape, y.Shape, order, size, step);
        int bytes = x.Type.Size();
        if (step[0] == 1)
        {
            // The innermost run is kept: rows move whole.
            var rows = default(RowAxes);
            long count = size[0];
            for (int g = 1; g < groups; count *= size[g++]) rows.Add(size[g], step[g], count);
            var copy = new CopyRange(x.U8, y.U8, rows, size[0], bytes);
            _workers.For(copy.Blocks, Grain, copy);
            return;
        }
        // Otherwise some axis m of y is the one that x keeps together: transpose tiles of (m, 0), over all other axes.
        int m = 1;
        while (step[m] != 1 || size[m] == 1) m++;
        var others = default(RowAxes);
        long yStep = size[0], mStep = 0;
        for (int g = 1; g < groups; yStep *= size[g++])
        {
            if (g == m) mStep = yStep;
            else others.Add(size[g], step[g], yStep);
        }
        var plane = new Plane(size[0], size[m], step[0], mStep);
        switch (bytes)
        {
            case 1: Transpose((byte*)x.Address, (byte*)y.Address, plane, others); break;
            case 2: Transpose((ushort*)x.Address, (ushort*)y.Address, plane, others); break;
            case 4: Transpose(x.F32, y.F32, plane, others); break;
            default: Transpose((double*)x.Address, (double*)y.Address, plane, others); break;
        }
    }

    void Transpose<T>(T* x, T* y, Plane plane, RowAxes planes) where T : unmanaged
    {
        var body = new TransposeRange<T>(x, y, plane, planes);
        _workers.For(body.Blocks, Grain, body);
    }

    /// <summary>y[r·yStep + c] = x[r + c·xStep] for r in [0, rows), c in [0, columns).</summary>
    readonly record struct Plane(long Columns, long Rows, long XStep, long YStep);

    /// <summary>
    /// Transposes planes tile by tile: a tile's lines of x and y stay in the first-level cache while it is turned.
    /// </summary>
    readonly struct TransposeRange<T>(T* x, T* y, Plane plane, RowAxes planes)
        : IParallelBody where T : unmanaged
    {
        // A narrow side is taken whole, with as much of the other as the first-level cache holds.
        const int Tile = 64, Area = Tile * Tile / 2;
        readonly long _tileRows = plane.Columns < Tile ? Math.Min(plane.Rows, Area / plane.Columns) : Math.Min(plane.Rows, Tile);
        readonly long _tileColumns = plane.Rows < Tile ? Math.Min(plane.Columns, Area / plane.Rows)
            : Math.Min(plane.Columns, Tile);

        long TilesDown => (plane.Rows + _tileRows - 1) / _tileRows;
        long TilesAcross => (plane.Columns + _tileColumns - 1) / _tileColumns;
        long TilesPerBlock => Math.Max(1, BlockElements / (_tileRows * _tileColumns));

        public int Blocks => checked((int)((planes.Rows * TilesDown * TilesAcross + TilesPerBlock - 1) / TilesPerBlock));

        public void Invoke(int start, int end)
        {
            long across = TilesAcross, perPlane = TilesDown * across,
                last = Math.Min(end * TilesPerBlock, planes.Rows * perPlane);
            for (long tile = start * TilesPerBlock; tile < last; tile++)
            {
                long i = Math.DivRem(tile, perPlane, out long inPlane);
                long r = Math.DivRem(inPlane, across, out long c);
                r *= _tileRows;
                c *= _tileColumns;
                var (fromX, fromY) = planes.Offset(i);
                Turn(x + fromX + r + c * plane.XStep, y + fromY + r * plane.YStep + c,
                    Math.Min(_tileRows, plane.Rows - r), Math.Min(_tileColumns, plane.Columns - c));
            }
        }

        void Turn(T* from, T* to, long rows, long columns)
        {
            long blockRows = 0, blockColumns = 0;
            if (sizeof(T) == sizeof(float) && Avx.IsSupported)
            {
                blockRows = rows & ~7;
                blockColumns = columns & ~7;
                TurnBlocks((float*)from, (float*)to, blockRows, blockColumns);
            }
            Copy(from + blockColumns * plane.XStep, to + blockColumns, blockRows, columns - blockColumns);
            Copy(from + blockRows, to + blockRows * plane.YStep, rows - blockRows, columns);
        }

        /// <summary>
        /// Whole 8×8 blocks, in groups of 2×2: lines of x are used up while 16 of them are in the cache, and lines of y are
        /// completed 8 at a time. More would evict each other, because steps are often large powers of two.
        /// </summary>
        void TurnBlocks(float* from, float* to, long rows, long columns)
        {
            long xs = plane.XStep, ys = plane.YStep;
            for (long r = 0; r < rows; r += 16)
            {
                for (long c = 0; c < columns; c += 16)
                {
                    for (long i = r; i < Math.Min(r + 16, rows); i += 8)
                    {
                        Turn8(from + i + c * xs, xs, to + i * ys + c, ys);
                        if (c + 8 < columns) Turn8(from + i + (c + 8) * xs, xs, to + i * ys + c + 8, ys);
                    }
                }
            }
        }

        /// <summary>
        /// Element by element, in y's order: lines that are written in one go cost less than lines that are read so.
        /// </summary>
        void Copy(T* from, T* to, long rows, long columns)
        {
            long xs = plane.XStep, ys = plane.YStep;
            for (long r = 0; r < rows; r++)
            {
                T* x = from + r, y = to + r * ys;
                for (long c = 0; c < columns; c++, x += xs, y++) *y = *x;
            }
        }

        /// <summary>An 8×8 block in registers: interleave pairs, then quads, then halves.</summary>
        static void Turn8(float* x, long xs, float* y, long ys)
        {
            Vector256<float> a0 = Avx.LoadVector256(x), a1 = Avx.LoadVector256(x + xs), a2 = Avx.LoadVector256(x + 2 * xs);
            Vector256<float> a3 = Avx.LoadVector256(x + 3 * xs), a4 = Avx.LoadVector256(x + 4 * xs),
                a5 = Avx.LoadVector256(x + 5 * xs);
            Vector256<float> a6 = Avx.LoadVector256(x + 6 * xs), a7 = Avx.LoadVector256(x + 7 * xs);
            Vector256<float> b0 = Avx.UnpackLow(a0, a1), b1 = Avx.UnpackHigh(a0, a1), b2 = Avx.UnpackLow(a2, a3),
                b3 = Avx.UnpackHigh(a2, a3);
            Vector256<float> b4 = Avx.UnpackLow(a4, a5), b5 = Avx.UnpackHigh(a4, a5), b6 = Avx.UnpackLow(a6, a7),
                b7 = Avx.UnpackHigh(a6, a7);
            Vector256<float> c0 = Avx.Shuffle(b0, b2, 0x44), c1 = Avx.Shuffle(b0, b2, 0xEE), c2 = Avx.Shuffle(b1, b3, 0x44);
            Vector256<float> c3 = Avx.Shuffle(b1, b3, 0xEE), c4 = Avx.Shuffle(b4, b6, 0x44), c5 = Avx.Shuffle(b4, b6, 0xEE);
            Vector256<float> c6 = Avx.Shuffle(b5, b7, 0x44), c7 = Avx.Shuffle(b5, b7, 0xEE);
            Avx.Store(y, Avx.Permute2x128(c0, c4, 0x20));
            Avx.Store(y + ys, Avx.Permute2x128(c1, c5, 0x20));
            Avx.Store(y + 2 * ys, Avx.Permute2x128(c2, c6, 0x20));
            Avx.Store(y + 3 * ys, Avx.Permute2x128(c3, c7, 0x20));
            Avx.Store(y + 4 * ys, Avx.Permute2x128(c0, c4, 0x31));
            Avx.Store(y + 5 * ys, Avx.Permute2x128(c1, c5, 0x31));
            Avx.Store(y + 6 * ys, Avx.Permute2x128(c2, c6, 0x31));
            Avx.Store(y + 7 * ys, Avx.Permute2x128(c3, c7, 0x31));
        }
    }
}
