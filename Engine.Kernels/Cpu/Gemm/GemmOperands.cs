using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Ssgan.Engine.Kernels.Cpu.Gemm;

/// <summary>The left operand of a product.</summary>
unsafe interface IGemmRows
{
    /// <summary>
    /// Whether the rows of a tile are interleaved: consecutive k of a row lie a tile's rows apart, else side by side.
    /// </summary>
    static abstract bool Interleaved { get; }

    /// <summary>
    /// Sets rows[i] to the values of row <paramref name="first"/> + i at the block's k, for <paramref name="count"/> rows. What
    /// cannot be read in place is copied to <paramref name="buffer"/>; <paramref name="zeros"/> holds a block of zeros.
    /// </summary>
    void Load<TKernel>(int first, int count, in KBlock block, float** rows, float* buffer, float* zeros)
        where TKernel : IGemmKernel;
}

/// <summary>The right operand of a product.</summary>
unsafe interface IGemmPanels
{
    /// <summary>Whether a panel is packed once for all tasks, where the size allows, or by each task for itself.</summary>
    static abstract bool Share { get; }

    /// <summary>
    /// Writes the panel [k, column] of a block, or [column, k] if depth comes first: <paramref name="count"/> columns from
    /// <paramref name="first"/>, zeros up to the kernel's width.
    /// </summary>
    void Pack<TKernel>(int first, int count, in KBlock block, float* panel) where TKernel : IGemmKernel;
}

/// <summary>
/// Rows of a row-major matrix: read in place, or copied next to each other where their distance is such that they would compete
/// for the same few sets of the caches.
/// </summary>
readonly unsafe struct MatrixRows(float* matrix, nint stride) : IGemmRows
{
    const int ConflictBytes = 2048;

    public static bool Interleaved => false;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Load<TKernel>(int first, int count, in KBlock block, float** rows, float* buffer, float* zeros)
        where TKernel : IGemmKernel
    {
        float* p = matrix + first * stride + block.Channel;
        // Not worth it for dot products, which read each row once or twice.
        bool copy = stride * sizeof(float) % ConflictBytes == 0 && !TKernel.DepthFirst;
        for (int i = 0; i < count; i++, p += stride)
        {
            rows[i] = copy ? buffer + (nint)i * block.Length : p;
            if (copy) Panel.Copy(p, rows[i], block.Length);
        }
    }
}

/// <summary>Rows of a transposed matrix, that is columns of a row-major one: copied so that a tile's rows interleave.</summary>
readonly unsafe struct MatrixColumns(float* matrix, nint stride) : IGemmRows
{
    public static bool Interleaved => true;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Load<TKernel>(int first, int count, in KBlock block, float** rows, float* buffer, float* zeros)
        where TKernel : IGemmKernel
    {
        int length = block.Length, tile = 0, size = TKernel.Rows * length;
        float* source = matrix + block.Start * stride + first;
        for (int i = 0; i < count; i += TKernel.Rows)
        {
            for (int r = 0; r < TKernel.Rows; r++) rows[i + r] = buffer + i * length + r;
        }
        // Four tiles at once, to use up most of the cache lines of a row of the matrix before the next.
        for (; tile + 4 * TKernel.Rows <= count; tile += 4 * TKernel.Rows)
        {
            float* to = buffer + tile * length, from = source + tile;
            for (int k = 0; k < length; k++, from += stride, to += TKernel.Rows)
            {
                CopyTile<TKernel>(from, to);
                CopyTile<TKernel>(from + TKernel.Rows, to + size);
                CopyTile<TKernel>(from + 2 * TKernel.Rows, to + 2 * size);
                CopyTile<TKernel>(from + 3 * TKernel.Rows, to + 3 * size);
            }
        }
        for (; tile < count; tile += TKernel.Rows)
        {
            int n = Math.Min(TKernel.Rows, count - tile);
            float* to = buffer + tile * length, from = source + tile;
            if (n == TKernel.Rows)
            {
                for (int k = 0; k < length; k++, from += stride, to += TKernel.Rows) CopyTile<TKernel>(from, to);
            }
            else
            {
                for (int k = 0; k < length; k++, from += stride, to += TKernel.Rows)
                {
                    for (int i = 0; i < TKernel.Rows; i++) to[i] = i < n ? from[i] : 0;
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void CopyTile<TKernel>(float* from, float* to) where TKernel : IGemmKernel
    {
        if (TKernel.Rows == 8) Vector256.Load(from).Store(to);
        else Vector128.Load(from).Store(to);
        if (TKernel.Rows == 6) *(double*)(to + 4) = *(double*)(from + 4);
    }
}

/// <summary>
/// Columns next to each other in memory: element (tap, channel, column) is at tap·tapStride + channel·stride + column.
/// </summary>
readonly unsafe struct RowPanels(float* matrix, nint stride, nint tapStride) : IGemmPanels
{
    public static bool Share => true;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Pack<TKernel>(int first, int count, in KBlock block, float* panel) where TKernel : IGemmKernel
    {
        for (int t = 0; t < block.Taps; t++)
        {
            float* from = matrix + (block.Tap + t) * tapStride + block.Channel * stride + first;
            if (TKernel.DepthFirst)
            {
                for (int k = 0; k < block.Channels; k++, from += stride, panel++)
                {
                    for (int j = 0; j < TKernel.Columns; j++) panel[j * block.Length] = j < count ? from[j] : 0;
                }
            }
            else if (count == TKernel.Columns)
            {
                for (int k = 0; k < block.Channels; k++, from += stride, panel += TKernel.Columns)
                    Panel.Copy<TKernel>(from, panel);
            }
            else
            {
                for (int k = 0; k < block.Channels; k++, from += stride, panel += TKernel.Columns)
                {
                    for (int j = 0; j < TKernel.Columns; j++) panel[j] = j < count ? from[j] : 0;
                }
            }
        }
    }
}

/// <summary>
/// Columns a stride apart, each with its k next to each other: a transposed matrix, or the filters of a forward convolution.
/// </summary>
readonly unsafe struct ColumnPanels(float* matrix, nint stride) : IGemmPanels
{
    public static bool Share => true;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Pack<TKernel>(int first, int count, in KBlock block, float* panel) where TKernel : IGemmKernel
    {
        int length = block.Length, j = 0;
        float* source = matrix + first * stride + block.Start;
        if (TKernel.DepthFirst)
        {
            for (; j < count; j++) Panel.Copy(source + j * stride, panel + j * length, length);
            new Span<float>(panel + j * length, (TKernel.Columns - j) * length).Clear();
            return;
        }
        for (; j + 4 <= count; j += 4)
        {
            float* from = source + j * stride, to = panel + j;
            int k = 0;
            for (; k + 4 <= length; k += 4, to += 4 * TKernel.Columns) Panel.TransposeFour(from + k, stride, to, TKernel.Columns);
            for (; k < length; k++, to += TKernel.Columns)
                (to[0], to[1], to[2], to[3]) = (from[k], from[stride + k], from[2 * stride + k], from[3 * stride + k]);
        }
        for (; j < TKernel.Columns; j++)
        {
            float* from = source + j * stride, to = panel + j;
            if (j < count)
            {
                for (int k = 0; k < length; k++, to += TKernel.Columns) *to = from[k];
            }
            else
            {
                for (int k = 0; k < length; k++, to += TKernel.Columns) *to = 0;
            }
        }
    }
}

static unsafe class Panel
{
    /// <summary>Copies one row of a panel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Copy<TKernel>(float* from, float* to) where TKernel : IGemmKernel
    {
        for (int j = 0; j < TKernel.Columns; j += 8) Vector256.Load(from + j).Store(to + j);
    }

    /// <summary>Copies so many floats.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Copy(float* from, float* to, int count)
    {
        int i = 0;
        for (; i + 8 <= count; i += 8) Vector256.Load(from + i).Store(to + i);
        for (; i < count; i++) to[i] = from[i];
    }

    /// <summary>Writes the transpose of 4 x 4 numbers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void TransposeFour(float* from, nint stride, float* to, nint toStride)
    {
        if (!Sse.IsSupported)
        {
            for (int i = 0; i < 4; i++, to += toStride)
                (to[0], to[1], to[2], to[3]) = (from[i], from[stride + i], from[2 * stride + i], from[3 * stride + i]);
            return;
        }
        Vector128<float> r0 = Vector128.Load(from), r1 = Vector128.Load(from + stride), r2 = Vector128.Load(from + 2 * stride),
            r3 = Vector128.Load(from + 3 * stride);
        Vector128<float> low01 = Sse.UnpackLow(r0, r1), low23 = Sse.UnpackLow(r2, r3);
        Vector128<float> high01 = Sse.UnpackHigh(r0, r1), high23 = Sse.UnpackHigh(r2, r3);
        Sse.MoveLowToHigh(low01, low23).Store(to);
        Sse.MoveHighToLow(low23, low01).Store(to + toStride);
        Sse.MoveLowToHigh(high01, high23).Store(to + 2 * toStride);
        Sse.MoveHighToLow(high23, high01).Store(to + 3 * toStride);
    }
}
