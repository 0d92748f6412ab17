using System.Diagnostics.CodeAnalysis;
using Ssgan.Engine.Kernels.Cuda.Driver;
using Ssgan.Engine.Kernels.Cuda.Launch;
using Ssgan.Engine.Kernels.Cuda.Native;

namespace Ssgan.Engine.Kernels.Cuda;

/// <summary>
/// The primitives on an NVIDIA GPU: our kernels from embedded PTX, and cuBLAS and cuDNN where they are installed. All work is
/// queued on one stream of its own. Any thread may call it; primitives one thread at a time, the rest at any time.
/// </summary>
public sealed unsafe partial class CudaBackend : Backend
{
    readonly ISymbolSource _source;
    readonly CudaOptions _options;
    readonly CudaDevice _device;
    readonly KernelCache _kernels;
    readonly ScratchBuffer _scratch;
    readonly ArrivalCounters _arrivals;
    readonly UploadStaging _staging;
    readonly nint _stream;

    /// <summary>What is said where the kernels are asked for, but left out.</summary>
    public const string LeftOut =
        "This program was built with SsganCuda=false, which leaves the GPU's kernels out, so it computes on the CPU alone.";

    /// <summary>
    /// Whether this program has the GPU's kernels: not if its project sets SsganCuda to false. The trimmer takes it for a
    /// constant and drops what only it leads to.
    /// </summary>
    [FeatureSwitchDefinition("Ssgan.Cuda")]
    public static bool IsIncluded => !AppContext.TryGetSwitch("Ssgan.Cuda", out bool included) || included;

    /// <summary>Opens a device.</summary>
    /// <param name="source">Where functions come from.</param>
    /// <param name="ordinal">The device's number.</param>
    /// <param name="options">How it is used; null for the defaults.</param>
    /// <exception cref="DeviceException">There is no such device, or no driver, or the kernels are left out.</exception>
    public CudaBackend(ISymbolSource source, int ordinal = 0, CudaOptions? options = null)
        : this(source ?? throw new ArgumentNullException(nameof(source)), ordinal,
            IsIncluded ? KernelCache.Embedded : throw new DeviceException(LeftOut), options ?? new())
    {
    }

    /// <summary>A backend with kernels from elsewhere: stem to NUL-terminated PTX, or null where there is none.</summary>
    internal CudaBackend(ISymbolSource source, int ordinal, Func<string, byte[]?> images, CudaOptions? options = null)
    {
        _source = source;
        _options = options ?? new CudaOptions { UseLibraries = false };
        AllowTf32 = _options.AllowTf32;
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
            if (_stream != 0) _device.Freed(_device.Api.StreamDestroy(_stream));
            _device.Dispose();
            throw;
        }
        _kernels = new KernelCache(_device, images);
        _ownKernels = new OwnKernels(_device, Compile);
        _scratch = new ScratchBuffer(_device);
        _staging = new UploadStaging(_device, _stream);
        if (!_options.UseLibraries) return;
        try
        {
            OpenLibraries();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public override string Name => _device.Name;

    /// <inheritdoc/>
    public override bool ComputesIn(DType type) => type is DType.F32 or DType.BF16;

    /// <inheritdoc/>
    public override bool MapsIn(DType type) => ComputesIn(type) || type == DType.F16;

    /// <summary>What the device says about itself.</summary>
    public CudaProperties Properties => _device.Properties;

    /// <summary>Number of multiprocessors.</summary>
    internal int Multiprocessors => Properties.Multiprocessors;

    /// <summary>Whether kernels built for a compute capability run on this device.</summary>
    internal bool Supports(int major, int minor) => Properties.Supports(major, minor);

    /// <inheritdoc/>
    public override string Describe() => Properties.Describe();

    /// <inheritdoc/>
    public override string? Unfit => Supports(7, 5) ? null : "7.5 (Turing) or newer is needed";

    /// <inheritdoc/>
    public override string? WhyNot(Precision precision) =>
        // Older cards have no tensor cores for either: TF32 would silently be F32, and BF16 slower than F32.
        precision == Precision.F32 || Supports(8, 0) ? null
            : $"needs compute capability 8.0; {Name} has {Properties.Major}.{Properties.Minor}, so use f32";

    /// <inheritdoc/>
    public override void Use(Precision precision) => AllowTf32 = precision == Precision.Tf32;

    /// <inheritdoc/>
    public override Precision Precision => AllowTf32 ? Precision.Tf32 : Precision.F32;

    /// <inheritdoc/>
    public override long? FreeBytes
    {
        get
        {
            using var lease = _device.Enter();
            nuint free, total;
            _device.Check(_device.Api.MemGetInfo(&free, &total));
            return (long)free;
        }
    }

    /// <summary>What this backend has done so far.</summary>
    public CudaCounters Counters => _device.Counts.Read();

    /// <summary>
    /// For debugging: waits after each launch, so that the error for a kernel that fails names it. Otherwise it surfaces at a
    /// later call. A captured graph is waited for as a whole.
    /// </summary>
    public bool SynchronizeLaunches { get; set; }

    /// <summary>
    /// Device memory that lasts to the end of the running primitive; a second call invalidates the first. 256-byte aligned.
    /// </summary>
    internal nint Scratch(long bytes)
    {
        using var lease = _device.Enter();
        lock (_lock)
        {
            if (!_scratch.Has(bytes))
            {
                if (_capture is null) _device.Await(_stream);
                else if (_scratch.Current is { } old) _capture.Hold(old);
                _scratch.Grow(bytes);
            }
            _capture?.Hold(_scratch.Current!);
            return _scratch.Current!.Address;
        }
    }

    /// <inheritdoc/>
    public override nint Allocate(long bytes)
    {
        using var lease = _device.Enter();
        nint address;
        int status = _device.Api.MemAlloc(&address, (nuint)Math.Max(bytes, 1));
        if (status == DriverStatus.Success)
        {
            _device.Counts.Allocation();
            return address;
        }
        nuint free = 0, total = 0;
        if (status == DriverStatus.OutOfMemory) _device.Check(_device.Api.MemGetInfo(&free, &total));
        throw status == DriverStatus.OutOfMemory
            ? new OutOfDeviceMemoryException($"{Name} has {free:N0} of {total:N0} bytes free, {bytes:N0} were asked for.")
            : _device.Failure(status, "cuMemAlloc");
    }

    /// <inheritdoc/>
    public override void Free(nint address, long bytes)
    {
        using var lease = _device.Enter();
        lock (_lock)
        {
            if (_capture is { } running)
            {
                running.Adopt(address);
                return;
            }
            // Kernels that use the block may still be queued.
            _device.Guard?.Watch(_stream);
            _device.Freed(_device.Api.StreamSynchronize(_stream));
            _device.Freed(_device.Api.MemFree(address));
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (!disposing || !_device.Close()) return;
        lock (_lock)
        {
            if (_capture is not null) Abandon();
            _collectives?.Free();
            _device.Freed(_device.Api.StreamSynchronize(_stream));
            CloseLibraries();
            _scratch.Free();
            _staging.Free();
            _arrivals.Free();
            _kernels.Unload();
            _ownKernels.Unload();
            _device.Freed(_device.Api.StreamDestroy(_stream));
            _closed = true;
        }
        _device.Dispose();
    }
}
