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
readonly unsafe struct WinogradTasks<TKernel>(WinogradPlan plan, WinogradArrays arrays, float* filters, int firstGroup,
    int groups, int firstPanel, int panels, float* own, ScratchSlots slots)
    : IParallelBody where TKernel : unmanaged, IGemmKernel
{
    /// <summary>Item = task · groups + group: neighbouring groups read the same pages.</summary>
    public void Invoke(int start, int end)
    {
        float* buffer = slots.Take(out int slot);
        for (int item = start; item < end; item++)
        {
            int group = item % groups;
            Compute(item / groups, arrays.Group(firstGroup + group, plan), filters + group * plan.FilterFloats, buffer,
                own + slot * plan.OwnFloats);
        }
        slots.Return(slot, buffer);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void Compute(int task, in WinogradArrays part, float* factors, float* buffer, float* outside)
    {
        float* x = part.X, y = part.Y, bias = part.Bias;
        int first = task * plan.TaskTiles, tiles = Math.Min(plan.TaskTiles, plan.Tiles.Count - first);
        float** pixels = (float**)buffer, next = pixels + WinogradTiles.Products;
        float* square = buffer + GemmPlan.TableFloats, inputs = outside + plan.OutsideFloats;
        float* products = inputs + plan.InputsApart * WinogradTiles.Products;
        new Span<float>(outside, plan.OutsideFloats).Clear();
        plan.Tiles.Inputs(first, x, outside, next);
        for (int t = 0; t < tiles; t++)
        {
            float** now = next;
            next = pixels;
            pixels = now;
            plan.Tiles.Inputs(first + Math.Min(t + 1, tiles - 1), x, outside, next);
            for (int c = 0; c < plan.Depth; c += Vector256<float>.Count)
            {
                Cache.Prefetch(next, WinogradTiles.Products, c);
                var to = new WinogradArray(inputs + t * plan.Depth + c, plan.InputsApart);
                WinogradSquare<WinogradInput>.Apply(new WinogradPixels(pixels, c), to, square);
            }
        }
        Multiply(tiles, inputs, factors, products, (float**)buffer, buffer + GemmPlan.TableFloats);
        int column = firstPanel * plan.PanelWidth, columns = Math.Min(panels * plan.PanelWidth, plan.Columns - column);
        var sizes = stackalloc float[WinogradSizes.Floats];
        int* spoilt = stackalloc int[tiles];
        int spoiltTiles = 0;
        plan.Tiles.Outputs(first, y, outside, next);
        for (int t = 0; t < tiles; t++)
        {
            float** now = next;
            next = pixels;
            pixels = now;
            plan.Tiles.Outputs(first + Math.Min(t + 1, tiles - 1), y, outside, next);
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
        var direct = new WinogradDirect(plan, part);
        for (int i = 0; i < spoiltTiles; i++) direct.Compute(spoilt[i], column, columns, outside, pixels, next);
    }

    /// <summary>
    /// The 36 products (tiles, depth) x (depth, columns). Rows past the last tile hold anything and are computed too.
    /// </summary>
    void Multiply(int tiles, float* inputs, float* factors, float* products, float** rows, float* zeros)
    {
        new Span<float>(zeros, TKernel.Columns).Clear();
        nint stride = plan.ChunkPanels * plan.PanelWidth;
        for (int part = 0; part < WinogradTiles.Products; part++)
        {
            float* panel = factors + part * plan.FiltersApart;
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

/// <summary>
/// Transforms filters and packs them into panels. Item = (group · panels + panel) · (depth / 8) + eight of the depth.
/// </summary>
readonly unsafe struct WinogradFilterTasks<TKernel>(WinogradPlan plan, WinogradArrays arrays, int firstGroup, int firstPanel,
    int panels, float* filters)
    : IParallelBody
    where TKernel : unmanaged, IGemmKernel
{
    const int Lanes = 8, Taps = 9;

    public void Invoke(int start, int end)
    {
        float* scratch = stackalloc float[WinogradPlan.SquareFloats + Taps * Lanes * Lanes];
        int eights = plan.Depth / Lanes;
        for (int item = start; item < end; item++)
        {
            int panel = item / eights % panels, depth = item % eights * Lanes, group = item / eights / panels;
            float* w = arrays.Group(firstGroup + group, plan).W;
            for (int j = 0; j < plan.PanelWidth; j += Lanes)
            {
                int column = (firstPanel + panel) * plan.PanelWidth + j;
                float* to = filters + group * plan.FilterFloats + ((nint)panel * plan.Depth + depth) * plan.PanelWidth + j;
                if (column >= plan.Columns) Clear(to);
                else if (arrays.Turned) Turned(w, column, depth, to, scratch);
                else Straight(w, column, depth, to, scratch);
            }
        }
    }

    /// <summary>
    /// Columns are filters (columns, 3, 3, depth): eight of each are transposed, so that filters lie side by side.
    /// </summary>
    void Straight(float* w, int column, int depth, float* to, float* scratch)
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
    void Turned(float* w, int column, int depth, float* to, float* scratch)
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

/// <summary>
/// What a convolution reads and writes: y = x * w + bias, or with <paramref name="turned"/> the gradient y of the input from that
/// of the output, x.
/// </summary>
readonly unsafe struct WinogradArrays(float* x, float* w, bool turned, float* bias, float* y)
{
    public float* X => x;
    public float* W => w;
    public bool Turned => turned;
    public float* Bias => bias;
    public float* Y => y;

    /// <summary>A group's channels and filters.</summary>
    public WinogradArrays Group(int group, in WinogradPlan plan) => new(x + (nint)group * plan.Depth,
        w + (nint)group * 9 * plan.Depth * plan.Columns, turned, bias == null ? null : bias + (nint)group * plan.Columns,
        y + (nint)group * plan.Columns);
}
