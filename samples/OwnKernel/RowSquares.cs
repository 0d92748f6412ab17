using Ssgan.Engine;
using Ssgan.Engine.Kernels;

namespace OwnKernel;

/// <summary>The sum of squares of each row: an operation with code of its own for each kind of device.</summary>
static class RowSquaresOperation
{
    const int Threads = 256;

    static readonly KernelEntry s_kernel =
        KernelModule.FromPtx("row_squares.ptx", Resource.Text("row_squares.ptx")).Entry("row_squares");

    /// <summary>(rows) = Σ x² along each row; the derivative of x is 2x.</summary>
    public static Tensor RowSquares(this Tensor x) => Tensor.Custom("row_squares", [x],
        static f =>
        {
            var x = f.Save(f.Inputs[0]);
            if (x.Shape.Rank != 2) throw new ArgumentException($"row_squares: x {x.Shape} has no rows of columns.");
            return Tensor.Raw("row_squares", [x], new Shape(x.Shape[0]), OnCpu, call => OnCuda(call, x.Shape[0], x.Shape[1]));
        },
        static g => g[0] = g.Upstream.Reshape(g.Upstream.Shape[0], 1) * g.Saved(0) * 2);

    static void OnCpu(CpuCall call)
    {
        int rows = call.Output.Length, columns = rows == 0 ? 0 : call.Input(0).Length / rows;
        call.For(rows, Math.Max(1, 65536 / Math.Max(1, columns)), (start, end) =>
        {
            var x = call.Input(0);
            var y = call.Output;
            for (int row = start; row < end; row++)
            {
                float sum = 0;
                foreach (float value in x.Slice(row * columns, columns)) sum += value * value;
                y[row] = sum;
            }
        });
    }

    static void OnCuda(CudaCall call, int rows, int columns)
    {
        if (rows == 0) return;
        call.Launch(s_kernel, new LaunchShape(rows, Threads),
            new Args { X = call.Input(0).Address, Y = call.Output.Address, Columns = columns });
    }

    /// <summary>The twin of Args in kernels/row_squares.cu.</summary>
    struct Args
    {
        public nint X, Y;
        public int Columns;
    }
}
