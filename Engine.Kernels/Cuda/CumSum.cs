using System.Runtime.InteropServices;
using Ssgan.Engine.Kernels.Cuda.Launch;

namespace Ssgan.Engine.Kernels.Cuda;

public sealed unsafe partial class CudaBackend
{
    static readonly KernelFamily s_cumSumRows = new("cum_sum", "cum_sum_rows"),
        s_cumSumColumns = new("cum_sum", "cum_sum_columns");

    /// <inheritdoc/>
    public override void CumSum(TensorView x, TensorView y, int axis, bool backwards)
    {
        const int Short = 64;
        if (y.Count == 0) return;
        SameType("CumSum", x, y);
        var lines = AxisLines.Of(x.Shape, axis);
        var args = new CumSumArgs
        {
            X = x.Address, Y = y.Address, Lines = lines.Outer * lines.Inner, Length = lines.Length, Inner = new(lines.Inner),
            Backwards = backwards ? 1 : 0,
        };
        if (lines.Inner == 1 && lines.Length > Short) Launch(s_cumSumRows, x.Type, GridStride(args.Lines * 256), args);
        else Launch(s_cumSumColumns, x.Type, GridStride(args.Lines), args);
    }

    [StructLayout(LayoutKind.Sequential)]
    struct CumSumArgs
    {
        public nint X, Y;
        public long Lines, Length;
        public Divisor Inner;
        public int Backwards;
    }
}
