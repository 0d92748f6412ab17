using Ssgan.Engine.Kernels.Cpu.Threading;

namespace Ssgan.Engine.Kernels.Cpu;

public sealed unsafe partial class CpuBackend
{
    /// <inheritdoc/>
    public override void Gather(TensorView x, TensorView indices, TensorView y, int axis)
    {
        var along = new AxisIndices("Gather", indices, x.Shape, axis);
        if (y.Count == 0) return;
        switch (x.Type.Size())
        {
            case 1: Gather((byte*)x.Address, along, (byte*)y.Address, indices.Shape, y.Shape, axis, x.Shape[axis]); break;
            case 2: Gather((ushort*)x.Address, along, (ushort*)y.Address, indices.Shape, y.Shape, axis, x.Shape[axis]); break;
            case 4: Gather((uint*)x.Address, along, (uint*)y.Address, indices.Shape, y.Shape, axis, x.Shape[axis]); break;
            default: Gather((ulong*)x.Address, along, (ulong*)y.Address, indices.Shape, y.Shape, axis, x.Shape[axis]); break;
        }
    }

    void Gather<T>(T* x, AxisIndices indices, T* y, Shape indexShape, Shape shape, int axis, int length) where T : unmanaged
    {
        var lines = AxisLines.Of(shape, axis);
        var body = new GatherAxisRange<T>(x, indices, y, lines, length, indexShape != shape);
        _workers.For(body.Blocks, GrainOf(body.RowsPerBlock * lines.Inner), body);
    }

    /// <summary>Indices of either width, checked against the axis that they are of.</summary>
    readonly struct AxisIndices
    {
        readonly nint _address;
        readonly bool _wide;

        public AxisIndices(string name, TensorView indices, Shape shape, int axis)
        {
            (_address, _wide) = (indices.Address, indices.Type.Size() == sizeof(long));
            long length = shape[axis];
            for (long i = 0; i < indices.Count; i++)
            {
                if ((ulong)this[i] < (ulong)length) continue;
                throw new ArgumentOutOfRangeException(nameof(indices),
                    $"{name}: index {i} is {this[i]}, but axis {axis} of {shape} has {length} elements.");
            }
        }

        public long this[long i] => _wide ? ((long*)_address)[i] : ((int*)_address)[i];
    }

    /// <summary>Rows (o, j) of inner elements; alike: they move as wholes.</summary>
    readonly struct GatherAxisRange<T>(T* x, AxisIndices indices, T* y, AxisLines lines, int length, bool alike)
        : IParallelBody where T : unmanaged
    {
        public long RowsPerBlock { get; } = Math.Max(1, BlockElements / lines.Inner);

        public int Blocks => checked((int)((lines.Outer * lines.Length + RowsPerBlock - 1) / RowsPerBlock));

        public void Invoke(int start, int end)
        {
            long inner = lines.Inner, last = Math.Min(end * RowsPerBlock, lines.Outer * lines.Length);
            for (long row = start * RowsPerBlock; row < last; row++)
            {
                long o = Math.DivRem(row, lines.Length, out long j);
                T* from = x + o * length * inner, to = y + row * inner;
                if (alike)
                {
                    long bytes = inner * sizeof(T);
                    Buffer.MemoryCopy(from + indices[j] * inner, to, bytes, bytes);
                    continue;
                }
                for (long i = 0; i < inner; i++) to[i] = from[indices[row * inner + i] * inner + i];
            }
        }
    }
}
