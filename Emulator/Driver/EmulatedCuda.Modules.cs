using System.Runtime.InteropServices;

namespace Ssgan.Emulator;

// Modules and functions.
public sealed unsafe partial class EmulatedCuda
{
    void ModuleLoadData(nint result, nint image) => ModuleLoadDataEx(result, image, 0, 0, 0);

    void ModuleLoadDataEx(nint result, nint image, int count, nint options, nint values)
    {
        Require(result, "module");
        Require(image, "image");
        if (count < 0 || (count > 0 && (options == 0 || values == 0)))
            throw new CudaFailure(CudaStatus.InvalidValue, $"{count} JIT options are null");
        var jit = new JitOptions((int*)options, (nint*)values, count);
        try
        {
            var module = new EmulatedModule(new ModuleInstance(Assemble(image), Memory)) { Context = Current };
            *(nint*)result = _handles.Add(module);
            jit.Report("");
        }
        catch (EmulatorFault e)
        {
            jit.Report(e.Message);
            throw new CudaFailure(e.Kind == FaultKind.OutOfMemory ? CudaStatus.OutOfMemory : CudaStatus.InvalidPtx, e.Message);
        }
        catch (CudaFailure e)
        {
            jit.Report(e.Message);
            throw;
        }
    }

    PtxModule Assemble(nint image)
    {
        if (*(uint*)image == 0x464C457F) throw new CudaFailure(200, "the image is a cubin; the emulated driver takes PTX only");
        string text = Marshal.PtrToStringUTF8(image)!;
        if (PtxVersion(text) is { } version && RequiredDriver(version) > Options.DriverVersion)
        {
            throw new CudaFailure(CudaStatus.UnsupportedPtxVersion,
                $"PTX version {version.Major}.{version.Minor} needs driver {RequiredDriver(version)}, this one is "
                + $"{Options.DriverVersion}");
        }
        var module = PtxModule.Parse(text);
        if (module.TargetNumber > Options.ComputeCapability)
            throw new CudaFailure(CudaStatus.InvalidPtx,
                $"the PTX's target {module.Target} is higher than the device's sm_{Options.ComputeCapability}");
        return module;
    }

    /// <summary>Of the .version directive, which is read before all else since the rest may be newer than the parser.</summary>
    static Version? PtxVersion(string text)
    {
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            if (line.TrimStart().StartsWith(".version "))
                return Version.TryParse(line.TrimStart()[9..].Trim(), out var version) ? version : null;
        }
        return null;
    }

    /// <summary>The CUDA version that brought a PTX version.</summary>
    static int RequiredDriver(Version ptx) => (ptx.Major, ptx.Minor) switch
    {
        ( < 7, _) => 10000,
        (7, _) => 11000 + 10 * ptx.Minor,
        (8, <= 5) => 12000 + 10 * ptx.Minor,
        (8, _) => 12010 + 10 * ptx.Minor,
        _ => 13000 + 10 * ptx.Minor,
    };

    void ModuleUnload(nint handle)
    {
        var module = Get<EmulatedModule>(handle);
        // Queued kernels of the module still run.
        Current!.Drain();
        foreach (var function in module.Functions.Values) _handles.Remove(function);
        _handles.Remove(module);
        module.Instance.Dispose();
    }

    void ModuleGetFunction(nint result, nint handle, nint name)
    {
        Require(result, "hfunc");
        Require(name, "name");
        var module = Get<EmulatedModule>(handle);
        string entry = Marshal.PtrToStringUTF8(name)!;
        if (!module.Functions.TryGetValue(entry, out var function))
        {
            var kernel = module.Instance.Module.Find(entry)
                ?? throw new CudaFailure(CudaStatus.NotFound, $"the module has no kernel {entry}");
            module.Functions[entry] = function = new EmulatedFunction(module, kernel) { Context = Current };
            _handles.Add(function);
        }
        *(nint*)result = function.Handle;
    }

    void ModuleGetGlobal(nint result, nint size, nint handle, nint name)
    {
        Require(name, "name");
        var module = Get<EmulatedModule>(handle);
        string variable = Marshal.PtrToStringUTF8(name)!;
        if (!module.Instance.TryFind(variable, out ulong address, out long bytes))
            throw new CudaFailure(CudaStatus.NotFound, $"the module has no variable {variable}");
        if (result != 0) *(ulong*)result = address;
        if (size != 0) *(nint*)size = (nint)bytes;
    }

    void FuncGetAttribute(nint result, int attribute, nint handle)
    {
        Require(result, "pi");
        var f = Get<EmulatedFunction>(handle);
        *(int*)result = attribute switch
        {
            0 => f.MaxThreads,
            1 => f.Kernel.SharedBytes,
            2 => f.Kernel.Module.Variables.Where(v => v.Space == PtxSpace.Constant).Sum(v => (int)v.Bytes),
            3 => f.Kernel.LocalBytes,
            4 => f.Registers(Options),
            5 => Version.Parse(f.Kernel.Module.Version) is var v ? v.Major * 10 + v.Minor : 0,
            6 => Options.ComputeCapability,
            7 or 14 => 0,
            8 => f.MaxDynamicShared > 0 ? f.MaxDynamicShared : Options.SharedBytesPerBlock - f.Kernel.SharedBytes,
            9 => -1,
            _ => throw new CudaFailure(CudaStatus.InvalidValue, $"function attribute {attribute} is not emulated"),
        };
    }

    void FuncSetAttribute(nint handle, int attribute, int value)
    {
        var f = Get<EmulatedFunction>(handle);
        switch (attribute)
        {
            case 8 when value < 0 || value + f.Kernel.SharedBytes > Options.SharedBytesPerBlockOptIn:
                throw new CudaFailure(CudaStatus.InvalidValue,
                    $"{f.Kernel.Name}: {value} + {f.Kernel.SharedBytes} bytes of shared memory exceed "
                    + $"{Options.SharedBytesPerBlockOptIn}");
            case 8:
                f.MaxDynamicShared = value;
                break;
            case 9 when value is >= -1 and <= 100:
                break;
            default:
                throw new CudaFailure(CudaStatus.InvalidValue, $"function attribute {attribute} cannot be set to {value}");
        }
    }

    void FuncGetParamInfo(nint handle, nint index, nint offset, nint size)
    {
        Require(offset, "paramOffset");
        var parameters = Get<EmulatedFunction>(handle).Kernel.Parameters;
        if (index < 0 || index >= parameters.Count)
            throw new CudaFailure(CudaStatus.InvalidValue,
                $"the kernel has {parameters.Count} parameters, none with index {index}");
        *(nint*)offset = parameters[(int)index].Offset;
        if (size != 0) *(nint*)size = (nint)parameters[(int)index].Bytes;
    }

    void FuncLoad(nint handle) => Get<EmulatedFunction>(handle);

    void FuncSetCacheConfig(nint handle, int config)
    {
        Get<EmulatedFunction>(handle);
        if (config is < 0 or > 3) throw new CudaFailure(CudaStatus.InvalidValue, $"{config} is no cache configuration");
    }
}

/// <summary>
/// The options of a module's loading: numbers are the values of 8-byte slots, not behind them, and sizes are written back.
/// </summary>
readonly unsafe struct JitOptions(int* options, nint* values, int count)
{
    const int WallTime = 2, InfoLog = 3, InfoLogBytes = 4, ErrorLog = 5, ErrorLogBytes = 6, Last = 33;

    /// <summary>Fills the logs: an empty one for information, the sentence (or nothing) for errors.</summary>
    public void Report(string error)
    {
        for (int i = 0; i < count; i++)
        {
            if (options[i] is < 0 or > Last) throw new CudaFailure(CudaStatus.InvalidValue, $"{options[i]} is no JIT option");
            if (options[i] == WallTime) values[i] = BitConverter.SingleToInt32Bits(0.5f);
        }
        Write(InfoLog, InfoLogBytes, "");
        Write(ErrorLog, ErrorLogBytes, error);
    }

    void Write(int buffer, int size, string text)
    {
        int at = Index(buffer), bytes = Index(size);
        if (bytes < 0) return;
        int room = (int)(uint)values[bytes];
        values[bytes] = 0;
        if (at < 0 || values[at] == 0 || room == 0) return;
        byte[] utf8 = System.Text.Encoding.UTF8.GetBytes(text);
        int written = Math.Min(utf8.Length, room - 1);
        utf8.AsSpan(0, written).CopyTo(new Span<byte>((void*)values[at], written));
        ((byte*)values[at])[written] = 0;
        values[bytes] = written;
    }

    int Index(int option)
    {
        for (int i = 0; i < count; i++)
        {
            if (options[i] == option) return i;
        }
        return -1;
    }
}
