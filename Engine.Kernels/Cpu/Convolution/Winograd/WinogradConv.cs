using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Ssgan.Engine.Kernels.Cpu.Gemm;
using Ssgan.Engine.Kernels.Cpu.Threading;

namespace Ssgan.Engine.Kernels.Cpu.Convolution.Winograd;

/// <summary>
/// A convolution of stride 1 by Winograd's method, or the data gradient of one of 3x3 taps, which is the convolution with the
/// filters turned by 180 degrees. A task owns some tiles: it transforms them, multiplies each of their parts (36 of 3x3 taps)
/// with that part of the filters on the micro-kernels, and transforms back, all within its core's caches. What a tile sums to
/// does not depend on the tiles beside it.
/// </summary>
readonly unsafe struct WinogradTasks<TKernel, TMethod>(WinogradPlan plan, WinogradArrays arrays, float* filters, int firstGroup,
    int groups, int firstPanel, int panels, float* own, ScratchSlots slots)
    : IParallelBody
    where TKernel : unmanaged, IGemmKernel
    where TMethod : IWinogradMethod
{
    /// <summary>
    /// Item = (some groups, task, group among these): neighbouring groups read the same lines and pages, share the task's
    /// pointers, and a second-level cache holds their filters.
    /// </summary>
    public void Invoke(int start, int end)
    {
        const int some = 8;
        float* buffer = slots.Take(out int slot);
        var memory = new WinogradMemory(plan, own + slot * plan.OwnFloats);
        new Span<float>(memory.Zeros, plan.OutsideFloats).Clear();
        for (int item = start, last = -1; item < end; item++)
        {
            int first = item / (plan.Tasks * some) * some, beside = Math.Min(some, groups - first);
            int rest = item - first * plan.Tasks, task = rest / beside, group = first + rest % beside;
            if (task != last) Point(last = task, memory);
            Compute(task, firstGroup + group, filters + group * plan.FilterFloats, buffer, memory);
        }
        slots.Return(slot, buffer);
    }

    /// <summary>Sets the pointers to the pixels of a task's tiles.</summary>
    void Point(int task, in WinogradMemory memory)
    {
        int first = task * plan.TaskTiles, tiles = Math.Min(plan.TaskTiles, plan.Tiles.Count - first);
        for (int t = 0; t < tiles; t++)
        {
            plan.Tiles.Inputs(first + t, arrays.X, memory.Zeros, memory.Reads + t * TMethod.Products);
            plan.Tiles.Outputs(first + t, arrays.Y, memory.Waste, memory.Writes + t * TMethod.Results);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void Compute(int task, int group, float* factors, float* buffer, in WinogradMemory memory)
    {
        int tiles = Math.Min(plan.TaskTiles, plan.Tiles.Count - task * plan.TaskTiles);
        float* inputs = memory.Inputs, square = buffer + GemmPlan.TableFloats;
        bool wide = TKernel.Lanes == WinogradLanes512.Count && plan.TakesSixteen;
        if (wide) TransformInputs<WinogradLanes512>(memory, tiles, group * plan.Depth, square);
        else TransformInputs<WinogradLanes256>(memory, tiles, group * plan.Depth, square);
        bool sixteen = TKernel.Lanes == WinogradLanes512.Count && plan.IsSixteen;
        float* products = sixteen ? inputs : memory.Products;
        if (sixteen) WinogradSixteen.Multiply(plan, tiles, inputs, factors);
        else Multiply(tiles, inputs, factors, products, (float**)buffer, buffer + GemmPlan.TableFloats);
        int* spoilt = stackalloc int[tiles];
        int spoiltTiles = wide ? TransformOutputs<WinogradLanes512>(memory, tiles, products, group, square, spoilt)
            : TransformOutputs<WinogradLanes256>(memory, tiles, products, group, square, spoilt);
        if (spoiltTiles == 0) return;
        var direct = new WinogradDirect(plan, arrays.Group(group, plan));
        float** pixels = (float**)buffer;
        int column = firstPanel * plan.PanelWidth, columns = Math.Min(panels * plan.PanelWidth, plan.Columns - column);
        for (int i = 0; i < spoiltTiles; i++)
        {
            direct.Compute(task * plan.TaskTiles + spoilt[i], column, columns, memory.Zeros, pixels,
                pixels + TMethod.Products);
        }
    }

    /// <summary>Tiles to <see cref="WinogradMemory.Inputs"/>, from a channel on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void TransformInputs<TLanes>(in WinogradMemory memory, int tiles, int channel, float* square)
        where TLanes : struct, IWinogradLanes<TLanes>
    {
        int depth = plan.Depth;
        nint apart = plan.InputsApart;
        float** pixels = memory.Reads;
        float* to = memory.Inputs;
        for (int t = 0; t < tiles; t++, pixels += TMethod.Products, to += depth)
        {
            // The tile after this; after the last one what the next group has of the first.
            bool last = t == tiles - 1;
            float** next = last ? memory.Reads : pixels + TMethod.Products;
            int nextChannel = last ? channel + depth : channel;
            for (int c = 0; c < depth; c += TLanes.Count)
            {
                Cache.Prefetch(next, TMethod.Products, nextChannel + c);
                TMethod.Input<TLanes, WinogradPixels<TLanes>, WinogradArray<TLanes>>(
                    new(pixels, channel + c), new(to + c, apart), square);
            }
        }
    }

    /// <summary>Products to results; the number of tiles that lost too much, which are in <paramref name="spoilt"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    int TransformOutputs<TLanes>(in WinogradMemory memory, int tiles, float* products, int group, float* square, int* spoilt)
        where TLanes : struct, IWinogradLanes<TLanes>
    {
        int column = firstPanel * plan.PanelWidth, columns = Math.Min(panels * plan.PanelWidth, plan.Columns - column);
        int channel = group * plan.Columns + column;
        float* add = arrays.Bias == null ? null : arrays.Bias + channel;
        var sizes = stackalloc float[WinogradSizes<TLanes>.Floats];
        var measure = new WinogradSizes<TLanes>(sizes, TMethod.Results);
        int spoiltTiles = 0;
        nint apart = plan.ProductsApart, stride = (nint)plan.ChunkPanels * plan.PanelWidth;
        float** pixels = memory.Writes;
        for (int t = 0; t < tiles; t++, pixels += TMethod.Results, products += stride)
        {
            float** next = t == tiles - 1 ? memory.Writes : pixels + TMethod.Results;
            for (int k = 0; k < columns; k += TLanes.Count)
            {
                Cache.Prefetch(next, TMethod.Results, channel + k);
                var start = add != null ? TLanes.Load(add + k) : default;
                TMethod.Output<TLanes, WinogradArray<TLanes>, WinogradBiased<TLanes>>(
                    new(products + k, apart), new(pixels, channel + k, start, measure, k == 0), square);
            }
            if (measure.LoseTooMuch(pixels, memory.Waste)) spoilt[spoiltTiles++] = t;
        }
        return spoiltTiles;
    }

    /// <summary>
    /// The products (tiles, depth) x (depth, columns) of the parts. Rows past the last tile hold anything and are computed too.
    /// </summary>
    void Multiply(int tiles, float* inputs, float* factors, float* products, float** rows, float* zeros)
    {
        new Span<float>(zeros, TKernel.Columns).Clear();
        nint stride = plan.ChunkPanels * plan.PanelWidth;
        for (int part = 0; part < TMethod.Products; part++)
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

/// <summary>What a thread keeps of a task.</summary>
readonly unsafe struct WinogradMemory(in WinogradPlan plan, float* own)
{
    /// <summary>A pixel outside the image, of all channels.</summary>
    public float* Zeros { get; } = own;

    /// <summary>Where the pixels of a tile go that lie outside.</summary>
    public float* Waste { get; } = own + plan.OutsideFloats;

    /// <summary>For each tile the pixels that it reads.</summary>
    public float** Reads { get; } = (float**)(own + 2 * plan.OutsideFloats);

    /// <summary>For each tile the pixels that it writes.</summary>
    public float** Writes { get; } = (float**)(own + 2 * plan.OutsideFloats) + plan.TaskTiles * plan.Products;

    /// <summary>The parts of the tiles.</summary>
    public float* Inputs { get; } = own + 2 * plan.OutsideFloats + plan.PointerFloats;

    /// <summary>The parts of the results.</summary>
    public float* Products { get; } = own + 2 * plan.OutsideFloats + plan.PointerFloats
        + plan.InputsApart * plan.Products;
}

/// <summary>
/// Transforms filters and packs them into panels. Item = (group · panels + panel) · (depth / 8) + eight of the depth.
/// </summary>
readonly unsafe struct WinogradFilterTasks<TKernel, TMethod>(WinogradPlan plan, WinogradArrays arrays, int firstGroup,
    int firstPanel, int panels, float* filters)
    : IParallelBody
    where TKernel : unmanaged, IGemmKernel
    where TMethod : IWinogradMethod
{
    const int Lanes = 8;

    public void Invoke(int start, int end)
    {
        float* scratch = stackalloc float[WinogradPlan.SquareFloats + TMethod.Taps * Lanes * Lanes];
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
    /// Columns are filters (columns, …, depth): eight of each are transposed, so that filters lie side by side.
    /// </summary>
    void Straight(float* w, int column, int depth, float* to, float* scratch)
    {
        float* transposed = scratch + WinogradPlan.SquareFloats;
        nint stride = (nint)TMethod.Taps * plan.Depth;
        for (int tap = 0; tap < TMethod.Taps; tap++)
        {
            float* from = w + ((nint)column * TMethod.Taps + tap) * plan.Depth + depth, place = transposed + tap * Lanes * Lanes;
            for (int f = 0; f < Lanes; f += 4)
            {
                for (int c = 0; c < Lanes; c += 4)
                    Panel.TransposeFour(from + f * stride + c, stride, place + c * Lanes + f, Lanes);
            }
        }
        for (int c = 0; c < Lanes; c++)
        {
            TMethod.Filter<WinogradLanes256, WinogradArray<WinogradLanes256>, WinogradArray<WinogradLanes256>>(
                new(transposed + c * Lanes, Lanes * Lanes), new(to + c * plan.PanelWidth, plan.FiltersApart), scratch);
        }
    }

    /// <summary>Columns are channels of the filters (depth, …, columns), and the last tap comes first.</summary>
    void Turned(float* w, int column, int depth, float* to, float* scratch)
    {
        for (int f = 0; f < Lanes; f++)
        {
            TMethod.Filter<WinogradLanes256, WinogradArray<WinogradLanes256>, WinogradArray<WinogradLanes256>>(
                new(w + ((nint)(depth + f) * TMethod.Taps + TMethod.Taps - 1) * plan.Columns + column, -plan.Columns),
                new(to + f * plan.PanelWidth, plan.FiltersApart), scratch);
        }
    }

    /// <summary>Columns that only fill a panel up.</summary>
    void Clear(float* to)
    {
        for (int part = 0; part < TMethod.Products; part++)
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
        w + (nint)group * plan.Tiles.Shape.Taps * plan.Depth * plan.Columns, turned,
        bias == null ? null : bias + (nint)group * plan.Columns, y + (nint)group * plan.Columns);
}
