using Ssgan.Engine.Kernels.Cuda.Native;

namespace Ssgan.Engine.Kernels.Cuda.Driver;

/// <summary>
/// Something that belongs to a device and is freed once, from any thread, before or after the device is disposed of. There is no
/// finalizer: the driver may be gone when one runs.
/// </summary>
public abstract class CudaHandle : IDisposable
{
    readonly UseGate _gate = new();

    private protected CudaHandle(CudaDevice device)
    {
        Device = device;
        device.Own();
    }

    private protected CudaDevice Device { get; }

    /// <summary>For constructors: throws where the handle could not be made, and no longer keeps the device.</summary>
    private protected void Made(int status, string call)
    {
        if (status == DriverStatus.Success) return;
        Device.Disown();
        throw Device.Failure(status, call);
    }

    /// <summary>Begins a use of this object and of its device.</summary>
    private protected Lease Enter()
    {
        ObjectDisposedException.ThrowIf(!_gate.TryEnter(), this);
        try
        {
            return new Lease(_gate, Device.Enter());
        }
        catch
        {
            _gate.Exit();
            throw;
        }
    }

    /// <summary>Frees the handle; the device's context is current. Failures go to <see cref="CudaDevice.Freed"/>.</summary>
    private protected abstract void Free();

    /// <summary>Waits for calls that have begun and frees.</summary>
    public void Dispose()
    {
        GC.SuppressFinalize(this);
        if (!_gate.Close()) return;
        Device.EnterToFree();
        Free();
        Device.Disown();
    }

    private protected readonly ref struct Lease(UseGate gate, CudaDevice.Lease device)
    {
        readonly CudaDevice.Lease _device = device;

        public void Dispose()
        {
            _device.Dispose();
            gate.Exit();
        }
    }
}
