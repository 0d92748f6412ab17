using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Ssgan.Engine.Kernels.Cpu.Gemm;
using Ssgan.Engine.Kernels.Cpu.Threading;

namespace Ssgan.Engine.Kernels.Cpu.Convolution.Winograd;

/// <summary>
/// A 3x3 convolution of stride 1 by Winograd's method, or its data gradient, which is the convolution with the filters turned by
/// 180 degrees. A task owns some tiles: it transforms them, multiplies each of the 36 parts with that part of the filters on the
/// micro-kernels, and transforms back, all within its core's caches. What a tile sums to does not depend on the tiles beside it.
/// </summary>
readonly unsafe struct WinogradTasks<TKernel>(WinogradPlan plan, float* x, float* filters, int firstPanel, int panels,
    float* bias, float* y, float* own, ScratchSlots slots, WinogradDirect direct)
    : IParallelBody where TKernel : unmanaged, IGemmKernel
{
    public void Invoke(int start, int end)
    {
        float* buffer = slots.Take(out int slot);
        for (int task = start; task < end; task++) Compute(task, buffer, own + slot * plan.OwnFloats);
        slots.Return(slot, buffer);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void Compute(int task, float* buffer, float* outside)
    {
        int first = task * plan.TaskTiles, tiles = Math.Min(plan.TaskTiles, plan.Tiles.Count - first);
        float** pixels = (float**)buffer, next = pixels + WinogradTiles.Products;
        float* square = buffer + GemmPlan.TableFloats, inputs = outside + plan.OutsideFloats;
        float* products = inputs + plan.InputsApart * WinogradTiles.Products;
        new Span<float>(outside, plan.OutsideFloats).Clear();
        plan.Tiles.Inputs(first, x, plan.Depth, outside, next);
        for (int t = 0; t < tiles; t++)
        {
            float** now = next;
            next = pixels;
            pixels = now;
            plan.Tiles.Inputs(first + Math.Min(t + 1, tiles - 1), x, plan.Depth, outside, next);
            for (int c = 0; c < plan.Depth; c += Vector256<float>.Count)
            {
                Cache.Prefetch(next, WinogradTiles.Products, c);
                var to = new WinogradArray(inputs + t * plan.Depth + c, plan.InputsApart);
                WinogradSquare<WinogradInput>.Apply(new WinogradPixels(pixels, c), to, square);
            }
        }
        Multiply(tiles, inputs, products, (float**)buffer, buffer + GemmPlan.TableFloats);
        int column = firstPanel * plan.PanelWidth, columns = Math.Min(panels * plan.PanelWidth, plan.Columns - column);
        var sizes = stackalloc float[WinogradSizes.Floats];
        int* spoilt = stackalloc int[tiles];
        int spoiltTiles = 0;
        plan.Tiles.Outputs(first, y, plan.Columns, outside, next);
        for (int t = 0; t < tiles; t++)
        {
            float** now = next;
            next = pixels;
            pixels = now;
            plan.Tiles.Outputs(first + Math.Min(t + 1, tiles - 1), y, plan.Columns, outside, next);
            var measure = new WinogradSizes(sizes);
            measure.Clear();
            for (int k = 0; k < columns; k += Vector256<float>.Count)
            {
                Cache.Prefetch(next, WinogradTiles.Side * WinogradTiles.Side, column + k);
                var from = new WinogradArray(products + t * plan.ChunkPanels * plan.PanelWidth + k, plan.ProductsApart);
                var start = bias != null ? Vector256.Load(bias + column + k) : Vector256<float>.Zero;
                WinogradSquare<WinogradOutput>.Apply(from, new WinogradBiased(pixels, column + k, start, measure), square);
            }
            if (measure.LoseTooMuch(pixels, outside)) spoilt[spoiltTiles++] = first + t;
        }
        if (spoiltTiles == 0) return;
        new Span<float>(outside, plan.OutsideFloats).Clear();
        for (int i = 0; i < spoiltTiles; i++) direct.Compute(spoilt[i], column, columns, outside, pixels, next);
    }

    /// <summary>
    /// The 36 products (tiles, depth) x (depth, columns). Rows past the last tile hold anything and are computed too.
    /// </summary>
    void Multiply(int tiles, float* inputs, float* products, float** rows, float* zeros)
    {
        new Span<float>(zeros, TKernel.Columns).Clear();
        nint stride = plan.ChunkPanels * plan.PanelWidth;
        for (int part = 0; part < WinogradTiles.Products; part++)
        {
            float* panel = filters + part * plan.FiltersApart;
            for (int b = 0; b < plan.Blocks.Count; b++)
            {
                var block = plan.Blocks[b];
                for (int i = 0; i < plan.TaskTiles; i++)
                    rows[i] = inputs + part * plan.InputsApart + i * (nint)plan.Depth + block.Channel;
                int ahead = (block.Length * plan.PanelWidth + tiles - 1) / tiles,
                    depthAhead = (block.Length + panels - 1) / panels;
                for (int p = 0; p < panels; p++)
                {
                    float* c = products + part * plan.ProductsApart + p * plan.PanelWidth;
                    float* values = panel + ((nint)p * plan.Depth + block.Channel) * plan.PanelWidth;
                    for (int i = 0; i < tiles; i += TKernel.Rows, c += TKernel.Rows * stride)
                    {
                        // The next panel, the next part's tiles and the next results come in while this is computed.
                        Cache.Prefetch(values + (block.Length * plan.PanelWidth) + i * ahead, TKernel.Rows * ahead);
                        Cache.Prefetch(rows[i] + plan.InputsApart + p * depthAhead, TKernel.Rows, plan.Depth, depthAhead);
                        Cache.Prefetch(c + TKernel.Rows * stride, TKernel.Rows, stride, TKernel.Columns);
                        TKernel.Run(rows + i, 1, block.Length, values, b == 0 ? zeros : c, b == 0 ? 0 : stride, c, stride);
                    }
                }
            }
        }
    }
}

/// <summary>Transforms filters and packs them into panels. Item = panel · (depth / 8) + eight of the depth.</summary>
readonly unsafe struct WinogradFilterTasks<TKernel>(WinogradPlan plan, float* w, int firstPanel, bool turned, float* filters)
    : IParallelBody
    where TKernel : unmanaged, IGemmKernel
{
    const int Lanes = 8, Taps = 9;

    public void Invoke(int start, int end)
    {
        float* scratch = stackalloc float[WinogradPlan.SquareFloats + Taps * Lanes * Lanes];
        int groups = plan.Depth / Lanes;
        for (int item = start; item < end; item++)
        {
            int panel = item / groups, depth = item % groups * Lanes;
            for (int j = 0; j < plan.PanelWidth; j += Lanes)
            {
                int column = (firstPanel + panel) * plan.PanelWidth + j;
                float* to = filters + ((nint)panel * plan.Depth + depth) * plan.PanelWidth + j;
                if (column >= plan.Columns) Clear(to);
                else if (turned) Turned(column, depth, to, scratch);
                else Straight(column, depth, to, scratch);
            }
        }
    }

    /// <summary>
    /// Columns are filters (columns, 3, 3, depth): eight of each are transposed, so that filters lie side by side.
    /// </summary>
    void Straight(int column, int depth, float* to, float* scratch)
    {
        float* transposed = scratch + WinogradPlan.SquareFloats;
        for (int f = 0; f < Lanes; f++)
        {
            for (int tap = 0; tap < Taps; tap++)
            {
                float* from = w + ((nint)(column + f) * Taps + tap) * plan.Depth + depth,
                    place = transposed + tap * Lanes * Lanes + f;
                for (int c = 0; c < Lanes; c++) place[c * Lanes] = from[c];
            }
        }
        for (int c = 0; c < Lanes; c++)
        {
            var taps = new WinogradArray(transposed + c * Lanes, Lanes * Lanes);
            WinogradSquare<WinogradFilter>.Apply(taps, new WinogradArray(to + c * plan.PanelWidth, plan.FiltersApart), scratch);
        }
    }

    /// <summary>Columns are channels of the filters (depth, 3, 3, columns), and the last tap comes first.</summary>
    void Turned(int column, int depth, float* to, float* scratch)
    {
        for (int f = 0; f < Lanes; f++)
        {
            var taps = new WinogradArray(w + ((nint)(depth + f) * Taps + Taps - 1) * plan.Columns + column, -plan.Columns);
            WinogradSquare<WinogradFilter>.Apply(taps, new WinogradArray(to + f * plan.PanelWidth, plan.FiltersApart), scratch);
        }
    }

    /// <summary>Columns that only fill a panel up.</summary>
    void Clear(float* to)
    {
        for (int part = 0; part < WinogradTiles.Products; part++)
        {
            for (int k = 0; k < Lanes; k++) Vector256<float>.Zero.Store(to + part * plan.FiltersApart + k * plan.PanelWidth);
        }
    }
}
