using System.Runtime.CompilerServices;
using Ssgan.Engine.Kernels.Cpu.Gemm;

namespace Ssgan.Engine.Kernels.Cpu.Convolution;

/// <summary>
/// How the pixels of a grid (rows of a product) read some channels of the pixels of an image (N, H, W, …) through each tap of a
/// kernel: those of a group, which begin at <paramref name="image"/>, in pixels that lie <paramref name="pixel"/> floats apart.
/// Forward: the grid is the output and reads at g·stride − padding + tap·dilation. Transposed: the grid is the input of the
/// forward convolution, the image the gradient of its output, read at (g + padding − tap·dilation) / stride where that is whole.
/// </summary>
readonly unsafe struct ConvGeometry(float* image, int h, int w, int channels, int pixel, int gridH, int gridW, int kernelW,
    ConvSpec spec, bool transposed)
{
    public int Channels => channels;
    public int KernelW => kernelW;

    /// <summary>Columns of the grid from a position to the end of its row.</summary>
    public int ToRowEnd(in GridPixel p) => gridW - p.X;

    /// <summary>The grid position of a row of the product.</summary>
    public GridPixel Pixel(int row) => new(row / gridW / gridH, row / gridW % gridH, row % gridW);

    /// <summary>The next grid position.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Advance(ref GridPixel p) => Skip(ref p, 1);

    /// <summary>The position so many columns on, at most to the end of the row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Skip(ref GridPixel p, int columns)
    {
        if ((p.X += columns) < gridW) return;
        p.X = 0;
        if (++p.Y < gridH) return;
        p.Y = 0;
        p.N++;
    }

    /// <summary>The channels that a grid position reads through a tap, or null outside the image.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public float* Read(in GridPixel p, int tapY, int tapX)
    {
        int y, x;
        if (!transposed)
        {
            y = p.Y * spec.StrideH - spec.Top + tapY * spec.DilationH;
            x = p.X * spec.StrideW - spec.Left + tapX * spec.DilationW;
        }
        else
        {
            y = p.Y + spec.Top - tapY * spec.DilationH;
            x = p.X + spec.Left - tapX * spec.DilationW;
            if (!spec.IsDense)
            {
                if (y % spec.StrideH != 0 || x % spec.StrideW != 0) return null;
                y /= spec.StrideH;
                x /= spec.StrideW;
            }
        }
        return (uint)y < (uint)h && (uint)x < (uint)w ? image + (((long)p.N * h + y) * w + x) * pixel : null;
    }

    /// <summary>
    /// Where a whole row of taps lies side by side in the image: its first value, or null where it does not, or sticks out.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public float* ReadTapRow(in GridPixel p, int tapY)
    {
        if (transposed || pixel != channels || spec.DilationW != 1) return null;
        int y = p.Y * spec.StrideH - spec.Top + tapY * spec.DilationH, x = p.X * spec.StrideW - spec.Left;
        return (uint)y < (uint)h && x >= 0 && x + kernelW <= w ? image + (((long)p.N * h + y) * w + x) * pixel : null;
    }

    /// <summary>
    /// Not transposed: of the <paramref name="run"/> grid positions from p in one row of the grid, those whose read through a
    /// tap is inside the image are [start, end); the first of them reads at the result, the next ones
    /// <see cref="ReadStride"/> further each.
    /// </summary>
    public float* ReadRun(in GridPixel p, int tapY, int tapX, int run, out int start, out int end)
    {
        int y = p.Y * spec.StrideH - spec.Top + tapY * spec.DilationH,
            x = p.X * spec.StrideW - spec.Left + tapX * spec.DilationW;
        start = x >= 0 ? 0 : Math.Min(run, (spec.StrideW - 1 - x) / spec.StrideW);
        end = x >= w ? start : Math.Max(start, Math.Min(run, (w - 1 - x) / spec.StrideW + 1));
        if ((uint)y >= (uint)h) start = end = 0;
        return image + (((long)p.N * h + y) * w + x + (long)start * spec.StrideW) * pixel;
    }

    /// <summary>Floats between the reads of neighbouring grid positions.</summary>
    public nint ReadStride => (nint)spec.StrideW * pixel;

    /// <summary>Splits a tap's number into its row and column in the kernel.</summary>
    public (int Y, int X) Tap(int tap) => (tap / kernelW, tap % kernelW);
}

/// <summary>A pixel of a grid: image, row, column.</summary>
record struct GridPixel(int N, int Y, int X);

/// <summary>
/// The left operand of a convolution: for each pixel of the grid the pixels that it reads; never stored as a matrix.
/// </summary>
readonly unsafe struct ConvRows(ConvGeometry geometry) : IGemmRows
{
    public static bool Interleaved => false;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Load<TKernel>(int first, int count, in KBlock block, float** rows, float* buffer, float* zeros)
        where TKernel : IGemmKernel
    {
        var pixel = geometry.Pixel(first);
        var (tapY, tapX) = geometry.Tap(block.Tap);
        for (int i = 0; i < count; i++)
        {
            if (block.Taps == 1)
            {
                float* p = geometry.Read(pixel, tapY, tapX);
                rows[i] = p != null ? p + block.Channel : zeros;
            }
            else
            {
                rows[i] = buffer + (nint)i * block.Length;
                Gather(pixel, tapY, tapX, block, rows[i]);
            }
            geometry.Advance(ref pixel);
        }
    }

    /// <summary>
    /// Few channels: several taps are copied into one row, whole rows of taps at once where the image has them side by side.
    /// </summary>
    void Gather(in GridPixel pixel, int tapY, int tapX, in KBlock block, float* to)
    {
        int width = geometry.KernelW;
        for (int left = block.Taps; left > 0;)
        {
            if (tapX == 0 && left >= width)
            {
                float* row = geometry.ReadTapRow(pixel, tapY);
                if (row != null)
                {
                    Panel.Copy(row, to, width * block.Channels);
                    to += width * block.Channels;
                    left -= width;
                    tapY++;
                    continue;
                }
            }
            float* p = geometry.Read(pixel, tapY, tapX);
            if (p != null) Panel.Copy(p, to, block.Channels);
            else new Span<float>(to, block.Channels).Clear();
            to += block.Channels;
            left--;
            if (++tapX < width) continue;
            tapX = 0;
            tapY++;
        }
    }
}

/// <summary>
/// The right operand of a filter gradient: k runs over the pixels of the grid, columns over (tap, channel). Each task packs its
/// own panels, for all of them together are the image once per tap.
/// </summary>
readonly unsafe struct ConvPanels(ConvGeometry geometry) : IGemmPanels
{
    public static bool Share => false;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Pack<TKernel>(int first, int count, in KBlock block, float* panel) where TKernel : IGemmKernel
    {
        if (count < TKernel.Columns) new Span<float>(panel, block.Length * TKernel.Columns).Clear();
        int channels = geometry.Channels;
        for (int j = 0; j < count;)
        {
            // A panel may straddle taps: one strip of columns for each.
            int tap = (first + j) / channels, channel = (first + j) % channels, width = Math.Min(count - j, channels - channel);
            if (width == TKernel.Columns) Whole<TKernel>(tap, channel, block, panel);
            else Strip<TKernel>(tap, channel, width, block, panel + j);
            j += width;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void Whole<TKernel>(int tap, int channel, in KBlock block, float* to) where TKernel : IGemmKernel
    {
        var (tapY, tapX) = geometry.Tap(tap);
        var pixel = geometry.Pixel(block.Channel);
        nint stride = geometry.ReadStride;
        for (int left = block.Length; left > 0;)
        {
            int run = Math.Min(left, geometry.ToRowEnd(pixel));
            float* from = geometry.ReadRun(pixel, tapY, tapX, run, out int start, out int end) + channel;
            if (start > 0) new Span<float>(to, start * TKernel.Columns).Clear();
            float* end1 = to + end * TKernel.Columns;
            for (float* t = to + start * TKernel.Columns; t != end1; t += TKernel.Columns, from += stride)
                Panel.Copy<TKernel>(from, t);
            if (run > end) new Span<float>(end1, (run - end) * TKernel.Columns).Clear();
            to += run * TKernel.Columns;
            left -= run;
            geometry.Skip(ref pixel, run);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void Strip<TKernel>(int tap, int channel, int width, in KBlock block, float* to) where TKernel : IGemmKernel
    {
        var (tapY, tapX) = geometry.Tap(tap);
        var pixel = geometry.Pixel(block.Channel);
        for (int k = 0; k < block.Length; k++, to += TKernel.Columns)
        {
            float* p = geometry.Read(pixel, tapY, tapX);
            if (p != null)
            {
                for (int i = 0; i < width; i++) to[i] = p[channel + i];
            }
            else
            {
                for (int i = 0; i < width; i++) to[i] = 0;
            }
            geometry.Advance(ref pixel);
        }
    }
}
