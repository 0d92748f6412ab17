using System.Numerics;
using Ssgan.Engine.Kernels.Cpu.Convolution.Winograd;
using Ssgan.Engine.Kernels.Cpu.Gemm;

namespace Ssgan.Engine.Kernels.Cpu;

public sealed unsafe partial class CpuBackend
{
    /// <summary>
    /// Whether Winograd's method serves: 3x3 taps one pixel apart, whole vectors of channels and filters, enough of both that
    /// transforming costs less than it saves, and tiles of <paramref name="output"/> that do not stick out too far. A quarter of
    /// the multiplications is paid for with rounding: an error of 1.5e-6 of the result's size instead of 0.8e-6 at 256 channels;
    /// see <see cref="AllowWinograd"/>.
    /// </summary>
    bool SuitsWinograd(Shape w, in ConvSpec spec, Shape output)
    {
        if (!AllowWinograd) return false;
        const int fewestChannels = 16, fewestTiles = 12;
        int filters = w[0], channels = w[3];
        if (w[1] != 3 || w[2] != 3 || spec.Stride != 1 || spec.Padding > 2 || channels % 8 != 0 || filters % 8 != 0) return false;
        if (Math.Min(channels, filters) < fewestChannels) return false;
        long tiles = (long)output[0] * ((output[1] + 3) / 4) * ((output[2] + 3) / 4);
        return tiles >= fewestTiles && 2 * tiles * WinogradTiles.Products <= (long)output[0] * output[1] * output[2] * 9;
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
    /// y = x * w + bias, or with <paramref name="turned"/> the gradient y of the input from that of the output, x.
    /// </summary>
    void WinogradConvolve(float* x, in WinogradTiles tiles, int depth, float* w, bool turned, float* bias, float* y, int columns)
    {
        switch (_simd)
        {
            case SimdPath.Vector512: WinogradConvolve<GemmKernel512>(x, tiles, depth, w, turned, bias, y, columns); break;
            case SimdPath.Vector256: WinogradConvolve<GemmKernel256>(x, tiles, depth, w, turned, bias, y, columns); break;
            default: WinogradConvolve<GemmKernel128>(x, tiles, depth, w, turned, bias, y, columns); break;
        }
    }

    void WinogradConvolve<TKernel>(float* x, in WinogradTiles tiles, int depth, float* w, bool turned,
        float* bias, float* y, int columns)
        where TKernel : unmanaged, IGemmKernel
    {
        var plan = new WinogradPlan(tiles, depth, columns, TKernel.Rows, TKernel.Columns, Threads);
        float* filters = _scratch.Shared(plan.FilterFloats + Threads * plan.OwnFloats), own = filters + plan.FilterFloats;
        int panels = (columns + TKernel.Columns - 1) / TKernel.Columns;
        for (int p = 0; p < panels; p += plan.ChunkPanels)
        {
            int count = Math.Min(plan.ChunkPanels, panels - p);
            _workers.For(count * (depth / 8), 1, new WinogradFilterTasks<TKernel>(plan, w, p, turned, filters));
            _workers.For(plan.Tasks, 1, new WinogradTasks<TKernel>(plan, x, filters, p, count, bias, y, own, _scratch.Slots(),
                new WinogradDirect(tiles, x, depth, w, turned, bias, y, columns)));
        }
    }

    /// <summary>
    /// dw (filters, 3, 3, channels) of a convolution of stride 1, from its input x and the gradient dy of its output.
    /// </summary>
    void WinogradFilterGradient(float* x, float* dy, float* dw, in WinogradTiles tiles, int channels, int filters)
    {
        switch (_simd)
        {
            case SimdPath.Vector512: WinogradFilterGradient<GemmKernel512>(x, dy, dw, tiles, channels, filters); break;
            case SimdPath.Vector256: WinogradFilterGradient<GemmKernel256>(x, dy, dw, tiles, channels, filters); break;
            default: WinogradFilterGradient<GemmKernel128>(x, dy, dw, tiles, channels, filters); break;
        }
    }

    void WinogradFilterGradient<TKernel>(float* x, float* dy, float* dw, in WinogradTiles tiles, int channels, int filters)
        where TKernel : unmanaged, IGemmKernel
    {
        var plan = new WinogradGradientPlan(tiles, channels, filters, TKernel.Rows, TKernel.Columns);
        var memory = new WinogradGradientMemory(plan, _scratch.Shared(plan.TotalFloats));
        new Span<float>(memory.Outside, plan.OutsideFloats).Clear();
        for (int f = 0; f < filters; f += plan.ChunkFilters)
        {
            int count = Math.Min(plan.ChunkFilters, filters - f);
            for (int t = 0; t < tiles.Count; t += plan.ChunkTiles)
            {
                int some = Math.Min(plan.ChunkTiles, tiles.Count - t);
                _workers.For(some, 1, new WinogradGradientInputs<TKernel>(plan, memory, x, dy, t, f, count, _scratch.Slots()));
                _workers.For(plan.Products(count), 1,
                    new WinogradGradientProducts<TKernel>(plan, memory, some, count, t == 0, _scratch.Slots()));
            }
            _workers.For(count, 1, new WinogradGradientOutputs(plan, memory, dw + (nint)f * 9 * channels));
        }
    }
}
