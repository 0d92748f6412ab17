using System.Runtime.CompilerServices;

namespace Ssgan.Engine.Kernels.Cpu;

/// <summary>
/// How the pixels of a grid (rows of a product) read the pixels of an image (N, H, W, C) through each tap of a kernel. Forward: the grid is the
/// output and reads at g·stride − padding + tap. Transposed: the grid is the input of the forward convolution, the image the
/// gradient of its output, read at (g + padding − tap) / stride where that is whole.
/// </summary>
readonly unsafe struct ConvGeometry(float* image, int h, int w, int c, int gridH, int gridW, int kernelW, ConvSpec spec, bool transposed)
{
    public int Channels => c;

    /// <summary>The grid position of a row of the product.</summary>
    public GridPixel Pixel(int row) => new(row / gridW / gridH, row / gridW % gridH, row % gridW);

    /// <summary>The next grid position.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Advance(ref GridPixel p)
    {
        if (++p.X < gridW) return;
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
            y = p.Y * spec.Stride - spec.Padding + tapY;
            x = p.X * spec.Stride - spec.Padding + tapX;
        }
        else
        {
            y = p.Y + spec.Padding - tapY;
            x = p.X + spec.Padding - tapX;
            if (spec.Stride != 1)
            {
                if (y % spec.Stride != 0 || x % spec.Stride != 0) return null;
                y /= spec.Stride;
                x /= spec.Stride;
            }
        }
        return (uint)y < (uint)h && (uint)x < (uint)w ? image + (((long)p.N * h + y) * w + x) * c : null;
    }

    /// <summary>Splits a tap's number into its row and column in the kernel.</summary>
    public (int Y, int X) Tap(int tap) => (tap / kernelW, tap % kernelW);
}

/// <summary>A pixel of a grid: image, row, column.</summary>
record struct GridPixel(int N, int Y, int X);

/// <summary>The left operand of a convolution: for each pixel of the grid the pixels that it reads; never stored as a matrix.</summary>
readonly unsafe struct ConvRows(ConvGeometry geometry) : IGemmRows
{
    public static int Step<TKernel>() where TKernel : IGemmKernel => 1;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Load<TKernel>(int first, int count, in KBlock block, float** rows, float* buffer, float* zeros) where TKernel : IGemmKernel
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
                // Few channels: several taps are gathered into one row.
                float* to = rows[i] = buffer + (nint)i * block.Length;
                for (int t = 0; t < block.Taps; t++, to += block.Channels)
                {
                    var (y, x) = geometry.Tap(block.Tap + t);
                    float* p = geometry.Read(pixel, y, x);
                    if (p == null) p = zeros;
                    for (int c = 0; c < block.Channels; c++) to[c] = p[c];
                }
            }
            geometry.Advance(ref pixel);
        }
    }
}

/// <summary>
/// The right operand of a filter gradient: k runs over the pixels of the grid, columns over (tap, channel). Each task packs its own panels, for all
/// of them together are the image once per tap.
/// </summary>
readonly unsafe struct ConvPanels(ConvGeometry geometry) : IGemmPanels
{
    public static bool Share => false;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Pack<TKernel>(int first, int count, in KBlock block, float* panel) where TKernel : IGemmKernel
    {
        if (count < TKernel.Columns) new Span<float>(panel, block.Length * TKernel.Columns).Clear();
        int channels = geometry.Channels, j = 0;
        while (j < count)
        {
            // A panel may straddle taps: one run of columns for each.
            int tap = (first + j) / channels, channel = (first + j) % channels, run = Math.Min(count - j, channels - channel);
            var (tapY, tapX) = geometry.Tap(tap);
            var pixel = geometry.Pixel(block.Channel);
            float* to = panel + j;
            for (int k = 0; k < block.Length; k++, to += TKernel.Columns)
            {
                float* p = geometry.Read(pixel, tapY, tapX);
                if (run == TKernel.Columns)
                {
                    if (p != null) Panel.Copy<TKernel>(p + channel, run, to);
                    else new Span<float>(to, TKernel.Columns).Clear();
                }
                else if (p != null)
                {
                    for (int i = 0; i < run; i++) to[i] = p[channel + i];
                }
                else
                {
                    for (int i = 0; i < run; i++) to[i] = 0;
                }
                geometry.Advance(ref pixel);
            }
            j += run;
        }
    }
}
