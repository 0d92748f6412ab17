using System.Runtime.InteropServices;
using System.Text;
using Ssgan.Engine.Kernels.Cuda.Driver;
using Ssgan.Engine.Kernels.Cuda.Native;

namespace Ssgan.Engine.Kernels.Cuda.Launch;

/// <summary>Modules of a device, from text; all calls are within a lease.</summary>
sealed unsafe class ModuleLoader(CudaDevice device)
{
    const int LogBytes = 16 * 1024;
    readonly List<nint> _modules = [];

    /// <summary>Hands the driver a module's NUL-terminated PTX.</summary>
    /// <param name="image">The text.</param>
    /// <param name="what">For the message: "kernel fill_f32 of kernels/movement.ptx".</param>
    public nint Load(byte[] image, string what)
    {
        var log = new byte[LogBytes];
        nint module;
        fixed (byte* ptx = image, said = log)
        {
            JitOption* options = stackalloc JitOption[2] { JitOption.ErrorLogBuffer, JitOption.ErrorLogBufferBytes };
            // The second slot holds the number itself, and the driver writes the log's length into it.
            void** values = stackalloc void*[2] { said, (void*)(nint)LogBytes };
            int status = device.Api.ModuleLoadDataEx(&module, ptx, 2, options, values);
            if (status == DriverStatus.Success)
            {
                _modules.Add(module);
                return module;
            }
            log[^1] = 0;
            string reason = Marshal.PtrToStringUTF8((nint)said)!.Trim();
            throw device.Failure(status, $"Loading {what}", reason.Length == 0 ? "" : $"; the assembler says: {reason}");
        }
    }

    /// <summary>An entry point of a module.</summary>
    public nint Function(nint module, string entry, string what)
    {
        nint function;
        fixed (byte* name = Encoding.UTF8.GetBytes(entry + '\0'))
        {
            int status = device.Api.ModuleGetFunction(&function, module, name);
            if (status != DriverStatus.Success) throw device.Failure(status, $"Looking up {what}");
        }
        return function;
    }

    /// <summary>What the driver says of a function.</summary>
    public int Attribute(FunctionAttribute attribute, nint function)
    {
        int value;
        device.Check(device.Api.FuncGetAttribute(&value, attribute, function));
        return value;
    }

    /// <summary>Lets a kernel's launches ask for more dynamic shared memory than every kernel may have.</summary>
    public void Raise(Kernel kernel, int sharedBytes)
    {
        if (sharedBytes <= kernel.DynamicSharedBytes) return;
        int status = device.Api.FuncSetAttribute(kernel.Function, FunctionAttribute.MaxDynamicSharedBytes, sharedBytes);
        if (status != DriverStatus.Success)
            throw device.Failure(status, $"Asking for {sharedBytes} bytes of shared memory for kernel {kernel.Entry}");
        kernel.DynamicSharedBytes = sharedBytes;
    }

    /// <summary>Unloads everything. No call follows.</summary>
    public void Unload()
    {
        foreach (nint module in _modules) device.Freed(device.Api.ModuleUnload(module));
        _modules.Clear();
    }
}
