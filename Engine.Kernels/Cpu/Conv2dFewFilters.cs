using System.Runtime.CompilerServices;
using Ssgan.Engine.Kernels.Cpu.Convolution;
using Ssgan.Engine.Kernels.Cpu.Gemm;

namespace Ssgan.Engine.Kernels.Cpu;

public sealed unsafe partial class CpuBackend
{
    /// <summary>
    /// Whether a filter gradient gathers the output's gradient and not the input. One of them is copied once per tap; with fewer
    /// filters than channels, as where an image of three channels is made, the gradient is the smaller: 27 floats a pixel, not 9
    /// times the channels. With 12 filters of 64 channels neither wins.
    /// </summary>
    static bool SuitsGatheredGradient(Shape w, in ConvSpec spec)
    {
        const int fewFilters = 4, channelsPerFilter = 4;
        int filters = w[0] / spec.Groups;
        return spec.IsDense && w[1] * w[2] > 1 && filters <= fewFilters && channelsPerFilter * filters <= w[3];
    }
}

/// <summary>
/// The left operand of a filter gradient of few filters: k runs over the pixels of the input, rows over (filter, tap). The value
/// is the gradient of the output pixel that reads the input pixel through that tap, or zero where there is none.
/// <paramref name="geometry"/> reads it with the kernel turned.
/// </summary>
readonly unsafe struct GatheredGradient(ConvGeometry geometry, int taps) : IGemmRows
{
    public static bool Interleaved => true;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Load<TKernel>(int first, int count, in KBlock block, float** rows, float* buffer, float* zeros)
        where TKernel : IGemmKernel
    {
        for (int i = 0; i < count; i += TKernel.Rows)
        {
            float* tile = buffer + i * block.Length;
            if (count - i < TKernel.Rows) new Span<float>(tile, TKernel.Rows * block.Length).Clear();
            for (int r = 0; r < TKernel.Rows; r++)
            {
                rows[i + r] = tile + r;
                if (i + r < count) Gather<TKernel>(first + i + r, block, tile + r);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void Gather<TKernel>(int row, in KBlock block, float* to) where TKernel : IGemmKernel
    {
        int filter = row / taps;
        var (tapY, tapX) = geometry.Tap(taps - 1 - row % taps);
        var pixel = geometry.Pixel(block.Channel);
        nint stride = geometry.ReadStride;
        for (int left = block.Length; left > 0;)
        {
            int run = Math.Min(left, geometry.ToRowEnd(pixel)), k = 0;
            float* from = geometry.ReadRun(pixel, tapY, tapX, run, out int start, out int end) + filter;
            for (; k < start; k++, to += TKernel.Rows) *to = 0;
            for (; k < end; k++, to += TKernel.Rows, from += stride) *to = *from;
            for (; k < run; k++, to += TKernel.Rows) *to = 0;
            left -= run;
            geometry.Skip(ref pixel, run);
        }
    }
}
