using System.Text;

namespace Ssgan.Emulator;

// Initialisation, error texts, devices and contexts.
public sealed unsafe partial class EmulatedCuda
{
    void Init(int flags)
    {
        Check0(flags, "flags");
        if (_devices.Length == 0) throw new CudaFailure(CudaStatus.NoDevice, "there is no device");
        _initialized = true;
    }

    void DriverGetVersion(nint result)
    {
        Require(result, "driverVersion");
        *(int*)result = Options.DriverVersion;
    }

    void GetErrorName(int status, nint result)
    {
        Require(result, "pStr");
        var known = CudaStatus.Describe(status);
        *(nint*)result = known is { } k ? Text(k.Name) : 0;
        if (known is null) throw new CudaFailure(CudaStatus.InvalidValue, $"{status} is no status");
    }

    /// <summary>
    /// The text of a status, with what was wrong in the last call that returned it; for a kernel's fault, its sentence alone.
    /// </summary>
    void GetErrorString(int status, nint result)
    {
        Require(result, "pStr");
        var known = CudaStatus.Describe(status);
        _details.TryGetValue(status, out string? detail);
        bool isFault = detail is not null && _devices.Any(d => d.Primary?.Fault is { } f && f.Status == status);
        *(nint*)result = known is not { } k ? 0 : Text(isFault ? detail! : detail is null ? k.Text : $"{k.Text}: {detail}");
        if (known is null) throw new CudaFailure(CudaStatus.InvalidValue, $"{status} is no status");
    }

    void DeviceGetCount(nint result)
    {
        Require(result, "count");
        *(int*)result = _devices.Length;
    }

    EmulatedDevice Device(int device) =>
        (uint)device < (uint)_devices.Length ? _devices[device]
            : throw new CudaFailure(CudaStatus.InvalidDevice, $"there is no device {device}");

    void DeviceGet(nint result, int ordinal)
    {
        Require(result, "device");
        *(int*)result = Device(ordinal).Ordinal;
    }

    void DeviceGetName(nint buffer, int bytes, int device) => PutText(buffer, bytes, Options.DeviceName, device);

    void DeviceGetPciBusId(nint buffer, int bytes, int device) => PutText(buffer, bytes, $"0000:{device + 1:x2}:00.0", device);

    void PutText(nint buffer, int bytes, string text, int device)
    {
        Device(device);
        Require(buffer, "the text buffer");
        if (bytes < 1) throw new CudaFailure(CudaStatus.InvalidValue, $"the text buffer has {bytes} bytes");
        WriteText(text, (byte*)buffer, bytes);
    }

    /// <summary>Copies what fits, and a zero; the number of bytes with the zero.</summary>
    static int WriteText(string text, byte* buffer, int bytes)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        int count = Math.Min(utf8.Length, bytes - 1);
        utf8.AsSpan(0, count).CopyTo(new Span<byte>(buffer, count));
        buffer[count] = 0;
        return count + 1;
    }

    void DeviceTotalMem(nint result, int device)
    {
        Require(result, "bytes");
        Device(device);
        *(nint*)result = (nint)Options.MemoryBytes;
    }

    void DeviceGetUuid(nint result, int device)
    {
        Require(result, "uuid");
        new Span<byte>((void*)result, 16).Fill((byte)(Device(device).Ordinal + 1));
    }

    void DeviceGetAttribute(nint result, int attribute, int device)
    {
        Require(result, "pi");
        Device(device);
        *(int*)result = Options.Attribute(attribute)
            ?? throw new CudaFailure(CudaStatus.InvalidValue, $"device attribute {attribute} is not emulated");
    }

    void PrimaryCtxRetain(nint result, int device)
    {
        Require(result, "pctx");
        var d = Device(device);
        if (d.Primary is null)
        {
            d.Primary = new EmulatedContext(d);
            _handles.Add(d.Primary);
            _handles.Add(d.Primary.Legacy);
        }
        d.Retains++;
        *(nint*)result = d.Primary.Handle;
    }

    void PrimaryCtxRelease(int device)
    {
        var d = Device(device);
        if (d.Retains == 0)
            throw new CudaFailure(CudaStatus.InvalidContext,
                $"the primary context of device {device} was released more often than retained");
        if (--d.Retains == 0) Destroy(d);
    }

    void PrimaryCtxReset(int device)
    {
        var d = Device(device);
        if (d.Primary is not null) Destroy(d);
        d.Retains = 0;
    }

    void PrimaryCtxSetFlags(int device, int flags)
    {
        Check0(flags, "flags", 0x1f);
        Device(device).Flags = flags;
    }

    /// <summary>Ends a context and all in it; what its owner had not given back is a leak.</summary>
    void Destroy(EmulatedDevice device)
    {
        var context = device.Primary!;
        context.Abandon();
        foreach (var item in _handles.Live.Where(o => o == context || o.Context == context).ToArray())
        {
            if (IsOwned(item)) _leaked.Add($"{item} was alive when its context was destroyed");
            _handles.Remove(item);
        }
        foreach (var (address, allocation) in _allocations.Where(a => a.Value.Context == context).ToArray())
        {
            _leaked.Add($"{allocation.Bytes} bytes at 0x{address:x} were not freed when their context was destroyed");
            FreeNow(address);
        }
        context.IsDestroyed = true;
        device.Primary = null;
    }

    void CtxSetCurrent(nint handle)
    {
        var stack = _current.Value!;
        var context = handle == 0 ? null : _handles.Get<EmulatedContext>(handle, CudaStatus.InvalidContext);
        stack.TryPop(out _);
        if (context is not null) stack.Push(context);
    }

    void CtxGetCurrent(nint result)
    {
        Require(result, "pctx");
        *(nint*)result = Current?.Handle ?? 0;
    }

    void CtxPushCurrent(nint handle) => _current.Value!.Push(_handles.Get<EmulatedContext>(handle, CudaStatus.InvalidContext));

    void CtxPopCurrent(nint result)
    {
        if (!_current.Value!.TryPop(out var context))
            throw new CudaFailure(CudaStatus.InvalidContext, "this thread has no context to pop");
        if (result != 0) *(nint*)result = context.Handle;
    }

    void CtxSynchronize()
    {
        RefuseCapturing(Current!.Streams, "cuCtxSynchronize");
        Current.Drain();
    }

    void CtxGetStreamPriorityRange(nint least, nint greatest)
    {
        if (least != 0) *(int*)least = 0;
        if (greatest != 0) *(int*)greatest = -5;
    }

    readonly Dictionary<int, nint> _limits = new() { [0] = 1024, [1] = 1 << 20, [2] = 8 << 20, [6] = 0 };

    void CtxSetLimit(int limit, nint value)
    {
        if (!_limits.ContainsKey(limit)) throw new CudaFailure(CudaStatus.InvalidValue, $"limit {limit} is not emulated");
        _limits[limit] = value;
    }

    void CtxGetLimit(nint result, int limit)
    {
        Require(result, "pvalue");
        *(nint*)result = _limits.TryGetValue(limit, out nint value)
            ? value
            : throw new CudaFailure(CudaStatus.InvalidValue, $"limit {limit} is not emulated");
    }
}
