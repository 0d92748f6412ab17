using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Ssgan.Engine.Kernels.Cpu.Convolution;
using Ssgan.Engine.Kernels.Cpu.Threading;

namespace Ssgan.Engine.Kernels.Cpu;

// One filter for each channel: no product, but a vector loop over the channels for each tap.
public sealed unsafe partial class CpuBackend
{
    static bool SuitsDepthwise(Shape w, in ConvSpec spec) => spec.Groups > 1 && w[0] == spec.Groups && w[3] == 1;

    /// <summary>Forward, or transposed the data gradient: y from x through the taps w (C, KH, KW, 1).</summary>
    void DepthwiseConvolve(TensorView x, TensorView w, float* bias, TensorView y, in ConvSpec spec, bool transposed)
    {
        int channels = w.Shape[0], count = w.Shape[1] * w.Shape[2];
        float* taps = _scratch.Shared((long)count * channels);
        for (int c = 0; c < channels; c++)
        {
            for (int t = 0; t < count; t++) taps[(nint)t * channels + c] = w.F32[(nint)c * count + t];
        }
        var geometry = new ConvGroup(w.Shape, spec).Geometry(0, x, channels, y.Shape, spec, transposed);
        _workers.For(checked(y.Shape[0] * y.Shape[1]), 1, new DepthwiseRows(geometry, taps, count, bias, y.F32, y.Shape[2]));
    }

    /// <summary>dw (C, KH, KW, 1): channels are shared among the threads, and sums run over the pixels in their order.</summary>
    void DepthwiseFilterGradient(TensorView x, TensorView dy, TensorView dw, in ConvSpec spec)
    {
        int channels = dw.Shape[0], count = dw.Shape[1] * dw.Shape[2], parts = (channels - 1) / DepthwiseGradient.Part + 1;
        float* sums = _scratch.Shared((long)count * channels);
        var geometry = new ConvGroup(dw.Shape, spec).Geometry(0, x, channels, dy.Shape, spec, transposed: false);
        int pixels = checked(dy.Shape[0] * dy.Shape[1] * dy.Shape[2]);
        _workers.For(parts, 1, new DepthwiseGradient(geometry, dy.F32, pixels, sums, count, dw.F32));
    }
}

/// <summary>Rows of results of a depthwise convolution; taps (tap, channel). Item = row of the grid.</summary>
readonly unsafe struct DepthwiseRows(ConvGeometry geometry, float* taps, int count, float* bias, float* y, int gridW)
    : IParallelBody
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Invoke(int start, int end)
    {
        int channels = geometry.Channels;
        float* to = y + (nint)start * gridW * channels;
        var pixel = geometry.Pixel(start * gridW);
        for (int i = 0; i < (end - start) * gridW; i++, to += channels)
        {
            if (bias != null) new ReadOnlySpan<float>(bias, channels).CopyTo(new Span<float>(to, channels));
            else new Span<float>(to, channels).Clear();
            for (int t = 0; t < count; t++)
            {
                var (tapY, tapX) = geometry.Tap(t);
                float* from = geometry.Read(pixel, tapY, tapX);
                if (from != null) Depthwise.MultiplyAdd(from, taps + (nint)t * channels, to, channels);
            }
            geometry.Advance(ref pixel);
        }
    }
}

/// <summary>Filter gradients of some channels; sums (tap, channel). Item = part of the channels.</summary>
readonly unsafe struct DepthwiseGradient(ConvGeometry geometry, float* dy, int pixels, float* sums, int count, float* dw)
    : IParallelBody
{
    /// <summary>Channels of an item: four cache lines.</summary>
    public const int Part = 64;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Invoke(int start, int end)
    {
        int channels = geometry.Channels, first = start * Part, some = Math.Min(end * Part, channels) - first;
        for (int t = 0; t < count; t++) new Span<float>(sums + (nint)t * channels + first, some).Clear();
        var pixel = geometry.Pixel(0);
        float* gradient = dy + first;
        for (int i = 0; i < pixels; i++, gradient += channels)
        {
            for (int t = 0; t < count; t++)
            {
                var (tapY, tapX) = geometry.Tap(t);
                float* from = geometry.Read(pixel, tapY, tapX);
                if (from != null) Depthwise.MultiplyAdd(from + first, gradient, sums + (nint)t * channels + first, some);
            }
            geometry.Advance(ref pixel);
        }
        for (int c = first; c < first + some; c++)
        {
            for (int t = 0; t < count; t++) dw[(nint)c * count + t] = sums[(nint)t * channels + c];
        }
    }
}

static unsafe class Depthwise
{
    /// <summary>c += a·b.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void MultiplyAdd(float* a, float* b, float* c, int count)
    {
        int i = 0;
        for (; i <= count - 8; i += 8)
            Vector256.MultiplyAddEstimate(Vector256.Load(a + i), Vector256.Load(b + i), Vector256.Load(c + i)).Store(c + i);
        for (; i < count; i++) c[i] = float.MultiplyAddEstimate(a[i], b[i], c[i]);
    }
}
