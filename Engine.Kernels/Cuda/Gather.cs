using System.Runtime.InteropServices;
using Ssgan.Engine.Kernels.Cuda.Launch;

namespace Ssgan.Engine.Kernels.Cuda;

public sealed unsafe partial class CudaBackend
{
    static readonly KernelFamily s_gatherAxis = new("gather", "gather_axis"),
        s_gatherAxisWide = new("gather", "gather_axis_wide");

    /// <inheritdoc/>
    public override void Gather(TensorView x, TensorView indices, TensorView y, int axis)
    {
        if (y.Count == 0) return;
        SameType("Gather", x, y);
        var lines = AxisLines.Of(y.Shape, axis);
        bool alike = indices.Shape != y.Shape;
        int bytes = x.Type.Size();
        // Rows that move as wholes are as good as bytes.
        int unit = alike ? VectorPacking.Unit(x.Address | y.Address | lines.Inner * bytes) : bytes;
        var args = new GatherAxisArgs
        {
            X = x.Address, Indices = indices.Address, Y = y.Address, Units = y.Bytes / unit,
            Inner = new(lines.Inner * bytes / unit), Columns = new(lines.Length), Length = x.Shape[axis],
            Alike = alike ? 1 : 0, Wide = indices.Type.Size() == sizeof(long) ? 1 : 0,
        };
        Launch(unit == 16 ? s_gatherAxisWide : s_gatherAxis, OfSize(unit), GridStride(args.Units), args);
    }

    [StructLayout(LayoutKind.Sequential)]
    struct GatherAxisArgs
    {
        public nint X, Indices, Y;
        public long Units;
        public Divisor Inner, Columns;
        public long Length;
        public int Alike, Wide;
    }
}
