namespace Ssgan.Engine.Kernels.Cpu;

public sealed unsafe partial class CpuBackend
{
    /// <summary>
    /// In how many slices the pixels of a filter gradient are summed: with few results, such as those of images of three channels, there is nothing else
    /// to share among threads. It depends on sizes alone, hence so do the rounding errors.
    /// </summary>
    static int FilterSlices(int filters, int columns, int pixels)
    {
        const int fewResults = 8192, slicePixels = 1024, most = 32;
        return (long)filters * columns <= fewResults ? Math.Min(pixels / slicePixels, most) : 1;
    }

    void SumFilterSlices(in ConvGeometry geometry, float* dy, in GemmOutput output, int filters, int columns, int pixels, int slices)
    {
        int results = filters * columns, slicePixels = (pixels + slices - 1) / slices;
        slices = (pixels + slicePixels - 1) / slicePixels;
        float* partial = _scratch.Shared((long)slices * results);
        switch (_simd)
        {
            case SimdPath.Vector512: Sum<GemmKernel512>(geometry); break;
            case SimdPath.Vector256: Sum<GemmKernel256>(geometry); break;
            default: Sum<GemmKernel128>(geometry); break;
        }
        var sums = new Span<float>(output.C, results);
        new ReadOnlySpan<float>(partial, results).CopyTo(sums);
        for (int i = 1; i < slices; i++)
        {
            float* add = partial + (long)i * results;
            for (int j = 0; j < results; j++) sums[j] += add[j];
        }

        void Sum<TKernel>(in ConvGeometry geometry) where TKernel : unmanaged, IGemmKernel =>
            _workers.For(slices, 1, new FilterSlice<TKernel>(geometry, dy, filters, columns, pixels, slicePixels, partial, _scratch.Slots()));
    }
}

/// <summary>The filter gradient of some of the pixels, stored by itself. Item = slice.</summary>
readonly unsafe struct FilterSlice<TKernel>(ConvGeometry geometry, float* dy, int filters, int columns, int pixels, int slicePixels, float* partial,
    ScratchSlots slots) : IRange where TKernel : unmanaged, IGemmKernel
{
    public void Invoke(int start, int end)
    {
        for (int i = start; i < end; i++)
        {
            int first = i * slicePixels, count = Math.Min(slicePixels, pixels - first);
            var plan = new GemmPlan(filters, columns, 1, count, TKernel.Rows, TKernel.Columns, share: false, threads: 1);
            var output = new GemmOutput(partial + (long)i * filters * columns, columns, null, accumulate: false);
            var rows = new MatrixColumns(dy + (long)first * filters, filters);
            new GemmTasks<TKernel, MatrixColumns, ConvPanels>(rows, new ConvPanels(geometry, first), plan, output, null, slots).Invoke(0, plan.Tasks);
        }
    }
}
