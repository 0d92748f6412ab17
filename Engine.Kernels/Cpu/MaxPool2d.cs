using System.Numerics;
using System.Runtime.InteropServices;
using Ssgan.Engine.Kernels.Cpu.Threading;

namespace Ssgan.Engine.Kernels.Cpu;

public sealed unsafe partial class CpuBackend
{
    /// <inheritdoc/>
    public override void MaxPool2d(TensorView x, TensorView y, TensorView index, in PoolSpec spec)
    {
        if (y.Count == 0) return;
        _workers.For(checked(y.Shape[0] * y.Shape[1]), PoolRowGrain(y),
            new MaxPoolForward { X = x.F32, Y = y.F32, Index = index.I32, Map = new PoolMap(x, y, spec) });
    }

    /// <inheritdoc/>
    public override void MaxPool2dGather(TensorView x, TensorView index, TensorView y)
    {
        if (y.Count == 0) return;
        _workers.For(checked(y.Shape[0] * y.Shape[1]), PoolRowGrain(y), new MaxPoolGather
        {
            X = x.F32, Y = y.F32, Index = index.I32, Image = (nint)x.Shape[1] * x.Shape[2] * x.Shape[3], OH = y.Shape[1],
            OW = y.Shape[2], C = y.Shape[3],
        });
    }

    /// <inheritdoc/>
    public override void MaxPool2dBackward(TensorView dy, TensorView index, TensorView dx, in PoolSpec spec)
    {
        if (dx.Count == 0) return;
        // Few images are cut by channels too; who adds what in which order is the same.
        int n = dx.Shape[0], c = dx.Shape[3], channels = n >= 2 * Threads ? c : 64, slices = (c + channels - 1) / channels;
        _workers.For(checked(n * slices), 1, new MaxPoolBackward
        {
            DY = dy.F32, DX = dx.F32, Index = index.I32, Inputs = dx.Shape[1] * dx.Shape[2], Outputs = dy.Shape[1] * dy.Shape[2],
            C = c, Channels = channels, Slices = slices,
        });
    }

    /// <summary>
    /// An item is an output row. A value replaces the best so far if it is not smaller or equal (greater, or a NaN) and the best
    /// is no NaN: the first maximum wins, and the first NaN beats everything. The engine keeps padding ≤ kernel / 2, so no
    /// window is empty.
    /// </summary>
    struct MaxPoolForward : IParallelBody
    {
        public float* X, Y;
        public int* Index;
        public PoolMap Map;

        public readonly void Invoke(int start, int end)
        {
            nint c = Map.C, row = Map.W * c;
            int width = Vector<float>.Count;
            for (int item = start; item < end; item++)
            {
                float* image = X + item / Map.OH * Map.H * row;
                nint output = item * Map.OW * c;
                Map.Window(item % Map.OH, Map.H, out int h0, out int h1);
                for (int o = 0; o < Map.OW; o++, output += c)
                {
                    Map.Window(o, Map.W, out int w0, out int w1);
                    int k = 0;
                    for (; k <= c - width; k += width)
                    {
                        var best = Vector.Load(image + h0 * row + w0 * c + k);
                        var at = new Vector<int>(h0 * Map.W + w0);
                        for (int h = h0; h < h1; h++)
                        {
                            for (int w = w0; w < w1; w++)
                            {
                                var v = Vector.Load(image + h * row + w * c + k);
                                var wins = Vector.AndNot(Vector.Equals(best, best), Vector.LessThanOrEqual(v, best));
                                best = Vector.ConditionalSelect(wins, v, best);
                                at = Vector.ConditionalSelect(wins, new Vector<int>(h * Map.W + w), at);
                            }
                        }
                        best.Store(Y + output + k);
                        at.Store(Index + output + k);
                    }
                    for (; k < c; k++)
                    {
                        float best = image[h0 * row + w0 * c + k];
                        int at = h0 * Map.W + w0;
                        for (int h = h0; h < h1; h++)
                        {
                            for (int w = w0; w < w1; w++)
                            {
                                float v = image[h * row + w * c + k];
                                if (v <= best || float.IsNaN(best)) continue;
                                best = v;
                                at = h * Map.W + w;
                            }
                        }
                        Y[output + k] = best;
                        Index[output + k] = at;
                    }
                }
            }
        }
    }

    /// <summary>An item is an output row.</summary>
    struct MaxPoolGather : IParallelBody
    {
        public float* X, Y;
        public int* Index;
        public nint Image;
        public int OH, OW, C;

        public readonly void Invoke(int start, int end)
        {
            for (int item = start; item < end; item++)
            {
                float* image = X + item / OH * Image;
                nint output = (nint)item * OW * C;
                for (int o = 0; o < OW; o++, output += C)
                    for (int k = 0; k < C; k++) Y[output + k] = image[(nint)Index[output + k] * C + k];
            }
        }
    }

    /// <summary>
    /// An item is a slice of channels of one image. Overlapping windows may choose one input, and only channels and images are
    /// independent; an input's sum is in the order of the outputs.
    /// </summary>
    struct MaxPoolBackward : IParallelBody
    {
        public float* DY, DX;
        public int* Index;
        public int Inputs, Outputs, C, Channels, Slices;

        public readonly void Invoke(int start, int end)
        {
            for (int item = start; item < end; item++)
            {
                int n = item / Slices, c0 = item % Slices * Channels, count = Math.Min(Channels, C - c0);
                float* dx = DX + (nint)n * Inputs * C + c0;
                nint first = (nint)n * Outputs * C + c0;
                if (count == C) Zero(dx, (long)Inputs * C);
                else for (int i = 0; i < Inputs; i++) Zero(dx + (nint)i * C, count);
                for (int o = 0; o < Outputs; o++, first += C)
                    for (int k = 0; k < count; k++) dx[(nint)Index[first + k] * C + k] += DY[first + k];
            }
        }

        static void Zero(float* y, long count) => NativeMemory.Clear(y, (nuint)(count * sizeof(float)));
    }
}
