using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Ssgan.Engine.Kernels.Cpu.Gemm;
using Ssgan.Engine.Kernels.Cpu.Threading;

namespace Ssgan.Engine.Kernels.Cpu.Convolution.Winograd;

/// <summary>
/// Sizes of the filter gradient by Winograd's method, dw = Gᵀ[Σtiles (A dy Aᵀ) ⊙ (Bᵀ d B)]G: for each of the 36 parts a product
/// (filters, tiles) x (tiles, channels). Tiles are taken some at a time, so that what they become stays in the last-level cache;
/// the sums run over the tiles in their order.
/// </summary>
readonly struct WinogradGradientPlan
{
    /// <summary>Most floats of sums at a time (16 MiB): more filters are done in turn.</summary>
    const long MaxSums = 1L << 22;
    /// <summary>Rows whose pointers a thread's table holds, of any micro-kernel.</summary>
    const int RowBlock = 128;

    /// <summary>Sizes of a convolution, or of a group of it.</summary>
    public WinogradGradientPlan(in WinogradTiles tiles, int channels, int filters, int most, int tileRows, int tileColumns)
    {
        (Tiles, Channels, Filters, PanelWidth) = (tiles, channels, filters, tileColumns);
        Panels = (channels + tileColumns - 1) / tileColumns;
        ChunkTiles = Math.Min(tiles.Count, most);
        long fit = Math.Max(tileRows, MaxSums / (WinogradShape.Three.Products * (long)Panels * tileColumns));
        ChunkFilters = (int)Math.Min(filters, fit / 8 * 8);
        BlockRows = Math.Min(RowBlock / tileRows, (ChunkFilters + tileRows - 1) / tileRows) * tileRows;
    }

    public WinogradTiles Tiles { get; }
    public int Channels { get; }
    public int Filters { get; }
    public int PanelWidth { get; }

    /// <summary>Whether channels and filters are whole vectors of sixteen, also where filters are done in turn.</summary>
    public bool TakesSixteen => Channels % 16 == 0 && Filters % 16 == 0 && ChunkFilters % 16 == 0;

    /// <summary>Panels of channels.</summary>
    public int Panels { get; }

    /// <summary>Tiles at a time.</summary>
    public int ChunkTiles { get; }

    /// <summary>Filters at a time.</summary>
    public int ChunkFilters { get; }

    /// <summary>Filters in a task.</summary>
    public int BlockRows { get; }

    /// <summary>Tasks for so many filters: each some of them in one of the 36 parts.</summary>
    public int Products(int filters) => WinogradShape.Three.Products * ((filters + BlockRows - 1) / BlockRows);

    /// <summary>
    /// Floats between the gradients of a tile and of the next: one cache line more than the filters, whose lines would
    /// compete otherwise.
    /// </summary>
    public nint GradientStride => ChunkFilters + WinogradPlan.Apart;

    /// <summary>Floats between the 36 parts of the transformed gradients.</summary>
    public nint GradientsApart => ChunkTiles * GradientStride + WinogradPlan.Apart;

    /// <summary>Floats between the 36 parts of the transformed inputs, each in panels (tiles, width).</summary>
    public nint InputsApart => (nint)Panels * ChunkTiles * PanelWidth + WinogradPlan.Apart;

    /// <summary>Floats of a row of sums.</summary>
    public nint SumStride => (nint)Panels * PanelWidth;

    /// <summary>
    /// Floats between the 36 parts of the sums; there is room for the rows that fill the last tile of results up.
    /// </summary>
    public nint SumsApart => (ChunkFilters + BlockRows) * SumStride + WinogradPlan.Apart;

    /// <summary>Floats of a pixel outside the image.</summary>
    public int OutsideFloats => (Math.Max(Channels, Filters) + WinogradPlan.Apart - 1) / WinogradPlan.Apart * WinogradPlan.Apart;

    public long TotalFloats => OutsideFloats + (GradientsApart + InputsApart + SumsApart) * (long)WinogradShape.Three.Products;
}

/// <summary>The intermediate results of a filter gradient, in one buffer.</summary>
readonly unsafe struct WinogradGradientMemory(WinogradGradientPlan plan, float* outside)
{
    /// <summary>A pixel outside the image: zeros.</summary>
    public float* Outside => outside;

    public float* Gradients => outside + plan.OutsideFloats;
    public float* Inputs => Gradients + plan.GradientsApart * WinogradShape.Three.Products;
    public float* Sums => Inputs + plan.InputsApart * WinogradShape.Three.Products;
}

/// <summary>Transforms tiles: Bᵀ d B into panels, A dy Aᵀ into rows. Item = tile.</summary>
readonly unsafe struct WinogradGradientInputs<TKernel>(WinogradGradientPlan plan, WinogradGradientMemory memory, float* x,
    float* dy, int firstTile, int firstFilter, int filters, ScratchSlots slots)
    : IParallelBody where TKernel : unmanaged, IGemmKernel
{
    public void Invoke(int start, int end)
    {
        float* buffer = slots.Take(out int slot);
        Transform(start, end, buffer);
        slots.Return(slot, buffer);
    }

    public void Transform(int start, int end, float* buffer)
    {
        if (TKernel.Lanes == WinogradLanes512.Count && plan.TakesSixteen) Transform<WinogradLanes512>(start, end, buffer);
        else Transform<WinogradLanes256>(start, end, buffer);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void Transform<TLanes>(int start, int end, float* buffer) where TLanes : struct, IWinogradLanes<TLanes>
    {
        float* square = buffer + GemmPlan.TableFloats;
        float** pixels = (float**)buffer, next = pixels + WinogradShape.Three.Products;
        for (int t = start; t < end; t++)
        {
            plan.Tiles.Inputs(firstTile + t, x, memory.Outside, pixels);
            plan.Tiles.Outputs(firstTile + t, dy, memory.Outside, next);
            for (int c = 0; c < plan.Channels; c += TLanes.Count)
            {
                Cache.Prefetch(next, WinogradShape.Three.Results, c);
                int panel = c / TKernel.Columns, column = c % TKernel.Columns;
                float* to = memory.Inputs + ((nint)panel * plan.ChunkTiles + t) * TKernel.Columns + column;
                WinogradSquare<WinogradInput>.Apply<TLanes, WinogradPixels<TLanes>, WinogradArray<TLanes>>(new(pixels, c),
                    new(to, plan.InputsApart), square);
            }
            float** now = next;
            next = pixels;
            pixels = now;
            plan.Tiles.Inputs(firstTile + Math.Min(t + 1, end - 1), x, memory.Outside, next);
            for (int f = 0; f < filters; f += TLanes.Count)
            {
                Cache.Prefetch(next, WinogradShape.Three.Products, f);
                WinogradSquare<WinogradOutputGradient>.Apply<TLanes, WinogradPixels<TLanes>, WinogradArray<TLanes>>(
                    new(pixels, firstFilter + f), new(memory.Gradients + t * plan.GradientStride + f, plan.GradientsApart),
                    square);
            }
        }
    }
}

/// <summary>Adds the products of some tiles to the sums. Item = block of filters · 36 + part.</summary>
readonly unsafe struct WinogradGradientProducts<TKernel>(WinogradGradientPlan plan, WinogradGradientMemory memory, int tiles,
    int filters, bool first, ScratchSlots slots) : IParallelBody where TKernel : unmanaged, IGemmKernel
{
    public void Invoke(int start, int end)
    {
        float* buffer = slots.Take(out int slot);
        Multiply(start, end, buffer);
        slots.Return(slot, buffer);
    }

    public void Multiply(int start, int end, float* buffer)
    {
        float* zeros = buffer + GemmPlan.TableFloats;
        new Span<float>(zeros, TKernel.Columns).Clear();
        for (int item = start; item < end; item++)
        {
            var (block, part) = Math.DivRem(item, WinogradShape.Three.Products);
            Compute(part, block * plan.BlockRows, (float**)buffer, zeros);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void Compute(int part, int firstFilter, float** rows, float* zeros)
    {
        int count = Math.Min(plan.BlockRows, filters - firstFilter);
        float* gradients = memory.Gradients + part * plan.GradientsApart + firstFilter;
        // Rows past the last filter read what pads the tile's gradients; their sums are dropped.
        for (int i = 0; i < plan.BlockRows; i++) rows[i] = gradients + i;
        for (int p = 0; p < plan.Panels; p++)
        {
            float* panel = memory.Inputs + part * plan.InputsApart + (nint)p * plan.ChunkTiles * TKernel.Columns;
            float* c = memory.Sums + part * plan.SumsApart + firstFilter * plan.SumStride + p * TKernel.Columns;
            for (int i = 0; i < count; i += TKernel.Rows, c += TKernel.Rows * plan.SumStride)
            {
                // The sums of all parts are too many for a core's own cache, and a tile's sums wait for nothing else.
                if (!first) Cache.Prefetch(c + TKernel.Rows * plan.SumStride, TKernel.Rows, plan.SumStride, TKernel.Columns);
                TKernel.Run(rows + i, plan.GradientStride, tiles, panel, first ? zeros : c,
                    first ? 0 : plan.SumStride, c, plan.SumStride);
            }
        }
    }
}

/// <summary>Transforms the sums back. Item = filter.</summary>
readonly unsafe struct WinogradGradientOutputs(WinogradGradientPlan plan, WinogradGradientMemory memory, float* dw)
    : IParallelBody
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Invoke(int start, int end)
    {
        const int taps = 9;
        float* square = stackalloc float[WinogradPlan.SquareFloats];
        for (int f = start; f < end; f++)
        {
            for (int c = 0; c < plan.Channels; c += Vector256<float>.Count)
            {
                WinogradSquare<WinogradFilterGradient>.Apply<WinogradLanes256, WinogradArray<WinogradLanes256>,
                    WinogradArray<WinogradLanes256>>(new(memory.Sums + f * plan.SumStride + c, plan.SumsApart),
                    new(dw + (nint)f * taps * plan.Channels + c, plan.Channels), square);
            }
        }
    }
}

/// <summary>
/// Filter gradients of groups, or of some filters of one, each by one thread: as above, without the threads' sharing. Item =
/// (group, part of its filters).
/// </summary>
readonly unsafe struct WinogradGradientParts<TKernel>(WinogradGradientPlan plan, int cuts, float* x, float* dy, float* dw,
    float* own, ScratchSlots slots) : IParallelBody where TKernel : unmanaged, IGemmKernel
{
    public void Invoke(int start, int end)
    {
        float* buffer = slots.Take(out int slot);
        var memory = new WinogradGradientMemory(plan, own + slot * plan.TotalFloats);
        new Span<float>(memory.Outside, plan.OutsideFloats).Clear();
        for (int part = start; part < end; part++) Compute(part, memory, buffer);
        slots.Return(slot, buffer);
    }

    void Compute(int part, in WinogradGradientMemory memory, float* buffer)
    {
        float* xs = x + (nint)(part / cuts) * plan.Channels, dys = dy + (nint)part * plan.Filters;
        float* dws = dw + (nint)part * 9 * plan.Channels * plan.Filters;
        for (int f = 0; f < plan.Filters; f += plan.ChunkFilters)
        {
            int count = Math.Min(plan.ChunkFilters, plan.Filters - f);
            for (int t = 0; t < plan.Tiles.Count; t += plan.ChunkTiles)
            {
                int some = Math.Min(plan.ChunkTiles, plan.Tiles.Count - t);
                new WinogradGradientInputs<TKernel>(plan, memory, xs, dys, t, f, count, slots).Transform(0, some, buffer);
                new WinogradGradientProducts<TKernel>(plan, memory, some, count, t == 0, slots)
                    .Multiply(0, plan.Products(count), buffer);
            }
            new WinogradGradientOutputs(plan, memory, dws + (nint)f * 9 * plan.Channels).Invoke(0, count);
        }
    }
}
