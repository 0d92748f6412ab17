using System.Runtime.InteropServices;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Kernels.Cuda.Native;

namespace Ssgan.Emulator;

/// <summary>
/// A CUDA driver with cuBLAS, cuDNN and NCCL, in C#, behind the function pointers that the real libraries would give. Every
/// instance is a machine of its own: nothing is static. Handles are checked, streams are queues that run when something waits for
/// them, faults of kernels are statuses of the next call that waits, and <see cref="Leaks"/> lists what was not given back.
/// </summary>
public sealed unsafe partial class EmulatedCuda : ISymbolSource, IDisposable
{
    readonly Lock _gate = new();
    readonly Dictionary<(CudaLibrary, string), Delegate> _exports = [];
    readonly Dictionary<string, nint> _texts = [];
    readonly Dictionary<int, string> _details = [];
    readonly Dictionary<string, long> _calls = [];
    readonly HashSet<string> _launched = [];
    readonly HandleTable _handles = new();
    readonly List<string> _leaked = [];
    readonly ThreadLocal<Stack<EmulatedContext>> _current = new(() => new());
    readonly EmulatedDevice[] _devices;
    readonly ExportTable _driver;
    bool _initialized, _disposed;

    /// <summary>A machine.</summary>
    public EmulatedCuda(EmulatorOptions? options = null)
    {
        Options = options ?? new EmulatorOptions();
        _devices = new EmulatedDevice[Options.Devices];
        for (int i = 0; i < _devices.Length; i++) _devices[i] = new EmulatedDevice(i, Options);
        _driver = new ExportTable(_exports, CudaLibrary.Driver, Run);
        ExportDriver();
        new EmulatedBlas(this).Export(_exports);
        new EmulatedBlasLt(this).Export(_exports);
        new EmulatedDnn(this).Export(_exports);
        new EmulatedNccl(this).Export(_exports);
    }

    /// <summary>What it looks like.</summary>
    public EmulatorOptions Options { get; }

    /// <summary>How often a function was called.</summary>
    public long Calls(string function)
    {
        lock (_gate) return _calls.GetValueOrDefault(function);
    }

    /// <summary>How often an engine of cuDNN ran.</summary>
    public long Runs(int engine) => Calls($"engine {engine}");

    /// <summary>Names of the kernels that were launched.</summary>
    public IReadOnlyCollection<string> Launched
    {
        get
        {
            lock (_gate) return [.. _launched];
        }
    }

    /// <summary>Within a call: an engine of cuDNN ran.</summary>
    internal void Ran(int engine)
    {
        string name = $"engine {engine}";
        _calls[name] = _calls.GetValueOrDefault(name) + 1;
        double milliseconds = Options.EngineMilliseconds.GetValueOrDefault(engine);
        Current!.ExtraTicks += (long)(milliseconds / 1000 * System.Diagnostics.Stopwatch.Frequency);
    }

    /// <inheritdoc/>
    public LibraryLookup Open(CudaLibrary library)
    {
        string name = library switch
        {
            CudaLibrary.Driver => "libcuda.so.1",
            CudaLibrary.CuBlas => "libcublas.so.12",
            CudaLibrary.CuBlasLt => "libcublasLt.so.12",
            CudaLibrary.CuDnn => "libcudnn.so.9",
            CudaLibrary.Nvrtc => "libnvrtc.so.12",
            _ => "libnccl.so.2",
        };
        bool present = library switch
        {
            CudaLibrary.Driver => Options.HasDriver,
            CudaLibrary.CuBlas => Options.HasCuBlas,
            CudaLibrary.CuBlasLt => Options.HasCuBlasLt,
            CudaLibrary.CuDnn => Options.HasCuDnn,
            CudaLibrary.Nccl => Options.Fabric is not null,
            _ => false,
        };
        return new LibraryLookup(present ? "emulated " + name : null, [name]);
    }

    /// <inheritdoc/>
    public nint Find(CudaLibrary library, string symbol) =>
        Open(library).Path is not null && !Options.MissingFunctions.Contains(symbol)
            && _exports.TryGetValue((library, symbol), out var call)
            ? Marshal.GetFunctionPointerForDelegate(call)
            : 0;

    /// <summary>What is alive that its owner should have given back, and what died with its context.</summary>
    public IReadOnlyList<string> Leaks()
    {
        lock (_gate)
        {
            return
            [
                .. _leaked,
                .. _handles.Live.Where(IsOwned).Select(item => $"{item} was not destroyed"),
                .. _allocations.Select(a => $"{a.Value.Bytes} bytes at 0x{a.Key:x} were not freed"),
                .. _pinned.Select(p => $"{p.Value.Bytes} bytes of pinned memory at 0x{p.Key:x} were not freed"),
                .. _devices.Where(d => d.Retains > 0).Select(d =>
                    $"the primary context of device {d.Ordinal} was retained {d.Retains} times more than released"),
            ];
        }
    }

    // A context is counted by its retains, a function dies with its module, the default pool is its device's.
    static bool IsOwned(DriverObject item) =>
        item is not (EmulatedContext or EmulatedFunction) && item is not EmulatedStream { IsLegacy: true };

    /// <summary>Gives back what it holds of the host's memory. No call follows.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_disposed) return;
            _disposed = true;
            foreach (nint address in _pinned.Where(p => !p.Value.IsRegistered).Select(p => p.Key))
                NativeMemory.AlignedFree((void*)address);
            foreach (nint text in _texts.Values) Marshal.FreeCoTaskMem(text);
            _texts.Clear();
        }
    }

    /// <summary>
    /// Runs one call: one at a time, behind its checks; an exception becomes a status, since none may cross into the caller.
    /// </summary>
    int Run(string name, Check check, Action body)
    {
        lock (_gate)
        {
            try
            {
                Enter(name, check);
                body();
                // Giving back works in a dead context too, so that owners can tell what they forgot; the status is the
                // fault's all the same.
                return check.HasFlag(Check.Release) && Current?.Fault is { } fault ? fault.Status : CudaStatus.Success;
            }
            catch (CudaFailure e)
            {
                _details[e.Status] = e.Message;
                return e.Status;
            }
            catch (Exception e)
            {
                _details[CudaStatus.Unknown] = $"the emulated {name} failed: {e}";
                return CudaStatus.Unknown;
            }
        }
    }

    /// <summary>
    /// The same for a call of another library. Its own failures are its statuses, those of the driver become
    /// <paramref name="failed"/>.
    /// </summary>
    internal int RunLibrary(string name, Check check, Action body, Action<string> explain, int failed)
    {
        lock (_gate)
        {
            try
            {
                Enter(name, check);
                body();
                return CudaStatus.Success;
            }
            catch (LibraryFailure e)
            {
                explain(e.Message);
                return e.Status;
            }
            catch (CudaFailure e)
            {
                explain(e.Message);
                return failed;
            }
            catch (Exception e)
            {
                explain($"the emulated {name} failed: {e}");
                return failed;
            }
        }
    }

    void Enter(string name, Check check)
    {
        if (_disposed)
            throw new CudaFailure(CudaStatus.Deinitialized, $"{name} was called after the emulated driver was disposed");
        long count = _calls[name] = _calls.GetValueOrDefault(name) + 1;
        foreach (var failure in Options.Failures)
        {
            if (failure.Function == name && failure.Matches(count))
                throw new LibraryFailure(failure.Status, $"call {count} of {name} fails as the test asked");
        }
        if ((check & Check.Init) != 0 && !_initialized)
            throw new CudaFailure(CudaStatus.NotInitialized, $"{name} was called before cuInit");
        if ((check & Check.Context) == Check.Context) EnterContext(name, check);
        if (check.HasFlag(Check.Unsafe)) RefuseWhileCapturing(name);
    }

    void EnterContext(string name, Check check)
    {
        var context = Current ?? throw new CudaFailure(CudaStatus.InvalidContext, $"{name}: this thread has no current context");
        if (context.IsDestroyed)
            throw new CudaFailure(CudaStatus.ContextIsDestroyed, $"{name}: the current {context} was destroyed");
        if (context.Fault is { } fault && !check.HasFlag(Check.Release)) throw new CudaFailure(fault.Status, fault.Sentence);
    }

    /// <summary>The context of the calling thread.</summary>
    internal EmulatedContext? Current => _current.Value!.TryPeek(out var context) ? context : null;

    /// <summary>A live object of the current context.</summary>
    internal T Get<T>(nint handle) where T : DriverObject
    {
        var item = _handles.Get<T>(handle);
        return item.Context is null || item.Context == Current
            ? item
            : throw new CudaFailure(CudaStatus.InvalidHandle, $"{item} belongs to another context than the current one");
    }

    internal HandleTable Handles => _handles;

    static void Require(nint pointer, string parameter)
    {
        if (pointer == 0) throw new CudaFailure(CudaStatus.InvalidValue, $"{parameter} is null");
    }

    static void Check0(int flags, string parameter, int allowed = 0)
    {
        if ((flags & ~allowed) != 0)
            throw new CudaFailure(CudaStatus.InvalidValue, $"{parameter} is {flags}, which is no valid combination");
    }

    /// <summary>A string that the caller may read as long as this driver lives.</summary>
    internal nint Text(string text)
    {
        if (!_texts.TryGetValue(text, out nint address)) _texts[text] = address = Marshal.StringToCoTaskMemUTF8(text);
        return address;
    }
}

/// <summary>What a call needs before it starts.</summary>
[Flags]
enum Check
{
    None = 0,
    /// <summary>cuInit was called.</summary>
    Init = 1,
    /// <summary>The thread has a live current context without a fault.</summary>
    Context = 3,
    /// <summary>Not while a stream is captured, by the rules of capture modes: it may synchronise.</summary>
    Unsafe = 4,
    /// <summary>Gives something back, which works after a fault.</summary>
    Release = 8,
}
