using Ssgan.Engine.Kernels.Cuda.Native;
using Ssgan.Engine.Kernels.Cuda.Runtime;

namespace Ssgan.Engine.Kernels.Cuda;

/// <summary>
/// The primitives on an NVIDIA GPU: our kernels from embedded PTX, and cuBLAS and cuDNN where they are installed. All work is queued on one
/// stream of its own. Any thread may call it; primitives one thread at a time, the rest at any time.
/// </summary>
public sealed unsafe partial class CudaBackend : Backend
{
    readonly ISymbolSource _source;
    readonly CudaDevice _device;
    readonly KernelCache _kernels;
    readonly ScratchBuffer _scratch;
    readonly ArrivalCounters _arrivals;
    readonly nint _stream;

    /// <summary>Opens a device.</summary>
    /// <param name="source">Where functions come from.</param>
    /// <param name="ordinal">The device's number.</param>
    /// <exception cref="DeviceException">There is no such device, or no driver.</exception>
    public CudaBackend(ISymbolSource source, int ordinal = 0) : this(source, ordinal, KernelCache.Embedded)
    {
    }

    /// <summary>A backend with kernels from elsewhere: stem to NUL-terminated PTX, or null where there is none.</summary>
    internal CudaBackend(ISymbolSource source, int ordinal, Func<string, byte[]?> images)
    {
        _source = source;
        _device = new CudaDevice(source, ordinal);
        try
        {
            using var lease = _device.Enter();
            nint stream;
            _device.Check(_device.Api.StreamCreate(&stream, StreamFlags.NonBlocking));
            _stream = stream;
            _arrivals = new ArrivalCounters(_device, stream);
        }
        catch
        {
            _device.Dispose();
            throw;
        }
        _kernels = new KernelCache(_device, images);
        _scratch = new ScratchBuffer(_device, _stream);
    }

    public override string Name => _device.Name;

    /// <summary>What the device says about itself.</summary>
    public CudaProperties Properties => _device.Properties;

    /// <summary>Number of multiprocessors.</summary>
    internal int Multiprocessors => Properties.Multiprocessors;

    /// <summary>Whether kernels built for a compute capability run on this device.</summary>
    internal bool Supports(int major, int minor) => Properties.Supports(major, minor);

    /// <summary>Device memory that lasts to the end of the running primitive; a second call invalidates the first. 256-byte aligned.</summary>
    internal nint Scratch(long bytes)
    {
        using var lease = _device.Enter();
        return _scratch.Get(bytes);
    }

    public override nint Allocate(long bytes)
    {
        using var lease = _device.Enter();
        nint address;
        int status = _device.Api.MemAlloc(&address, (nuint)Math.Max(bytes, 1));
        if (status == DriverStatus.Success) return address;
        nuint free = 0, total = 0;
        if (status == DriverStatus.OutOfMemory) _device.Check(_device.Api.MemGetInfo(&free, &total));
        throw status == DriverStatus.OutOfMemory
            ? new OutOfDeviceMemoryException($"{Name} has {free:N0} of {total:N0} bytes free, {bytes:N0} were asked for.")
            : _device.Failure(status, "cuMemAlloc");
    }

    public override void Free(nint address, long bytes)
    {
        using var lease = _device.Enter();
        // Kernels that use the block may still be queued.
        _device.Freed(_device.Api.StreamSynchronize(_stream));
        _device.Freed(_device.Api.MemFree(address));
    }

    public override void Upload(ReadOnlySpan<byte> source, View destination)
    {
        if (source.Length != destination.Bytes) throw new ArgumentException($"Upload: {source.Length} bytes for {destination.Bytes}.", nameof(source));
        using var lease = _device.Enter();
        if (source.IsEmpty) return;
        fixed (byte* from = source)
        {
            _device.Check(_device.Api.MemcpyHtoDAsync(destination.Address, from, (nuint)source.Length, _stream));
            _device.Check(_device.Api.StreamSynchronize(_stream));
        }
    }

    public override void Download(View source, Span<byte> destination)
    {
        if (destination.Length != source.Bytes) throw new ArgumentException($"Download: {source.Bytes} bytes into {destination.Length}.", nameof(destination));
        using var lease = _device.Enter();
        if (destination.IsEmpty) return;
        fixed (byte* to = destination)
        {
            _device.Check(_device.Api.MemcpyDtoHAsync(to, source.Address, (nuint)destination.Length, _stream));
            _device.Check(_device.Api.StreamSynchronize(_stream));
        }
    }

    public override void Synchronize()
    {
        using var lease = _device.Enter();
        _device.Check(_device.Api.StreamSynchronize(_stream));
    }

    protected override void Dispose(bool disposing)
    {
        if (!disposing || !_device.Close()) return;
        _device.Freed(_device.Api.StreamSynchronize(_stream));
        _scratch.Free();
        _arrivals.Free();
        _kernels.Unload();
        _device.Freed(_device.Api.StreamDestroy(_stream));
        _device.Dispose();
    }
}
