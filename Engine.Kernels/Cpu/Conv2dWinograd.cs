using System.Numerics;
using Ssgan.Engine.Kernels.Cpu.Convolution.Winograd;
using Ssgan.Engine.Kernels.Cpu.Gemm;
using WinogradFive = Ssgan.Engine.Kernels.Cpu.Convolution.Winograd.WinogradSquares<
    Ssgan.Engine.Kernels.Cpu.Convolution.Winograd.WinogradFilter5, Ssgan.Engine.Kernels.Cpu.Convolution.Winograd.WinogradOutput5>;
using WinogradThree = Ssgan.Engine.Kernels.Cpu.Convolution.Winograd.WinogradSquares<
    Ssgan.Engine.Kernels.Cpu.Convolution.Winograd.WinogradFilter, Ssgan.Engine.Kernels.Cpu.Convolution.Winograd.WinogradOutput>;

namespace Ssgan.Engine.Kernels.Cpu;

public sealed unsafe partial class CpuBackend
{
    /// <summary>
    /// Up to so many threads each transform what all of them read, rather than share it: between cores without a common cache,
    /// a line that the other one wrote costs more than transforming anew.
    /// </summary>
    const int FewThreads = 2;

    /// <summary>
    /// Whether Winograd's method serves 3x3 taps: one pixel apart, whole vectors of a group's channels and filters, enough of
    /// both that transforming costs less than it saves, and tiles of <paramref name="output"/> that do not stick out too far. A
    /// quarter of the multiplications is paid for with rounding: an error of 1.5e-6 of the result's size instead of 0.8e-6 at
    /// 256 channels; see <see cref="AllowWinograd"/>.
    /// </summary>
    bool SuitsWinograd(Shape w, in ConvSpec spec, Shape output) => SuitsWinograd(WinogradShape.Three, w, spec, output);

    bool SuitsWinograd(in WinogradShape shape, Shape w, in ConvSpec spec, Shape output)
    {
        if (!AllowWinograd) return false;
        const int fewestChannels = 16, fewestTiles = 12;
        int filters = w[0] / spec.Groups, channels = w[3];
        if (w[1] != shape.TapsH || w[2] != shape.TapsW || !spec.IsDense || !spec.HasAdjacentTaps) return false;
        if (Math.Max(spec.Top, spec.Bottom) >= shape.TapsH || Math.Max(spec.Left, spec.Right) >= shape.TapsW) return false;
        if (channels % 8 != 0 || filters % 8 != 0 || Math.Min(channels, filters) < fewestChannels) return false;
        long tiles = (long)output[0] * ((output[1] + shape.SideH - 1) / shape.SideH)
            * ((output[2] + shape.SideW - 1) / shape.SideW);
        return tiles >= fewestTiles && 2 * tiles * shape.Products <= (long)output[0] * output[1] * output[2] * shape.Taps;
    }

    /// <summary>
    /// 5x5 taps by 36 multiplications instead of 100, 1x7 and 7x1 by 10 instead of 28: half of the time that plain sums take,
    /// which was a third of the Inception network's. Forward and for wide filters only, so that programs stay small.
    /// </summary>
    bool WinogradConvolveWide(TensorView x, TensorView w, float* bias, TensorView y, in ConvSpec spec)
    {
        const int fewest = 32;
        if (spec.Groups > 1 || Math.Min(w.Shape[0], w.Shape[3]) < fewest || _simd < SimdPath.Vector256) return false;
        foreach (var shape in (ReadOnlySpan<WinogradShape>)[new(5, 5, 2, 2), new(1, 7, 1, 4), new(7, 1, 4, 1)])
        {
            if (!SuitsWinograd(shape, w.Shape, spec, y.Shape)) continue;
            var arrays = new WinogradArrays(x.F32, w.F32, turned: false, bias, y.F32);
            var tiles = new WinogradTiles(shape, x.Shape, y.Shape, spec.Top, spec.Left);
            if (shape.TapsH == shape.TapsW) Convolve<WinogradFive>(arrays, tiles, w.Shape);
            else Convolve<WinogradLines>(arrays, tiles, w.Shape);
            return true;
        }
        return false;

        void Convolve<TMethod>(in WinogradArrays arrays, in WinogradTiles tiles, Shape w) where TMethod : IWinogradMethod
        {
            if (_simd == SimdPath.Vector512) WinogradConvolve<GemmKernel512, TMethod>(arrays, tiles, w[3], w[0], 1);
            else WinogradConvolve<GemmKernel256, TMethod>(arrays, tiles, w[3], w[0], 1);
        }
    }

    static bool AllFinite(float* x, long count)
    {
        // 0·x is 0 of whatever is finite, and NaN of the rest.
        long i = 0;
        var sum = Vector<float>.Zero;
        for (; i <= count - Vector<float>.Count; i += Vector<float>.Count) sum += Vector.Load(x + i) * 0f;
        bool finite = Vector.EqualsAll(sum, Vector<float>.Zero);
        for (; i < count; i++) finite &= float.IsFinite(x[i]);
        return finite;
    }

    /// <summary>
    /// A convolution or its data gradient; depth and columns, channels and filters or the other way round, are a group's.
    /// </summary>
    void WinogradConvolve(in WinogradArrays arrays, in WinogradTiles tiles, int depth, int columns, int groups)
    {
        switch (_simd)
        {
            case SimdPath.Vector512 when columns <= GemmKernel512Narrow.Columns:
                WinogradConvolve<GemmKernel512Narrow, WinogradThree>(arrays, tiles, depth, columns, groups);
                break;
            case SimdPath.Vector512: WinogradConvolve<GemmKernel512, WinogradThree>(arrays, tiles, depth, columns, groups); break;
            case SimdPath.Vector256: WinogradConvolve<GemmKernel256, WinogradThree>(arrays, tiles, depth, columns, groups); break;
            default: WinogradConvolve<GemmKernel128, WinogradThree>(arrays, tiles, depth, columns, groups); break;
        }
    }

    void WinogradConvolve<TKernel, TMethod>(in WinogradArrays arrays, in WinogradTiles tiles, int depth, int columns, int groups)
        where TKernel : unmanaged, IGemmKernel
        where TMethod : IWinogradMethod
    {
        int panels = (columns + TKernel.Columns - 1) / TKernel.Columns;
        if (groups == 1 && Threads is > 1 and <= FewThreads && tiles.Count <= columns && panels >= Threads
            && WinogradConvolveColumns<TKernel, TMethod>(arrays, tiles, depth, columns, panels)) return;
        var plan = new WinogradPlan(tiles, depth, columns, groups, TKernel.Rows, TKernel.Columns, Threads);
        long filterFloats = plan.ChunkGroups * plan.FilterFloats;
        float* filters = _scratch.Shared(filterFloats + Threads * plan.OwnFloats), own = filters + filterFloats;
        for (int g = 0; g < groups; g += plan.ChunkGroups)
        {
            int some = Math.Min(plan.ChunkGroups, groups - g);
            for (int p = 0; p < panels; p += plan.ChunkPanels)
            {
                int count = Math.Min(plan.ChunkPanels, panels - p);
                _workers.For(some * count * (depth / 8), 1,
                    new WinogradFilterTasks<TKernel, TMethod>(plan, arrays, g, p, count, filters));
                _workers.For(some * plan.Tasks, 1,
                    new WinogradTasks<TKernel, TMethod>(plan, arrays, filters, g, some, p, count, own, _scratch.Slots()));
            }
        }
    }

    /// <summary>
    /// As above, but each thread has some columns, and all tiles; false where its filters are too many at a time.
    /// </summary>
    bool WinogradConvolveColumns<TKernel, TMethod>(in WinogradArrays arrays, in WinogradTiles tiles, int depth, int columns,
        int panels)
        where TKernel : unmanaged, IGemmKernel
        where TMethod : IWinogradMethod
    {
        int share = (panels + Threads - 1) / Threads, items = (panels + share - 1) / share;
        var plan = new WinogradPlan(tiles, depth, columns, 1, TKernel.Rows, TKernel.Columns, 1, share);
        if (plan.ChunkPanels < share) return false;
        float* filters = _scratch.Shared(items * plan.FilterFloats + Threads * plan.OwnFloats);
        _workers.For(items, 1, new WinogradColumns<TKernel, TMethod>(plan, arrays, panels, filters,
            filters + items * plan.FilterFloats, _scratch.Slots()));
        return true;
    }

    /// <summary>
    /// dw (filters, 3, 3, channels) of a convolution of stride 1, from its input x and the gradient dy of its output; sizes are
    /// a group's.
    /// </summary>
    void WinogradFilterGradient(float* x, float* dy, float* dw, in WinogradTiles tiles, int channels, int filters, int groups)
    {
        switch (_simd)
        {
            case SimdPath.Vector512 when channels <= GemmKernel512Narrow.Columns:
                WinogradFilterGradient<GemmKernel512Narrow>(x, dy, dw, tiles, channels, filters, groups);
                break;
            case SimdPath.Vector512:
                WinogradFilterGradient<GemmKernel512>(x, dy, dw, tiles, channels, filters, groups); break;
            case SimdPath.Vector256:
                WinogradFilterGradient<GemmKernel256>(x, dy, dw, tiles, channels, filters, groups); break;
            default: WinogradFilterGradient<GemmKernel128>(x, dy, dw, tiles, channels, filters, groups); break;
        }
    }

    void WinogradFilterGradient<TKernel>(float* x, float* dy, float* dw, in WinogradTiles tiles, int channels, int filters,
        int groups)
        where TKernel : unmanaged, IGemmKernel
    {
        // Tiles at a time: what all threads make of them lies in the last-level cache, what one makes in its own.
        const int shared = 128, own = 64;
        // Few threads take some filters of a group each, too: all of them transform its inputs then.
        int cuts = groups > Threads ? 1 : Threads > FewThreads ? 0 : (Threads + groups - 1) / groups;
        if (Threads > 1 && cuts > 0 && filters % (16 * cuts) == 0 || groups > Threads)
        {
            var part = new WinogradGradientPlan(tiles, channels, filters / cuts, own, TKernel.Rows, TKernel.Columns);
            _workers.For(groups * cuts, 1, new WinogradGradientParts<TKernel>(part, cuts, x, dy, dw,
                _scratch.Shared(Threads * part.TotalFloats), _scratch.Slots()));
            return;
        }
        var plan = new WinogradGradientPlan(tiles, channels, filters, shared, TKernel.Rows, TKernel.Columns);
        var memory = new WinogradGradientMemory(plan, _scratch.Shared(plan.TotalFloats));
        new Span<float>(memory.Outside, plan.OutsideFloats).Clear();
        for (int g = 0; g < groups; g++)
            WinogradFilterGradient<TKernel>(plan, memory, x + (nint)g * channels, dy + (nint)g * filters,
                dw + (nint)g * 9 * channels * filters);
    }

    void WinogradFilterGradient<TKernel>(in WinogradGradientPlan plan, in WinogradGradientMemory memory, float* x, float* dy,
        float* dw)
        where TKernel : unmanaged, IGemmKernel
    {
        for (int f = 0; f < plan.Filters; f += plan.ChunkFilters)
        {
            int count = Math.Min(plan.ChunkFilters, plan.Filters - f);
            for (int t = 0; t < plan.Tiles.Count; t += plan.ChunkTiles)
            {
                int some = Math.Min(plan.ChunkTiles, plan.Tiles.Count - t);
                _workers.For(some, 1, new WinogradGradientInputs<TKernel>(plan, memory, x, dy, t, f, count, _scratch.Slots()));
                _workers.For(plan.Products(count), 1,
                    new WinogradGradientProducts<TKernel>(plan, memory, some, count, t == 0, _scratch.Slots()));
            }
            _workers.For(count, 1, new WinogradGradientOutputs(plan, memory, dw + (nint)f * 9 * plan.Channels));
        }
    }
}
