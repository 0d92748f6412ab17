using System.Collections.Concurrent;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text;
using Ssgan.Engine.Kernels.Cuda.Driver;
using Ssgan.Engine.Kernels.Cuda.Native;

namespace Ssgan.Engine.Kernels.Cuda.Launch;

/// <summary>Loads kernels when they are first launched, each as a module of its own. All calls are within a lease.</summary>
sealed unsafe class KernelCache(CudaDevice device, Func<string, byte[]?> images)
{
    const int LogBytes = 16 * 1024;
    readonly ConcurrentDictionary<(KernelFamily, DType), Kernel> _kernels = [];
    readonly Dictionary<string, byte[]> _texts = [];
    readonly List<nint> _modules = [];
    readonly Lock _lock = new();

    /// <summary>The PTX of a stem from this assembly's resources, unpacked and NUL-terminated, or null.</summary>
    public static byte[]? Embedded(string stem)
    {
        using var resource = typeof(KernelCache).Assembly.GetManifestResourceStream($"kernels/{stem}.ptx.gz");
        if (resource is null) return null;
        using var unpacked = new GZipStream(resource, CompressionMode.Decompress);
        using var image = new MemoryStream();
        unpacked.CopyTo(image);
        image.WriteByte(0);
        return image.ToArray();
    }

    /// <summary>The kernel, checked against the size of the struct that it will be given.</summary>
    public Kernel Get(KernelFamily family, DType type, int argumentBytes, int sharedBytes)
    {
        var kernel = Get(family, type);
        if (kernel.ParameterBytes != argumentBytes && kernel.ParameterBytes != 0)
        {
            throw new DeviceException(
                $"Kernel {kernel.Entry} of kernels/{family.Stem}.ptx takes {kernel.ParameterBytes} bytes, but the struct for it "
                + $"has {argumentBytes}.");
        }
        if (sharedBytes > kernel.DynamicSharedBytes) Raise(kernel, sharedBytes);
        return kernel;
    }

    /// <summary>The kernel.</summary>
    public Kernel Get(KernelFamily family, DType type) =>
        _kernels.TryGetValue((family, type), out var kernel) ? kernel : Find(family, type);

    /// <summary>Unloads everything. No call follows.</summary>
    public void Unload()
    {
        foreach (nint module in _modules) device.Freed(device.Api.ModuleUnload(module));
        _modules.Clear();
        _kernels.Clear();
    }

    Kernel Find(KernelFamily family, DType type)
    {
        lock (_lock)
        {
            if (_kernels.TryGetValue((family, type), out var kernel)) return kernel;
            string entry = family.Entry(type);
            nint module = Load(family.Stem, entry), function;
            _modules.Add(module);
            fixed (byte* name = Encoding.UTF8.GetBytes(entry + '\0'))
            {
                int status = device.Api.ModuleGetFunction(&function, module, name);
                if (status != DriverStatus.Success)
                    throw device.Failure(status, $"Looking up kernel {entry} of kernels/{family.Stem}.ptx");
            }
            int shared;
            device.Check(device.Api.FuncGetAttribute(&shared, FunctionAttribute.SharedBytes, function));
            kernel = new Kernel(function, entry, ParameterBytes(function, entry), shared);
            _kernels[(family, type)] = kernel;
            return kernel;
        }
    }

    nint Load(string stem, string entry)
    {
        if (!_texts.TryGetValue(stem, out byte[]? text))
            _texts[stem] = text = images(stem) ?? throw new DeviceException($"kernels/{stem}.ptx is not part of this build.");
        byte[] image = PtxExcerpt.Of(text, Encoding.UTF8.GetBytes(entry))
            ?? throw new DeviceException($"kernels/{stem}.ptx has no kernel {entry}.");
        var log = new byte[LogBytes];
        nint module;
        int status;
        fixed (byte* ptx = image, said = log)
        {
            JitOption* options = stackalloc JitOption[2] { JitOption.ErrorLogBuffer, JitOption.ErrorLogBufferBytes };
            // The second slot holds the number itself, and the driver writes the log's length into it.
            void** values = stackalloc void*[2] { said, (void*)(nint)LogBytes };
            status = device.Api.ModuleLoadDataEx(&module, ptx, 2, options, values);
            if (status == DriverStatus.Success) return module;
            log[^1] = 0;
            string reason = Marshal.PtrToStringUTF8((nint)said)!.Trim();
            throw device.Failure(status, $"Loading kernel {entry} of kernels/{stem}.ptx",
                reason.Length == 0 ? "" : $"; the assembler says: {reason}");
        }
    }

    int ParameterBytes(nint function, string entry)
    {
        if (device.Api.FuncGetParamInfo == null) return 0;
        nuint offset, bytes;
        device.Check(device.Api.FuncGetParamInfo(function, 0, &offset, &bytes));
        nuint second;
        if (device.Api.FuncGetParamInfo(function, 1, &offset, &second) == DriverStatus.Success)
            throw new DeviceException($"Kernel {entry} takes more than one parameter; our kernels take one struct.");
        return (int)bytes;
    }

    void Raise(Kernel kernel, int sharedBytes)
    {
        int status = device.Api.FuncSetAttribute(kernel.Function, FunctionAttribute.MaxDynamicSharedBytes, sharedBytes);
        if (status != DriverStatus.Success)
            throw device.Failure(status, $"Asking for {sharedBytes} bytes of shared memory for kernel {kernel.Entry}");
        kernel.DynamicSharedBytes = sharedBytes;
    }
}
