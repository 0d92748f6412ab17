using System.Collections.Concurrent;
using System.Text;
using Ssgan.Engine.Kernels.Cuda.Driver;
using Ssgan.Engine.Kernels.Cuda.Native;

namespace Ssgan.Engine.Kernels.Cuda.Launch;

/// <summary>Loads kernels when they are first launched, each as a module of its own. All calls are within a lease.</summary>
sealed unsafe class KernelCache(CudaDevice device, Func<string, byte[]?> images)
{
    readonly ConcurrentDictionary<(KernelFamily, DType), Kernel> _kernels = [];
    readonly Dictionary<string, byte[]> _texts = [];
    readonly ModuleLoader _loader = new(device);
    readonly Lock _lock = new();

    /// <summary>The PTX of a stem from this assembly's resources, unpacked and NUL-terminated, or null.</summary>
    public static byte[]? Embedded(string stem)
    {
        using var resource = typeof(KernelCache).Assembly.GetManifestResourceStream($"kernels/{stem}.ptx.gz");
        return resource is null ? null : PackedPtx.Unpack(resource);
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
        _loader.Raise(kernel, sharedBytes);
        return kernel;
    }

    /// <summary>The kernel.</summary>
    public Kernel Get(KernelFamily family, DType type) =>
        _kernels.TryGetValue((family, type), out var kernel) ? kernel : Find(family, type);

    /// <summary>Unloads everything. No call follows.</summary>
    public void Unload()
    {
        _loader.Unload();
        _kernels.Clear();
    }

    Kernel Find(KernelFamily family, DType type)
    {
        lock (_lock)
        {
            if (_kernels.TryGetValue((family, type), out var kernel)) return kernel;
            string entry = family.Entry(type);
            string what = $"kernel {entry} of kernels/{family.Stem}.ptx";
            nint function = _loader.Function(_loader.Load(Image(family.Stem, entry), what), entry, what);
            int shared = _loader.Attribute(FunctionAttribute.SharedBytes, function);
            kernel = new Kernel(function, entry, ParameterBytes(function, entry), shared);
            _kernels[(family, type)] = kernel;
            return kernel;
        }
    }

    byte[] Image(string stem, string entry)
    {
        if (!_texts.TryGetValue(stem, out byte[]? text))
            _texts[stem] = text = images(stem) ?? throw new DeviceException($"kernels/{stem}.ptx is not part of this build.");
        return PtxExcerpt.Of(text, Encoding.UTF8.GetBytes(entry)) ?? throw new DeviceException(
            $"kernels/{stem}.ptx has no kernel {entry}"
            + (stem == "elementwise" ? "; a functor of your own says by Twin what computes it on a GPU." : "."));
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
}
