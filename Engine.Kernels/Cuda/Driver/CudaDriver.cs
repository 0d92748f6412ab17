using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Ssgan.Engine.Kernels.Cuda.Native;

namespace Ssgan.Engine.Kernels.Cuda.Driver;

/// <summary>The initialised driver: its functions, and the exception that a status means.</summary>
sealed unsafe class CudaDriver
{
    /// <summary>Loads and initialises the driver.</summary>
    /// <exception cref="DeviceException">There is no driver, or it finds no device.</exception>
    public CudaDriver(ISymbolSource source)
    {
        Api = new DriverApi(source);
        Check(Api.Init(0));
        int version, devices;
        Check(Api.DriverGetVersion(&version));
        Check(Api.DeviceGetCount(&devices));
        (Version, Devices) = (version, devices);
    }

    public DriverApi Api { get; }

    /// <summary>The CUDA version that the driver supports: 12020 is 12.2.</summary>
    public int Version { get; }

    /// <summary>Number of devices.</summary>
    public int Devices { get; }

    /// <summary>Throws what a status means.</summary>
    /// <param name="status">What a function of <see cref="Api"/> returned.</param>
    /// <param name="call">The call, for the message.</param>
    public void Check(int status, [CallerArgumentExpression(nameof(status))] string call = "")
    {
        if (status != DriverStatus.Success) throw Failure(status, call);
    }

    /// <summary>The exception that a status other than success means; its text is the driver's own.</summary>
    public DeviceException Failure(int status, string call, string detail = "")
    {
        byte* name = null, text = null;
        // These two fail only for a status they do not know; the number is in the message all the same.
        bool named = Api.GetErrorName(status, &name) == DriverStatus.Success && name != null;
        bool explained = Api.GetErrorString(status, &text) == DriverStatus.Success && text != null;
        string what =
            $"{NativeCall.Name("cu", call)} failed with {(named ? Marshal.PtrToStringUTF8((nint)name) : "the status")} ({status})"
            + (explained ? $": {Marshal.PtrToStringUTF8((nint)text)}" : "") + detail;
        if (!what.EndsWith('.')) what += ".";
        return status == DriverStatus.OutOfMemory ? new OutOfDeviceMemoryException(what)
            : DriverStatus.IsFatal(status) ? new DeviceLostException(what) : new DeviceException(what);
    }
}
