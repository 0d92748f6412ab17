using System.Numerics;
using Ssgan.Engine.Kernels.Cpu.Threading;

namespace Ssgan.Engine.Kernels.Cpu;

public sealed unsafe partial class CpuBackend
{
    /// <inheritdoc/>
    public override void Scatter(TensorView x, TensorView indices, TensorView y, int axis)
    {
        var along = new AxisIndices("Scatter", indices, y.Shape, axis);
        if (x.Count == 0) return;
        var lines = AxisLines.Of(x.Shape, axis);
        bool alike = indices.Shape != x.Shape;
        int length = y.Shape[axis];
        switch (x.Type.Size())
        {
            case 1:
                Scatter(new ScatterRange<byte>((byte*)x.Address, along, (byte*)y.Address, lines, length, alike), lines);
                break;
            case 2:
                Scatter(new ScatterRange<ushort>((ushort*)x.Address, along, (ushort*)y.Address, lines, length, alike), lines);
                break;
            case 4:
                Scatter(new ScatterRange<uint>((uint*)x.Address, along, (uint*)y.Address, lines, length, alike), lines);
                break;
            default:
                Scatter(new ScatterRange<ulong>((ulong*)x.Address, along, (ulong*)y.Address, lines, length, alike), lines);
                break;
        }
    }

    /// <inheritdoc/>
    public override void ScatterAdd(TensorView x, TensorView indices, TensorView y, int axis)
    {
        var along = new AxisIndices("ScatterAdd", indices, y.Shape, axis);
        if (x.Count == 0) return;
        var lines = AxisLines.Of(x.Shape, axis);
        bool alike = indices.Shape != x.Shape;
        int length = y.Shape[axis];
        if (x.Type == DType.F32) Scatter(new ScatterAddRange<float>(x.F32, along, y.F32, lines, length, alike), lines);
        else
            Scatter(new ScatterAddRange<double>((double*)x.Address, along, (double*)y.Address, lines, length, alike), lines);
    }

    /// <summary>A work item owns neighbouring lines and walks them from their first element to the last.</summary>
    void Scatter<TBody>(in TBody body, in AxisLines lines) where TBody : unmanaged, IParallelBody =>
        _workers.For(checked((int)(lines.Outer * Panels(lines))),
            GrainOf(lines.Length * Math.Min(lines.Inner, ScatterColumns)), body);

    /// <summary>Neighbouring lines of one work item.</summary>
    const int ScatterColumns = 256;

    static long Panels(in AxisLines lines) => (lines.Inner + ScatterColumns - 1) / ScatterColumns;

    readonly struct ScatterRange<T>(T* x, AxisIndices indices, T* y, AxisLines lines, int length, bool alike)
        : IParallelBody where T : unmanaged
    {
        public void Invoke(int start, int end)
        {
            for (int item = start; item < end; item++)
            {
                long o = Math.DivRem(item, Panels(lines), out long panel), inner = lines.Inner;
                long first = panel * ScatterColumns, last = Math.Min(first + ScatterColumns, inner);
                for (long j = 0; j < lines.Length; j++)
                {
                    long row = (o * lines.Length + j) * inner;
                    for (long i = first; i < last; i++)
                        y[(o * length + indices[alike ? j : row + i]) * inner + i] = x[row + i];
                }
            }
        }
    }

    readonly struct ScatterAddRange<T>(T* x, AxisIndices indices, T* y, AxisLines lines, int length, bool alike)
        : IParallelBody where T : unmanaged, IAdditionOperators<T, T, T>
    {
        public void Invoke(int start, int end)
        {
            for (int item = start; item < end; item++)
            {
                long o = Math.DivRem(item, Panels(lines), out long panel), inner = lines.Inner;
                long first = panel * ScatterColumns, last = Math.Min(first + ScatterColumns, inner);
                for (long j = 0; j < lines.Length; j++)
                {
                    long row = (o * lines.Length + j) * inner;
                    for (long i = first; i < last; i++)
                        y[(o * length + indices[alike ? j : row + i]) * inner + i] += x[row + i];
                }
            }
        }
    }
}
