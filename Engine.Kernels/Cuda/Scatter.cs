using System.Runtime.InteropServices;
using Ssgan.Engine.Kernels.Cuda.Launch;

namespace Ssgan.Engine.Kernels.Cuda;

public sealed unsafe partial class CudaBackend
{
    static readonly KernelFamily s_scatterAxis = new("scatter", "scatter_axis"),
        s_scatterAddAxis = new("scatter", "scatter_add_axis");

    /// <inheritdoc/>
    public override void Scatter(TensorView x, TensorView indices, TensorView y, int axis)
    {
        SameType("Scatter", x, y);
        Scatter(s_scatterAxis, OfSize(x.Type.Size()), x, indices, y, axis);
    }

    /// <inheritdoc/>
    public override void ScatterAdd(TensorView x, TensorView indices, TensorView y, int axis)
    {
        SameType("ScatterAdd", x, y);
        Scatter(s_scatterAddAxis, x.Type, x, indices, y, axis);
    }

    void Scatter(KernelFamily kernel, DType type, TensorView x, TensorView indices, TensorView y, int axis)
    {
        // Owners look through their line: so far that is quicker than lines that are walked by one thread each.
        const long Few = 1 << 20;
        const int Short = 8;
        if (x.Count == 0) return;
        var lines = AxisLines.Of(x.Shape, axis);
        var args = new ScatterAxisArgs
        {
            X = x.Address, Indices = indices.Address, Y = y.Address, Lines = lines.Outer * lines.Inner, Inner = new(lines.Inner),
            Columns = new(lines.Length), Length = y.Shape[axis], Alike = indices.Shape != x.Shape ? 1 : 0,
            Wide = indices.Type.Size() == sizeof(long) ? 1 : 0, Owners = x.Count <= Few && lines.Length > Short ? 1 : 0,
        };
        Launch(kernel, type, GridStride(args.Owners != 0 ? x.Count : args.Lines), args);
    }

    [StructLayout(LayoutKind.Sequential)]
    struct ScatterAxisArgs
    {
        public nint X, Indices, Y;
        public long Lines;
        public Divisor Inner, Columns;
        public long Length;
        public int Alike, Wide, Owners;
    }
}
