using System.Runtime.CompilerServices;
using Ssgan.Engine.Kernels.Cuda.Native;

namespace Ssgan.Engine.Kernels.Cuda.Driver;

/// <summary>
/// A device's primary context: what libraries and other engines in the process share, by the driver's own count. Every use goes
/// through <see cref="Enter"/>, from any thread, also while another thread disposes of the device. Streams, events, graphs and
/// pinned memory keep the context alive until they are disposed of themselves.
/// </summary>
sealed unsafe class CudaDevice : IDisposable
{
    readonly CudaDriver _driver;
    readonly UseGate _gate = new();
    readonly int _device;
    readonly nint _context;
    int _released, _owners = 1;
    DeviceException? _pending;

    /// <summary>Retains the primary context.</summary>
    public CudaDevice(ISymbolSource source, int ordinal)
    {
        _driver = new CudaDriver(source);
        Properties = CudaProperties.Read(_driver, ordinal);
        Name = $"cuda:{ordinal}";
        int device;
        nint context;
        Check(Api.DeviceGet(&device, ordinal));
        Check(Api.DevicePrimaryCtxRetain(&context, device));
        (_device, _context) = (device, context);
    }

    /// <summary>"cuda:0".</summary>
    public string Name { get; }

    public CudaProperties Properties { get; }

    /// <summary>What was done on the device.</summary>
    public DeviceCounts Counts { get; } = new();

    /// <summary>The driver's functions; to be called within a <see cref="Lease"/>.</summary>
    public DriverApi Api => _driver.Api;

    /// <summary>Whether a kernel broke the context: every call fails from then on.</summary>
    public bool Broken { get; private set; }

    /// <summary>Makes the context this thread's, until the lease ends safe from <see cref="Dispose"/>.</summary>
    /// <exception cref="ObjectDisposedException">The device has been disposed of.</exception>
    /// <exception cref="DeviceException">Memory or a handle could not be freed since the last call.</exception>
    public Lease Enter()
    {
        ObjectDisposedException.ThrowIf(!_gate.TryEnter(), this);
        try
        {
            if (_pending is not null && Interlocked.Exchange(ref _pending, null) is { } earlier) throw earlier;
            Check(Api.CtxSetCurrent(_context));
        }
        catch
        {
            _gate.Exit();
            throw;
        }
        return new Lease(_gate);
    }

    /// <summary>One use of the device.</summary>
    public readonly ref struct Lease(UseGate gate)
    {
        public void Dispose() => gate.Exit();
    }

    /// <summary>Throws what a status means.</summary>
    public void Check(int status, [CallerArgumentExpression(nameof(status))] string call = "")
    {
        if (status != DriverStatus.Success) throw Failure(status, call);
    }

    /// <summary>The exception that a status other than success means.</summary>
    public DeviceException Failure(int status, string call, string detail = "")
    {
        if (DriverStatus.IsFatal(status))
        {
            Broken = true;
            detail += $"; {Name} can be used again in a new process only";
        }
        return _driver.Failure(status, call, detail);
    }

    /// <summary>
    /// The same for a call that frees: its failure is thrown by the next call, since whoever frees can do nothing about it.
    /// </summary>
    public void Freed(int status, [CallerArgumentExpression(nameof(status))] string call = "")
    {
        if (status != DriverStatus.Success && !Broken) NotFreed(Failure(status, call));
    }

    /// <summary>The same for a library's failure.</summary>
    public void NotFreed(DeviceException failure)
    {
        // A broken context has been reported, and fails every free.
        if (!Broken) Interlocked.CompareExchange(ref _pending, failure, null);
    }

    /// <summary>What sees to it that waiting for the device has an end, where that depends on others; else null.</summary>
    public IWaitGuard? Guard { get; set; }

    /// <summary>Waits for a stream.</summary>
    public void Await(nint stream)
    {
        Guard?.Watch(stream);
        Check(Api.StreamSynchronize(stream));
    }

    /// <summary>Waits for an event that was recorded.</summary>
    public void AwaitEvent(nint point)
    {
        Guard?.WatchEvent(point);
        Check(Api.EventSynchronize(point));
    }

    /// <summary>Keeps the context alive for a handle in it.</summary>
    public void Own() => Interlocked.Increment(ref _owners);

    /// <summary>Makes the context this thread's to free a handle in it; also after <see cref="Close"/>.</summary>
    public void EnterToFree() => Freed(Api.CtxSetCurrent(_context));

    /// <summary>Ends <see cref="Own"/>.</summary>
    public void Disown()
    {
        if (Interlocked.Decrement(ref _owners) == 0) Freed(Api.DevicePrimaryCtxRelease(_device));
    }

    /// <summary>
    /// Refuses new uses, waits for those that have begun, and makes the context this thread's. False where that was done before.
    /// </summary>
    public bool Close()
    {
        if (!_gate.Close()) return false;
        EnterToFree();
        return true;
    }

    /// <summary>Gives the context back. A failure to free anything that no later call can throw is thrown here.</summary>
    public void Dispose()
    {
        Close();
        if (Interlocked.Exchange(ref _released, 1) == 0) Disown();
        if (Interlocked.Exchange(ref _pending, null) is { } failure) throw failure;
    }
}
