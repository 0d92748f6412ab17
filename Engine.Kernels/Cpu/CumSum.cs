using System.Numerics;
using System.Runtime.CompilerServices;
using Ssgan.Engine.Kernels.Cpu.Threading;

namespace Ssgan.Engine.Kernels.Cpu;

public sealed unsafe partial class CpuBackend
{
    /// <inheritdoc/>
    public override void CumSum(TensorView x, TensorView y, int axis, bool backwards)
    {
        if (y.Count == 0) return;
        var lines = AxisLines.Of(x.Shape, axis);
        int items = checked((int)(lines.Outer * ((lines.Inner + SumLines - 1) / SumLines)));
        int grain = GrainOf(lines.Length * Math.Min(lines.Inner, SumLines));
        switch (x.Type)
        {
            case DType.I32: _workers.For(items, grain, new CumSumRange<int, long>(x.I32, y.I32, lines, backwards)); break;
            case DType.I64:
                _workers.For(items, grain, new CumSumRange<long, long>((long*)x.Address, (long*)y.Address, lines, backwards));
                break;
            case DType.F64:
                _workers.For(items, grain,
                    new CumSumRange<double, double>((double*)x.Address, (double*)y.Address, lines, backwards));
                break;
            default: _workers.For(items, grain, new CumSumRange<float, double>(x.F32, y.F32, lines, backwards)); break;
        }
    }

    /// <summary>Neighbouring lines that one work item walks side by side.</summary>
    const int SumLines = 256;

    /// <summary>Sums in a wider type, cut to the elements'.</summary>
    readonly struct CumSumRange<T, TSum>(T* x, T* y, AxisLines lines, bool backwards) : IParallelBody
        where T : unmanaged, INumberBase<T> where TSum : unmanaged, INumberBase<TSum>
    {
        [SkipLocalsInit]
        public void Invoke(int start, int end)
        {
            TSum* sums = stackalloc TSum[SumLines];
            for (int item = start; item < end; item++)
            {
                var (at, count, step) = Walk(lines, item, backwards);
                new Span<TSum>(sums, count).Clear();
                for (int k = 0; k < lines.Length; k++, at += step)
                {
                    for (int i = 0; i < count; i++)
                    {
                        sums[i] = unchecked(sums[i] + TSum.CreateTruncating(x[at + i]));
                        y[at + i] = T.CreateTruncating(sums[i]);
                    }
                }
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
