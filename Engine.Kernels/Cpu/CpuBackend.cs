using System.Runtime.Intrinsics;
using Ssgan.Engine.Kernels.Cpu.Gemm;
using Ssgan.Engine.Kernels.Cpu.Threading;

namespace Ssgan.Engine.Kernels.Cpu;

/// <summary>
/// The primitives on the host's cores: SIMD loops over threads that this object owns. It is what everything runs on without a
/// GPU, and the oracle of every CUDA kernel. One thread at a time may call it.
/// </summary>
public sealed unsafe partial class CpuBackend : Backend
{
    readonly Workers _workers;
    readonly Scratch _scratch;
    readonly SimdPath _simd;
    // Nine tenths of the machine's memory, or of the container's. What the runtime calls the total is narrowed by limits of
    // the managed heap.
    readonly long _available = GC.GetGCMemoryInfo().HighMemoryLoadThresholdBytes;
    long _allocated;

    /// <summary>A backend with its own worker threads.</summary>
    /// <param name="threads">How many threads a loop may use, the caller's included; 0 takes one per logical processor.</param>
    public CpuBackend(int threads = 0) : this(threads, SimdPath.Auto)
    {
    }

    /// <summary>
    /// Whether convolutions of stride 1 may go by Winograd's method: those of 3x3 taps by F(4x4, 3x3), which takes a quarter of
    /// the multiplications and makes squares of 4 x 4 results from squares of 6 x 6 pixels. The rounding errors of a square are
    /// of the size of its largest values: at most 752·(C + 25)·2⁻²⁴·Σ max|x|·max|w| to first order, where the sum goes over the
    /// C channels, each with its largest pixel of the 6 x 6 and its largest tap. Random values come to 1.5e-6 of the result's
    /// size at 256 channels; plain sums to 0.8e-6. So a result that is exactly 0, or positive, by plain sums may be a rounding
    /// error of either sign. A square whose pixels differ in size (of results, summed over the filters) by more than 256, or
    /// that has a result which is not finite, is made by plain sums instead, so that an outlier, an infinity or an overflow
    /// spoils nothing beside it. A filter's gradient goes by plain sums where any of it is not finite. Wide filters of 5x5, 1x7
    /// and 7x1 taps go forward by F(2x2, 5x5) and F(4, 7), the latter with errors of 2e-6 of random results' size. False: plain
    /// sums for all.
    /// </summary>
    public bool AllowWinograd { get; set; } = true;

    /// <summary>
    /// A backend whose matrix kernels use a given vector width, so that tests reach every path on any processor.
    /// </summary>
    internal CpuBackend(int threads, SimdPath simd)
    {
        if (threads < 0)
            throw new ArgumentOutOfRangeException(nameof(threads), threads,
                "The number of CPU threads must be 0 (all) or positive.");
        _simd = simd.Resolve();
        _workers = new Workers(threads == 0 ? Environment.ProcessorCount : threads);
        _scratch = new Scratch(_workers.Count, GemmPlan.OwnFloats);
    }

    /// <inheritdoc/>
    public override string Name => "cpu";

    /// <inheritdoc/>
    public override string Describe() =>
        $"{Environment.ProcessorCount} logical processors, {Threads} threads, {_simd.Bits()}-bit vectors";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Notices { get; } =
        CompiledAhead.Narrowness is { } narrowness ? [narrowness] : [];

    /// <inheritdoc/>
    public override string? WhyNot(Precision precision) =>
        precision == Precision.F32 ? null : "needs a GPU; the CPU computes in f32";

    /// <summary>Threads that a parallel loop uses.</summary>
    public int Threads => _workers.Count;

    /// <inheritdoc/>
    public override nint Allocate(long bytes)
    {
        long all = Interlocked.Add(ref _allocated, bytes);
        try
        {
            // Linux promises more memory than there is, and ends the process that then uses it: what cannot fit is not asked for.
            if (all <= _available) return (nint)HostMemory.Allocate(bytes);
        }
        catch (OutOfMemoryException)
        {
            // Full in the other way; both are told below.
        }
        Interlocked.Add(ref _allocated, -bytes);
        throw new OutOfDeviceMemoryException(
            $"The host can give {_available:N0} bytes of memory; with these, {all:N0} would be taken.");
    }

    /// <inheritdoc/>
    public override void Free(nint address, long bytes)
    {
        HostMemory.Free((void*)address);
        Interlocked.Add(ref _allocated, -bytes);
    }

    /// <inheritdoc/>
    public override void Upload(ReadOnlySpan<byte> source, TensorView destination) =>
        source.CopyTo(new Span<byte>(destination.U8, checked((int)destination.Bytes)));

    /// <inheritdoc/>
    public override void Download(TensorView source, Span<byte> destination) =>
        new ReadOnlySpan<byte>(source.U8, checked((int)source.Bytes)).CopyTo(destination);

    /// <inheritdoc/>
    public override void Synchronize()
    {
    }

    /// <summary>y's bytes = x's, in as many slices as threads are to copy: as fast as this host copies.</summary>
    /// <param name="x">The source.</param>
    /// <param name="y">As many bytes, 32-byte aligned.</param>
    /// <param name="slices">1 to as many as there are threads.</param>
    /// <param name="aroundCaches">Whether y is written past the caches, which saves reading its lines first and leaves nothing of
    /// it there.</param>
    /// <exception cref="ArgumentException">The sizes differ.</exception>
    internal void Copy(TensorView x, TensorView y, int slices, bool aroundCaches)
    {
        if (x.Bytes != y.Bytes) throw new ArgumentException($"Copy: {x.Bytes} bytes into {y.Bytes}.");
        _workers.For(slices, 1, new CopySlices(x.U8, y.U8, x.Bytes, slices, aroundCaches));
    }

    readonly struct CopySlices(byte* x, byte* y, long bytes, int slices, bool aroundCaches) : IParallelBody
    {
        const int CacheLine = 64;

        public void Invoke(int start, int end)
        {
            long from = Bound(start), to = Bound(end);
            int width = Vector256<byte>.Count;
            for (; aroundCaches && from <= to - width; from += width) Vector256.Load(x + from).StoreAlignedNonTemporal(y + from);
            Buffer.MemoryCopy(x + from, y + from, to - from, to - from);
        }

        long Bound(int slice) => slice == slices ? bytes : bytes * slice / slices / CacheLine * CacheLine;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (!disposing) return;
        _workers.Dispose();
        _scratch.Dispose();
    }
}
