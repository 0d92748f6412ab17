using Ssgan.Engine.Kernels.Cuda.Native;

namespace Ssgan.Engine.Kernels.Cuda;

/// <summary>The primitives on an NVIDIA GPU: our kernels from embedded PTX, and cuBLAS and cuDNN where they are installed.</summary>
public sealed unsafe partial class CudaBackend : Backend
{
    /// <summary>Opens a device.</summary>
    /// <param name="source">Where functions come from.</param>
    /// <param name="ordinal">The device's number.</param>
    public CudaBackend(ISymbolSource source, int ordinal = 0) => throw new NotSupportedException($"{source} {ordinal}");

    public override string Name => "cuda";

    /// <summary>Number of multiprocessors.</summary>
    internal int Multiprocessors { get; } = 1;

    /// <summary>Launches a kernel on this backend's stream. The kernel takes one parameter: the struct, by value.</summary>
    internal void Launch<TArgs>(KernelFamily kernel, DType type, in Grid grid, in TArgs args) where TArgs : unmanaged =>
        throw new NotSupportedException($"{kernel} {type} {grid} {args}");

    /// <summary>The same as a cooperative launch: all blocks are resident at once, or the launch fails.</summary>
    internal void LaunchCooperative<TArgs>(KernelFamily kernel, DType type, in Grid grid, in TArgs args) where TArgs : unmanaged =>
        throw new NotSupportedException($"{kernel} {type} {grid} {args}");

    /// <summary>How many blocks of a kernel are resident on one multiprocessor at once.</summary>
    internal int ResidentBlocks(KernelFamily kernel, DType type, int threads, int sharedBytes) => throw new NotSupportedException($"{kernel} {type} {threads} {sharedBytes}");

    /// <summary>A grid of at most some waves over <paramref name="items"/> items, one a thread, for a grid-stride loop.</summary>
    internal Grid GridStride(long items, int threads = 256)
    {
        long blocks = (items + threads - 1) / threads, most = Multiprocessors * 32L;
        return new Grid((int)Math.Clamp(blocks, 1, Math.Max(1, most)), threads);
    }

    /// <summary>Device memory that lasts to the end of the running primitive; a second call may give the same bytes. 256-byte aligned.</summary>
    internal nint Scratch(long bytes) => throw new NotSupportedException($"{bytes}");

    public override nint Allocate(long bytes) => throw new NotSupportedException();
    public override void Free(nint address, long bytes) => throw new NotSupportedException();
    public override void Upload(ReadOnlySpan<byte> source, View destination) => throw new NotSupportedException();
    public override void Download(View source, Span<byte> destination) => throw new NotSupportedException();
    public override void Synchronize() => throw new NotSupportedException();
    protected override void Dispose(bool disposing) => throw new NotSupportedException();
}
