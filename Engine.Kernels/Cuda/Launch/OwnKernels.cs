using System.Text;
using Ssgan.Engine.Kernels.Cuda.Driver;
using Ssgan.Engine.Kernels.Cuda.Native;

namespace Ssgan.Engine.Kernels.Cuda.Launch;

/// <summary>A user's kernel on a device.</summary>
sealed record OwnKernel(Kernel Kernel, PtxSignature Signature, int MaxThreads, int StaticSharedBytes);

/// <summary>A device's copies of users' modules, each loaded at the first launch. All calls are within a lease.</summary>
/// <param name="device">The device.</param>
/// <param name="compile">Makes PTX of a module that is source.</param>
sealed class OwnKernels(CudaDevice device, Func<KernelModule, string> compile)
{
    readonly Dictionary<KernelModule, (nint Module, IReadOnlyDictionary<string, PtxSignature> Entries)> _modules = [];
    readonly Dictionary<KernelEntry, OwnKernel> _kernels = [];
    readonly ModuleLoader _loader = new(device);
    readonly Lock _lock = new();

    /// <summary>The kernel, once everything about its launch is checked that can be.</summary>
    public OwnKernel Get(KernelEntry entry, in LaunchShape shape, int argumentBytes, string arguments)
    {
        lock (_lock)
        {
            if (!_kernels.TryGetValue(entry, out var own)) _kernels[entry] = own = Find(entry);
            if (shape.Misfit is { } misfit) throw new ArgumentException($"{entry}: {misfit}.");
            if (!own.Signature.Takes(argumentBytes))
            {
                throw new ArgumentException(
                    $"{entry} takes {own.Signature}, but the struct {arguments} has {argumentBytes} bytes.");
            }
            if (shape.BlockThreads > own.MaxThreads)
                throw new ArgumentException($"{entry}: a block of {shape.BlockThreads} threads; at most {own.MaxThreads} fit.");
            int most = device.Properties.SharedBytesPerBlockOptIn - own.StaticSharedBytes;
            if (shape.SharedBytes > most)
            {
                throw new ArgumentException(
                    $"{entry}: {shape.SharedBytes} bytes of dynamic shared memory; {device.Name} has {most} for it.");
            }
            _loader.Raise(own.Kernel, shape.SharedBytes);
            return own;
        }
    }

    /// <summary>Unloads everything. No call follows.</summary>
    public void Unload()
    {
        _loader.Unload();
        _kernels.Clear();
        _modules.Clear();
    }

    OwnKernel Find(KernelEntry entry)
    {
        if (!_modules.TryGetValue(entry.Module, out var loaded))
        {
            string ptx = entry.Module.Ptx ?? compile(entry.Module);
            var entries = PtxSignature.Of(ptx);
            // Before the driver is asked, whose own sentence names neither.
            if (entries.Count == 0)
                throw new DeviceException($"{entry.Module.Name} has no entry point: it is no PTX of kernels.");
            loaded = (_loader.Load(Encoding.UTF8.GetBytes(ptx + '\0'), entry.Module.Name), entries);
            _modules[entry.Module] = loaded;
        }
        if (!loaded.Entries.TryGetValue(entry.Name, out var signature))
        {
            throw new DeviceException($"{entry.Module.Name} has no kernel {entry.Name}; it has "
                + $"{string.Join(", ", loaded.Entries.Keys)}.");
        }
        nint function = _loader.Function(loaded.Module, entry.Name, entry.ToString());
        int shared = _loader.Attribute(FunctionAttribute.SharedBytes, function);
        return new(new Kernel(function, entry.ToString(), signature.Bytes, shared), signature,
            _loader.Attribute(FunctionAttribute.MaxThreadsPerBlock, function), shared);
    }
}
