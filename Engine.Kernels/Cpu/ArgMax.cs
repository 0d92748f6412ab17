using Ssgan.Engine.Kernels.Cpu.Threading;

namespace Ssgan.Engine.Kernels.Cpu;

public sealed unsafe partial class CpuBackend
{
    /// <inheritdoc/>
    public override void ArgMax(TensorView x, TensorView y)
    {
        if (y.Count == 0) return;
        int columns = x.Shape[-1];
        if (columns == 0)
            throw new ArgumentException($"ArgMax: the last axis of x {x.Shape} is empty, so no index exists.", nameof(x));
        int perBlock = Math.Max(1, BlockElements / columns);
        int blocks = checked((int)((y.Count + perBlock - 1) / perBlock));
        _workers.For(blocks, GrainOf((long)perBlock * columns), new ArgMaxRange(x.F32, columns, y.I32, y.Count, perBlock));
    }

    readonly struct ArgMaxRange(float* x, int columns, int* y, long rows, int perBlock) : IParallelBody
    {
        public void Invoke(int start, int end)
        {
            long last = Math.Min(end * (long)perBlock, rows);
            for (long row = start * (long)perBlock; row < last; row++) y[row] = FirstMaximum(x + row * columns, columns);
        }
    }

    /// <summary>Index of the first maximum, or of the first NaN.</summary>
    static int FirstMaximum(float* x, int count)
    {
        int best = 0;
        // Once the best is NaN no comparison replaces it.
        for (int i = 1; i < count && !float.IsNaN(x[best]); i++)
        {
            if (x[i] > x[best] || float.IsNaN(x[i])) best = i;
        }
        return best;
    }
}
