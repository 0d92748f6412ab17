namespace Ssgan.Emulator;

/// <summary>
/// Something behind a handle. The handle is a number that is never used again, so that a stale one is always recognised.
/// </summary>
abstract class DriverObject
{
    /// <summary>0 until the table has taken it in.</summary>
    public nint Handle { get; set; }

    /// <summary>What it is called in messages: "stream", "graph".</summary>
    public abstract string Kind { get; }

    /// <summary>The context that it dies with; null for what outlives contexts.</summary>
    public EmulatedContext? Context { get; init; }

    public override string ToString() => $"{Kind} 0x{Handle:x}";
}

/// <summary>Live objects by handle.</summary>
sealed class HandleTable
{
    readonly Dictionary<nint, DriverObject> _live = [];
    nint _next = 0x5A00_0010;

    public IEnumerable<DriverObject> Live => _live.Values;

    public nint Add(DriverObject item)
    {
        item.Handle = _next;
        _next += 0x10;
        _live.Add(item.Handle, item);
        return item.Handle;
    }

    /// <summary>The object, or a failure with the given status that names the handle.</summary>
    public T Get<T>(nint handle, int status = CudaStatus.InvalidHandle) where T : DriverObject =>
        Find<T>(handle) ?? throw new CudaFailure(status, $"0x{handle:x} is no live {Name<T>()}: it was destroyed or never made");

    public T? Find<T>(nint handle) where T : DriverObject => _live.TryGetValue(handle, out var item) ? item as T : null;

    public void Remove(DriverObject item) => _live.Remove(item.Handle);

    static string Name<T>() => typeof(T).Name.Replace("Emulated", "", StringComparison.Ordinal).ToLowerInvariant();
}

/// <summary>A device: its memory, what runs its kernels, and its primary context while someone retains it.</summary>
sealed class EmulatedDevice(int ordinal, EmulatorOptions options)
{
    public int Ordinal { get; } = ordinal;
    public Executor Executor { get; } = new(options, new DeviceMemory(options.MemoryBytes, ordinal));
    public DeviceMemory Memory => Executor.Memory;
    public EmulatedContext? Primary { get; set; }
    public int Retains { get; set; }
    public int Flags { get; set; }
}

/// <summary>A primary context: streams, and the fault that killed it.</summary>
sealed class EmulatedContext : DriverObject
{
    public EmulatedContext(EmulatedDevice device)
    {
        Device = device;
        Legacy = new EmulatedStream { Context = this, IsLegacy = true };
        Streams.Add(Legacy);
    }

    public override string Kind => "context";
    public EmulatedDevice Device { get; }

    /// <summary>The default stream: it waits for all blocking streams and they wait for it.</summary>
    public EmulatedStream Legacy { get; }
    public List<EmulatedStream> Streams { get; } = [];
    public bool IsDestroyed { get; set; }

    /// <summary>By how much the device's clock is ahead of the host's: what tests say that work takes.</summary>
    public long ExtraTicks { get; set; }

    /// <summary>The status and sentence of the fault that ended it; every later call returns it.</summary>
    public (int Status, string Sentence)? Fault { get; private set; }

    /// <summary>Ends the context: what is queued will never run.</summary>
    public void Die(int status, string sentence)
    {
        Fault ??= (status, sentence);
        Abandon();
    }

    public void Abandon()
    {
        foreach (var s in Streams) s.Abandon();
    }

    /// <summary>Runs all that is queued in all streams.</summary>
    public void Drain()
    {
        foreach (var s in Streams.ToArray()) s.Drain();
    }
}
