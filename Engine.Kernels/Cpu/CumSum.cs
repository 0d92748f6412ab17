using System.Runtime.CompilerServices;
using Ssgan.Engine.Kernels.Cpu.Threading;

namespace Ssgan.Engine.Kernels.Cpu;

public sealed unsafe partial class CpuBackend
{
    public override void CumSum(TensorView x, TensorView y, int axis, bool backwards)
    {
        if (y.Count == 0) return;
        var lines = AxisLines.Of(x.Shape, axis);
        int items = checked((int)(lines.Outer * ((lines.Inner + SumLines - 1) / SumLines)));
        int grain = GrainOf(lines.Length * Math.Min(lines.Inner, SumLines));
        if (x.Type == DType.I32) _workers.For(items, grain, new CumSumOfIntegers(x.I32, y.I32, lines, backwards));
        else _workers.For(items, grain, new CumSumRange(x.F32, y.F32, lines, backwards));
    }

    /// <summary>Neighbouring lines that one work item walks side by side.</summary>
    const int SumLines = 256;

    /// <summary>Sums in double precision, rounded once an element.</summary>
    readonly struct CumSumRange(float* x, float* y, AxisLines lines, bool backwards) : IParallelBody
    {
        [SkipLocalsInit]
        public void Invoke(int start, int end)
        {
            double* sums = stackalloc double[SumLines];
            for (int item = start; item < end; item++)
            {
                var (at, count, step) = Walk(lines, item, backwards);
                new Span<double>(sums, count).Clear();
                for (int k = 0; k < lines.Length; k++, at += step)
                    for (int i = 0; i < count; i++) y[at + i] = (float)(sums[i] += x[at + i]);
            }
        }
    }

    /// <summary>Sums that wrap around.</summary>
    readonly struct CumSumOfIntegers(int* x, int* y, AxisLines lines, bool backwards) : IParallelBody
    {
        [SkipLocalsInit]
        public void Invoke(int start, int end)
        {
            int* sums = stackalloc int[SumLines];
            for (int item = start; item < end; item++)
            {
                var (at, count, step) = Walk(lines, item, backwards);
                new Span<int>(sums, count).Clear();
                for (int k = 0; k < lines.Length; k++, at += step)
                    for (int i = 0; i < count; i++) y[at + i] = unchecked(sums[i] += x[at + i]);
            }
        }
    }

    /// <summary>Where a work item's lines begin, how many they are, and the step along them.</summary>
    static (long At, int Count, long Step) Walk(in AxisLines lines, int item, bool backwards)
    {
        long o = Math.DivRem(item, (lines.Inner + SumLines - 1) / SumLines, out long panel), first = panel * SumLines;
        long at = o * lines.Length * lines.Inner + first;
        int count = (int)Math.Min(SumLines, lines.Inner - first);
        return backwards ? (at + (lines.Length - 1) * lines.Inner, count, -lines.Inner) : (at, count, lines.Inner);
    }
}
