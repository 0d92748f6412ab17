namespace Ssgan.Emulator;

// Launches and occupancy.
public sealed unsafe partial class EmulatedCuda
{
    void LaunchKernel(nint f, int gx, int gy, int gz, int bx, int by, int bz, int shared, nint stream,
        nint parameters, nint extra) =>
        Launch(f, new(gx, gy, gz), new(bx, by, bz), shared, stream, parameters, extra, false);

    void LaunchCooperativeKernel(nint f, int gx, int gy, int gz, int bx, int by, int bz, int shared,
        nint stream, nint parameters) =>
        Launch(f, new(gx, gy, gz), new(bx, by, bz), shared, stream, parameters, 0, true);

    void LaunchKernelEx(nint config, nint f, nint parameters, nint extra)
    {
        Require(config, "config");
        int* c = (int*)config;
        nint attributes = *(nint*)(config + 40);
        int count = c[12];
        if (count > 0) Require(attributes, "attrs");
        bool cooperative = false;
        for (int i = 0; i < count; i++)
        {
            int id = *(int*)(attributes + 72 * i), value = *(int*)(attributes + 72 * i + 8);
            const int ignore = 0, cooperativeId = 2, stream = 6, priority = 8;
            if (id == cooperativeId) cooperative = value != 0;
            else if (id is not (ignore or stream or priority))
                throw new CudaFailure(CudaStatus.NotSupported, $"launch attribute {id} is not emulated");
        }
        Launch(f, new(c[0], c[1], c[2]), new(c[3], c[4], c[5]), c[6], *(nint*)(config + 32), parameters, extra, cooperative);
    }

    void Launch(nint handle, Dim3 grid, Dim3 block, int shared, nint streamHandle, nint parameters, nint extra, bool cooperative)
    {
        var f = Get<EmulatedFunction>(handle);
        var stream = Stream(streamHandle);
        CheckLaunch(f, grid, block, shared, cooperative);
        byte[] arguments = Arguments(f.Kernel, parameters, extra);
        _launched.Add(f.Kernel.Name);
        var (instance, kernel, executor) = (f.Module.Instance, f.Kernel, Current!.Device.Executor);
        Submit(stream, new StreamWork($"kernel {kernel.Name}",
            () => executor.Run(kernel, instance, grid, block, shared, arguments, cooperative)));
    }

    void CheckLaunch(EmulatedFunction f, Dim3 grid, Dim3 block, int shared, bool cooperative)
    {
        string name = f.Kernel.Name;
        if (grid.X < 1 || grid.Y is < 1 or > 65535 || grid.Z is < 1 or > 65535)
            throw new CudaFailure(CudaStatus.InvalidValue, $"{name}: a grid of {grid} is impossible");
        if (block.X is < 1 or > 1024 || block.Y is < 1 or > 1024 || block.Z is < 1 or > 64
            || block.Count > EmulatorOptions.ThreadsPerBlock)
            throw new CudaFailure(CudaStatus.InvalidValue, $"{name}: a block of {block} is impossible");
        if (block.Count > f.MaxThreads)
            throw new CudaFailure(CudaStatus.InvalidValue,
                $"{name}: a block of {block} exceeds the kernel's {f.MaxThreads} threads");
        int most = f.MaxDynamicShared > 0 ? f.MaxDynamicShared : Options.SharedBytesPerBlock - f.Kernel.SharedBytes;
        if (shared < 0 || shared > most)
            throw new CudaFailure(CudaStatus.InvalidValue, $"{name}: {shared} bytes of dynamic shared memory exceed {most}");
        int resident = f.ResidentBlocks(Options, (int)block.Count, shared);
        if (resident == 0)
            throw new CudaFailure(CudaStatus.LaunchOutOfResources,
                $"{name}: a block of {block} with {shared} bytes fits on no multiprocessor");
        if (cooperative && grid.Count > (long)resident * Options.Multiprocessors)
        {
            throw new CudaFailure(CudaStatus.CooperativeLaunchTooLarge,
                $"{name}: {grid.Count} blocks are not resident at once, {(long)resident * Options.Multiprocessors} are");
        }
    }

    /// <summary>A copy of the parameters: from pointers to each, or from one packed buffer.</summary>
    static byte[] Arguments(PtxKernel kernel, nint parameters, nint extra)
    {
        byte[] bytes = new byte[kernel.ParameterBytes];
        if (bytes.Length == 0) return bytes;
        if ((parameters == 0) == (extra == 0))
            throw new CudaFailure(CudaStatus.InvalidValue, $"{kernel.Name}: either kernelParams or extra must be given");
        if (parameters == 0)
        {
            Packed(kernel, (nint*)extra).CopyTo(bytes);
            return bytes;
        }
        for (int i = 0; i < kernel.Parameters.Count; i++)
        {
            var parameter = kernel.Parameters[i];
            nint source = ((nint*)parameters)[i];
            Require(source, $"{kernel.Name}: parameter {i}");
            new ReadOnlySpan<byte>((void*)source, (int)parameter.Bytes).CopyTo(bytes.AsSpan(parameter.Offset));
        }
        return bytes;
    }

    static ReadOnlySpan<byte> Packed(PtxKernel kernel, nint* extra)
    {
        const nint end = 0, buffer = 1, size = 2;
        nint source = 0, bytes = -1;
        for (; *extra != end; extra += 2)
        {
            if (*extra == buffer) source = extra[1];
            else if (*extra == size) bytes = *(nint*)extra[1];
            else throw new CudaFailure(CudaStatus.InvalidValue, $"{kernel.Name}: {*extra} is no launch parameter");
        }
        Require(source, $"{kernel.Name}: the parameter buffer");
        return bytes == kernel.ParameterBytes
            ? new ReadOnlySpan<byte>((void*)source, (int)bytes)
            : throw new CudaFailure(CudaStatus.InvalidValue,
                $"{kernel.Name} takes {kernel.ParameterBytes} bytes of parameters, {bytes} were given");
    }

    void LaunchHostFunc(nint stream, nint function, nint data)
    {
        Require(function, "fn");
        Submit(Stream(stream), new StreamWork("host function", () => ((delegate* unmanaged<nint, void>)function)(data)));
    }

    void OccupancyMaxActiveBlocks(nint result, nint function, int threads, nint shared)
    {
        Require(result, "numBlocks");
        var f = Get<EmulatedFunction>(function);
        if (threads < 1) throw new CudaFailure(CudaStatus.InvalidValue, $"blockSize is {threads}");
        int most = f.MaxDynamicShared > 0 ? f.MaxDynamicShared : Options.SharedBytesPerBlock - f.Kernel.SharedBytes;
        *(int*)result = threads > f.MaxThreads || shared > most ? 0 : f.ResidentBlocks(Options, threads, shared);
    }

    void OccupancyMaxPotentialBlockSize(nint minGrid, nint blockSize, nint function, nint sharedOfBlock, nint shared, int limit)
    {
        Require(minGrid, "minGridSize");
        Require(blockSize, "blockSize");
        var f = Get<EmulatedFunction>(function);
        int most = limit > 0 ? Math.Min(limit, f.MaxThreads) : f.MaxThreads, best = 0, blocks = 0;
        for (int threads = most / 32 * 32; threads >= 32; threads -= 32)
        {
            nint bytes = sharedOfBlock == 0 ? shared : ((delegate* unmanaged<int, nint>)sharedOfBlock)(threads);
            int resident = f.ResidentBlocks(Options, threads, bytes);
            if (resident * threads > blocks * best) (best, blocks) = (threads, resident);
        }
        *(int*)blockSize = best;
        *(int*)minGrid = blocks * Options.Multiprocessors;
    }

    void OccupancyAvailableDynamicShared(nint result, nint function, int blocks, int threads)
    {
        Require(result, "dynamicSmemSize");
        var f = Get<EmulatedFunction>(function);
        if (blocks < 1 || threads < 1)
            throw new CudaFailure(CudaStatus.InvalidValue, $"{blocks} blocks of {threads} threads are impossible");
        *(nint*)result = Math.Max(0,
            Options.SharedBytesPerMultiprocessor / blocks - f.Kernel.SharedBytes - EmulatorOptions.ReservedSharedBytes);
    }
}
