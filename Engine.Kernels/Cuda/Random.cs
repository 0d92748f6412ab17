using System.Runtime.InteropServices;
using Ssgan.Engine.Kernels.Cuda.Launch;

namespace Ssgan.Engine.Kernels.Cuda;

public sealed unsafe partial class CudaBackend
{
    static readonly KernelFamily s_normal = new("random", "normal"), s_uniform = new("random", "uniform"),
        s_advance = new("random", "advance");

    /// <inheritdoc/>
    public override void Normal(TensorView y, TensorView generator) => Draw(s_normal, y, generator, default);

    /// <inheritdoc/>
    public override void Uniform(TensorView y, TensorView generator, float low, float high) =>
        Draw(s_uniform, y, generator,
            new RandomArgs { Low = low, Span = high - low, High = high, Below = MathF.Max(low, MathF.BitDecrement(high)) });

    void Draw(KernelFamily kernel, TensorView y, TensorView generator, RandomArgs args)
    {
        if (y.Count == 0) return;
        long blocks = (y.Count + 3) / 4;
        (args.Y, args.Generator, args.Count) = (y.Address, generator.Address, y.Count);
        Launch(kernel, y.Type, GridStride(blocks), args);
        // Not in the same launch: a block that starts late still has to read the old counter.
        Launch(s_advance, DType.I32, new Grid(1, 32), new AdvanceArgs { Generator = generator.Address, Blocks = (ulong)blocks });
    }

    [StructLayout(LayoutKind.Sequential)]
    struct RandomArgs
    {
        public nint Y, Generator;
        public long Count;
        public float Low, Span, High, Below;
    }

    [StructLayout(LayoutKind.Sequential)]
    struct AdvanceArgs
    {
        public nint Generator;
        public ulong Blocks;
    }
}
