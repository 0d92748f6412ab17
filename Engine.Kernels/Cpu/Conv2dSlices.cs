using Ssgan.Engine.Kernels.Cpu.Gemm;
using Ssgan.Engine.Kernels.Cpu.Threading;

namespace Ssgan.Engine.Kernels.Cpu;

public sealed unsafe partial class CpuBackend
{
    /// <summary>
    /// dw (m, n) = rows (m, pixels) · panels (pixels, n). With few results, such as those of images of three channels, there is
    /// nothing but the pixels to share among threads: they are summed in slices. How many depends on sizes alone, hence so do the
    /// rounding errors.
    /// </summary>
    void SumPixels<TRows, TPanels>(in TRows rows, in TPanels panels, float* dw, int m, int n, int pixels)
        where TRows : unmanaged, IGemmRows
        where TPanels : unmanaged, IGemmPanels
    {
        const int fewResults = 8192, slicePixels = 1024, most = 32;
        int slices = (long)m * n <= fewResults ? Math.Min(pixels / slicePixels, most) : 1;
        if (slices <= 1)
        {
            Multiply(rows, panels, new GemmOutput(dw, n, null, accumulate: false), m, n, 1, pixels);
            return;
        }
        switch (_simd)
        {
            case SimdPath.Vector512: SumSlices<GemmKernel512, TRows, TPanels>(rows, panels, dw, m, n, pixels, slices); break;
            case SimdPath.Vector256: SumSlices<GemmKernel256, TRows, TPanels>(rows, panels, dw, m, n, pixels, slices); break;
            default: SumSlices<GemmKernel128, TRows, TPanels>(rows, panels, dw, m, n, pixels, slices); break;
        }
    }

    void SumSlices<TKernel, TRows, TPanels>(in TRows rows, in TPanels panels, float* dw, int m, int n, int pixels, int slices)
        where TKernel : unmanaged, IGemmKernel
        where TRows : unmanaged, IGemmRows
        where TPanels : unmanaged, IGemmPanels
    {
        var plan = new GemmPlan(m, n, 1, pixels, TKernel.Rows, TKernel.Columns, share: false, threads: 1);
        int results = m * n, blocks = (plan.Blocks.Count + slices - 1) / slices;
        slices = (plan.Blocks.Count + blocks - 1) / blocks;
        float* partial = _scratch.Shared((long)slices * results);
        _workers.For(slices, 1, new SliceTasks<TKernel, TRows, TPanels>(rows, panels, plan, blocks, partial, _scratch.Slots()));
        var sums = new Span<float>(dw, results);
        new ReadOnlySpan<float>(partial, results).CopyTo(sums);
        for (int i = 1; i < slices; i++)
        {
            float* add = partial + (long)i * results;
            for (int j = 0; j < results; j++) sums[j] += add[j];
        }
    }
}

/// <summary>A product over so many blocks of k at a time, each stored by itself. Item = slice.</summary>
readonly unsafe struct SliceTasks<TKernel, TRows, TPanels>(TRows rows, TPanels panels, GemmPlan plan, int blocks,
    float* partial, ScratchSlots slots)
    : IParallelBody
    where TKernel : unmanaged, IGemmKernel
    where TRows : unmanaged, IGemmRows
    where TPanels : unmanaged, IGemmPanels
{
    public void Invoke(int start, int end)
    {
        for (int i = start; i < end; i++)
        {
            int first = i * blocks;
            var slice = plan with { Blocks = plan.Blocks.Slice(first, Math.Min(blocks, plan.Blocks.Count - first)) };
            var output = new GemmOutput(partial + (long)i * plan.M * plan.N, plan.N, null, accumulate: false);
            new GemmTasks<TKernel, TRows, TPanels>(rows, panels, slice, output, null, slots).Invoke(0, slice.Tasks);
        }
    }
}
