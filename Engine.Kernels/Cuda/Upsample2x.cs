using System.Numerics;
using System.Runtime.InteropServices;
using Ssgan.Engine.Kernels.Cuda.Launch;

namespace Ssgan.Engine.Kernels.Cuda;

public sealed unsafe partial class CudaBackend
{
    static readonly KernelFamily s_nearest = new("upsample2x", "upsample_nearest"),
        s_nearestWide = new("upsample2x", "upsample_nearest_wide"),
        s_nearestBackward = new("upsample2x", "upsample_nearest_backward"),
            s_nearestBackwardWide = new("upsample2x", "upsample_nearest_backward_wide"),
        s_bilinear = new("upsample2x", "upsample_bilinear"), s_bilinearWide = new("upsample2x", "upsample_bilinear_wide"),
        s_bilinearBackward = new("upsample2x", "upsample_bilinear_backward"),
            s_bilinearBackwardWide = new("upsample2x", "upsample_bilinear_backward_wide"),
        s_binomial = new("upsample2x", "upsample_binomial"), s_binomialWide = new("upsample2x", "upsample_binomial_wide"),
        s_binomialBackward = new("upsample2x", "upsample_binomial_backward"),
            s_binomialBackwardWide = new("upsample2x", "upsample_binomial_backward_wide");

    /// <inheritdoc/>
    public override void Upsample2x(TensorView x, TensorView y, UpsampleMode mode)
    {
        SameType("Upsample2x", x, y);
        if (mode == UpsampleMode.Nearest) Nearest(s_nearest, s_nearestWide, x, y, x.Shape);
        else if (mode == UpsampleMode.Bilinear) Smooth(s_bilinear, s_bilinearWide, x, y, x.Shape);
        else Smooth(s_binomial, s_binomialWide, x, y, x.Shape);
    }

    /// <inheritdoc/>
    public override void Upsample2xBackward(TensorView dy, TensorView dx, UpsampleMode mode)
    {
        SameType("Upsample2xBackward", dy, dx);
        if (mode == UpsampleMode.Nearest) Nearest(s_nearestBackward, s_nearestBackwardWide, dy, dx, dx.Shape);
        else if (mode == UpsampleMode.Bilinear) Smooth(s_bilinearBackward, s_bilinearBackwardWide, dy, dx, dx.Shape);
        else Smooth(s_binomialBackward, s_binomialBackwardWide, dy, dx, dx.Shape);
    }

    /// <summary>x and y in the order of the kernel's arguments; the shape is that of the smaller.</summary>
    void Nearest(KernelFamily kernel, KernelFamily wideKernel, TensorView x, TensorView y, Shape small)
    {
        if (small.Count == 0) return;
        int unit = UnitOfChannels(y, x.Address);
        var args = new Upsample2xArgs
        {
            X = x.Address, Y = y.Address, Count = small.Count / unit, Units = new(small[3] / unit), Width = new(small[2]),
        };
        Launch(unit > 1 ? wideKernel : kernel, y.Type, GridStride(args.Count), args);
    }

    void Smooth(KernelFamily kernel, KernelFamily wideKernel, TensorView x, TensorView y, Shape small)
    {
        if (small.Count == 0) return;
        const int Threads = 256, ThreadsLog = 8;
        int unit = UnitOfChannels(y, x.Address), units = small[3] / unit;
        // Eight lanes of 16 bytes are a line of memory; what they leave of the block is about square.
        int lanesLog = Math.Min(unit > 1 ? 3 : 5, BitOperations.Log2(BitOperations.RoundUpToPowerOf2((uint)units)));
        int columnsLog = (ThreadsLog + 1 - lanesLog) / 2, rowsLog = ThreadsLog - lanesLog - columnsLog;
        int chunks = Tiles(units, lanesLog), across = Tiles(small[2], columnsLog), down = Tiles(small[1], rowsLog);
        var args = new Upsample2xArgs
        {
            X = x.Address, Y = y.Address, Count = (long)chunks * across * down * small[0], Chunks = new(chunks),
            Across = new(across), Down = new(down), Height = small[1], Columns = small[2], PerPixel = units, LanesLog = lanesLog,
            ColumnsLog = columnsLog,
        };
        Launch(unit > 1 ? wideKernel : kernel, y.Type, GridStride(args.Count * Threads, Threads), args);
    }

    static int Tiles(int extent, int sideLog) => (extent + (1 << sideLog) - 1) >> sideLog;

    [StructLayout(LayoutKind.Sequential)]
    struct Upsample2xArgs
    {
        public nint X, Y;
        public long Count;
        public Divisor Units, Width, Chunks, Across, Down;
        public int Height, Columns, PerPixel, LanesLog, ColumnsLog;
    }
}
