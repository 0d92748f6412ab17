using System.Runtime.InteropServices;
using System.Text;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Kernels.Cuda.Native;

namespace Ssgan.Tests.Cuda;

/// <summary>
/// A driver that keeps a journal and runs nothing: device memory is host memory, kernels only have names. Any function can be
/// told to fail. For what a device that works never does; the emulated device is for everything else.
/// </summary>
sealed unsafe class FakeCuda : ISymbolSource, IDisposable
{
    delegate int Call(nint a, nint b, nint c, nint d, nint e, nint f, nint g, nint h, nint i, nint j, nint k);

    readonly Dictionary<string, Call> _functions;
    readonly Dictionary<string, nint> _pointers = [];
    readonly Dictionary<string, int> _failures = [];
    readonly List<nint> _texts = [];
    readonly List<string> _kernels = [];
    readonly Lock _lock = new();
    nint _handles = 1000;

    public FakeCuda()
    {
        Call ok = static (_, _, _, _, _, _, _, _, _, _, _) => 0;
        Call create = (a, _, _, _, _, _, _, _, _, _, _) => Set(a, ++_handles);
        _functions = new()
        {
            ["cuInit"] = ok,
            ["cuDriverGetVersion"] = (a, _, _, _, _, _, _, _, _, _, _) => SetInt(a, 12040),
            ["cuGetErrorName"] = (a, b, _, _, _, _, _, _, _, _, _) => Set(b, Text($"NAME_{(int)a}")),
            ["cuGetErrorString"] = (a, b, _, _, _, _, _, _, _, _, _) => Set(b, Text($"text of {(int)a}")),
            ["cuDeviceGetCount"] = (a, _, _, _, _, _, _, _, _, _, _) => SetInt(a, 2),
            ["cuDeviceGet"] = (a, b, _, _, _, _, _, _, _, _, _) => SetInt(a, (int)b),
            ["cuDeviceGetName"] = (a, _, _, _, _, _, _, _, _, _, _) => Copy(a, "Fake\0"),
            ["cuDeviceGetAttribute"] = (a, b, _, _, _, _, _, _, _, _, _) =>
                SetInt(a, (int)b switch { 75 => 7, 76 => 5, 16 => 4, var x => x }),
            ["cuDeviceTotalMem_v2"] = (a, _, _, _, _, _, _, _, _, _, _) => Set(a, 1 << 30),
            ["cuDevicePrimaryCtxRetain"] = (a, b, _, _, _, _, _, _, _, _, _) => Set(a, 100 + (int)b),
            ["cuDevicePrimaryCtxRelease_v2"] = ok,
            ["cuCtxSetCurrent"] = (a, _, _, _, _, _, _, _, _, _, _) => Note(() => Current.Value = a),
            ["cuModuleLoadDataEx"] = (a, b, _, _, e, _, _, _, _, _, _) => Load(a, b, e),
            ["cuModuleUnload"] = ok,
            ["cuModuleGetFunction"] = (a, _, c, _, _, _, _, _, _, _, _) => Function(a, c),
            ["cuFuncGetAttribute"] = (a, _, _, _, _, _, _, _, _, _, _) => SetInt(a, 0),
            ["cuFuncSetAttribute"] = ok,
            ["cuFuncGetParamInfo"] = (_, b, c, d, _, _, _, _, _, _, _) => b == 0 ? Set(c, 0) | Set(d, ParameterBytes) : 1,
            ["cuLaunchKernel"] = (a, b, _, _, e, _, _, h, i, j, _) => Launch(a, (int)b, (int)e, (int)h, j),
            ["cuLaunchCooperativeKernel"] = (a, b, _, _, e, _, _, h, i, j, _) => Launch(a, (int)b, (int)e, (int)h, j),
            ["cuOccupancyMaxActiveBlocksPerMultiprocessor"] = (a, _, c, _, _, _, _, _, _, _, _) => SetInt(a, 1024 / (int)c),
            ["cuMemAlloc_v2"] = (a, b, _, _, _, _, _, _, _, _, _) => Alloc(a, b),
            ["cuMemFree_v2"] = (a, _, _, _, _, _, _, _, _, _, _) => Free(a),
            ["cuMemGetInfo_v2"] = (a, b, _, _, _, _, _, _, _, _, _) => Set(a, 500) | Set(b, 1000),
            ["cuMemHostAlloc"] = (a, b, _, _, _, _, _, _, _, _, _) => Alloc(a, b),
            ["cuMemFreeHost"] = (a, _, _, _, _, _, _, _, _, _, _) => Free(a),
            ["cuMemcpyHtoDAsync_v2"] = (a, b, c, _, _, _, _, _, _, _, _) => Move(a, b, c),
            ["cuMemcpyDtoHAsync_v2"] = (a, b, c, _, _, _, _, _, _, _, _) => Move(a, b, c),
            ["cuMemcpyDtoDAsync_v2"] = (a, b, c, _, _, _, _, _, _, _, _) => Move(a, b, c),
            ["cuMemsetD8Async"] = (a, b, c, _, _, _, _, _, _, _, _) => Note(() => new Span<byte>((void*)a, (int)c).Fill((byte)b)),
            ["cuStreamCreate"] = create,
            ["cuStreamDestroy_v2"] = ok,
            ["cuStreamSynchronize"] = ok,
            ["cuStreamWaitEvent"] = ok,
            ["cuEventCreate"] = create,
            ["cuEventDestroy_v2"] = ok,
            ["cuEventRecord"] = ok,
            ["cuEventSynchronize"] = ok,
            ["cuEventQuery"] = ok,
            ["cuEventElapsedTime"] = ok,
            ["cuStreamBeginCapture_v2"] = ok,
            ["cuStreamEndCapture"] = (_, b, _, _, _, _, _, _, _, _, _) => Set(b, ++_handles),
            ["cuGraphInstantiateWithFlags"] = create,
            ["cuGraphLaunch"] = ok,
            ["cuGraphExecDestroy"] = ok,
            ["cuGraphDestroy"] = ok,
        };
    }

    /// <summary>Every call in order, by name; launches as "launch NAME BLOCKSxTHREADS+SHARED".</summary>
    public List<string> Journal { get; } = [];

    /// <summary>Blocks of device and pinned memory that nobody has freed.</summary>
    public int LiveBlocks { get; private set; }

    /// <summary>This thread's context.</summary>
    public ThreadLocal<nint> Current { get; } = new();

    /// <summary>Size of every kernel's parameter.</summary>
    public nint ParameterBytes { get; set; } = 8;

    /// <summary>The bytes of the last launch's parameter.</summary>
    public byte[] LastParameter { get; private set; } = [];

    /// <summary>Symbols that this driver does not have.</summary>
    public HashSet<string> Missing { get; } = [];

    /// <summary>From now on a function returns a status and does nothing; 0 mends it.</summary>
    public void Fail(string function, int status) => _failures[function] = status;

    public LibraryLookup Open(CudaLibrary library) => library == CudaLibrary.Driver
        ? new LibraryLookup("fake", ["fake"])
        : new LibraryLookup(null, ["libfirst.so", "/folder/libsecond.so"]);

    public nint Find(CudaLibrary library, string symbol)
    {
        if (Missing.Contains(symbol) || !_functions.TryGetValue(symbol, out var function)) return 0;
        if (_pointers.TryGetValue(symbol, out nint pointer)) return pointer;
        Call call = (a, b, c, d, e, f, g, h, i, j, k) =>
        {
            lock (_lock)
            {
                Journal.Add(symbol);
                return _failures.TryGetValue(symbol, out int status) && status != 0 ? status
                    : function(a, b, c, d, e, f, g, h, i, j, k);
            }
        };
        _functions[symbol + "'"] = call;
        return _pointers[symbol] = Marshal.GetFunctionPointerForDelegate(call);
    }

    public void Dispose()
    {
        foreach (nint text in _texts) Marshal.FreeCoTaskMem(text);
        Current.Dispose();
        GC.KeepAlive(_functions);
    }

    nint Text(string text)
    {
        nint address = Marshal.StringToCoTaskMemUTF8(text);
        _texts.Add(address);
        return address;
    }

    int Load(nint module, nint image, nint values)
    {
        string ptx = Marshal.PtrToStringUTF8(image)!;
        if (!ptx.StartsWith("bad", StringComparison.Ordinal)) return Set(module, ++_handles);
        Copy(((nint*)values)[0], "line 1: bad\0");
        return 218;
    }

    int Function(nint function, nint name)
    {
        string entry = Marshal.PtrToStringUTF8(name)!;
        if (entry.StartsWith("absent", StringComparison.Ordinal)) return 500;
        _kernels.Add(entry);
        return Set(function, _kernels.Count);
    }

    int Launch(nint function, int blocks, int threads, int shared, nint parameters)
    {
        if (blocks > 1000) return 1;
        Journal[^1] = $"launch {_kernels[(int)function - 1]} {blocks}x{threads}+{shared}";
        LastParameter = new Span<byte>(*(void**)parameters, (int)ParameterBytes).ToArray();
        return 0;
    }

    int Alloc(nint address, nint bytes)
    {
        LiveBlocks++;
        return Set(address, (nint)NativeMemory.AlignedAlloc((nuint)bytes, 256));
    }

    int Free(nint address)
    {
        LiveBlocks--;
        NativeMemory.AlignedFree((void*)address);
        return 0;
    }

    static int Move(nint to, nint from, nint bytes)
    {
        Buffer.MemoryCopy((void*)from, (void*)to, bytes, bytes);
        return 0;
    }

    static int Copy(nint to, string text)
    {
        Encoding.UTF8.GetBytes(text).CopyTo(new Span<byte>((void*)to, text.Length));
        return 0;
    }

    static int Note(Action action)
    {
        action();
        return 0;
    }

    static int Set(nint address, nint value)
    {
        *(nint*)address = value;
        return 0;
    }

    static int SetInt(nint address, int value)
    {
        *(int*)address = value;
        return 0;
    }
}
