using System.Numerics;
using Ssgan.Engine.Kernels.Cpu.Threading;

namespace Ssgan.Engine.Kernels.Cpu;

public sealed unsafe partial class CpuBackend
{
    // Floats of the output per hand-out of a loop.
    const int PoolGrain = 8192;

    static int PoolRowGrain(TensorView y) => Math.Max(1, PoolGrain / Math.Max(1, y.Shape[2] * y.Shape[3]));

    /// <inheritdoc/>
    public override void AvgPool2d(TensorView x, TensorView y, in PoolSpec spec)
    {
        if (y.Count == 0) return;
        _workers.For(checked(y.Shape[0] * y.Shape[1]), PoolRowGrain(y),
            new AvgPoolForward { X = x.F32, Y = y.F32, Map = new PoolMap(x, y, spec) });
    }

    /// <inheritdoc/>
    public override void AvgPool2dBackward(TensorView dy, TensorView dx, in PoolSpec spec)
    {
        if (dx.Count == 0) return;
        _workers.For(checked(dx.Shape[0] * dx.Shape[1]), PoolRowGrain(dx),
            new AvgPoolBackward { DY = dy.F32, DX = dx.F32, Map = new PoolMap(dx, dy, spec) });
    }

    /// <summary>Extents of a pooling's input (H, W) and output (OH, OW), and which of one belong to which of the other.</summary>
    readonly struct PoolMap(TensorView x, TensorView y, PoolSpec spec)
    {
        public readonly int H = x.Shape[1], W = x.Shape[2], OH = y.Shape[1], OW = y.Shape[2], C = x.Shape[3];
        public readonly int K = spec.Kernel, S = spec.Stride, P = spec.Padding;

        public readonly float Divisor = spec.Divisor;

        /// <summary>Two by two windows side by side, which skip the general loops.</summary>
        public bool IsHalving => K == 2 && S == 2 && P == 0;

        /// <summary>Inputs [start, end) inside output o's window.</summary>
        public void Window(int o, int extent, out int start, out int end)
        {
            start = Math.Max(o * S - P, 0);
            end = Math.Min(o * S - P + K, extent);
        }

        /// <summary>Outputs [start, end) whose windows contain input i.</summary>
        public void Windows(int i, int extent, out int start, out int end)
        {
            int before = i + P - K;
            start = before < 0 ? 0 : before / S + 1;
            end = Math.Min((i + P) / S + 1, extent);
        }
    }

    /// <summary>An item is an output row.</summary>
    struct AvgPoolForward : IParallelBody
    {
        public float* X, Y;
        public PoolMap Map;

        public readonly void Invoke(int start, int end)
        {
            nint c = Map.C, row = Map.W * c;
            float divisor = Map.Divisor;
            for (int item = start; item < end; item++)
            {
                float* image = X + item / Map.OH * Map.H * row;
                float* y = Y + item * Map.OW * c;
                Map.Window(item % Map.OH, Map.H, out int h0, out int h1);
                for (int o = 0; o < Map.OW; o++, y += c)
                {
                    Map.Window(o, Map.W, out int w0, out int w1);
                    float* a = image + h0 * row + w0 * c;
                    if (Map.IsHalving) SumOfFour(a, a + c, a + row, a + row + c, y, (int)c, 0.25f);
                    else SumOfWindow(image, row, c, h0, h1, w0, w1, y, divisor);
                }
            }
        }
    }

    /// <summary>An item is a row of dx; each element gathers from the windows that contain it.</summary>
    struct AvgPoolBackward : IParallelBody
    {
        public float* DY, DX;
        public PoolMap Map;

        public readonly void Invoke(int start, int end)
        {
            nint c = Map.C, row = Map.OW * c;
            float divisor = Map.Divisor;
            for (int item = start; item < end; item++)
            {
                float* image = DY + item / Map.H * Map.OH * row;
                float* dx = DX + item * Map.W * c;
                Map.Windows(item % Map.H, Map.OH, out int h0, out int h1);
                for (int i = 0; i < Map.W; i++, dx += c)
                {
                    Map.Windows(i, Map.OW, out int w0, out int w1);
                    SumOfWindow(image, row, c, h0, h1, w0, w1, dx, divisor);
                }
            }
        }
    }

    /// <summary>y = the sum of pixels [h0, h1) x [w0, w1), over the divisor; 0 where there are none.</summary>
    static void SumOfWindow(float* image, nint row, nint c, int h0, int h1, int w0, int w1, float* y, float divisor)
    {
        int k = 0, width = Vector<float>.Count;
        var s = new Vector<float>(divisor);
        for (; k <= c - width; k += width)
        {
            var sum = Vector<float>.Zero;
            for (int h = h0; h < h1; h++)
                for (int w = w0; w < w1; w++) sum += Vector.Load(image + h * row + w * c + k);
            (sum / s).Store(y + k);
        }
        for (; k < c; k++)
        {
            float sum = 0;
            for (int h = h0; h < h1; h++)
                for (int w = w0; w < w1; w++) sum += image[h * row + w * c + k];
            y[k] = sum / divisor;
        }
    }
}
