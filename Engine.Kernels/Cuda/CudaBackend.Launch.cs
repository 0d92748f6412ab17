using Ssgan.Engine.Kernels.Cuda.Launch;
using Ssgan.Engine.Kernels.Cuda.Native;

namespace Ssgan.Engine.Kernels.Cuda;

public sealed unsafe partial class CudaBackend
{
    /// <summary>Launches a kernel on this backend's stream. The kernel takes one parameter: the struct, by value.</summary>
    internal void Launch<TArgs>(KernelFamily kernel, DType type, in Grid grid, in TArgs args) where TArgs : unmanaged
    {
        using var lease = _device.Enter();
        var entry = _kernels.Get(kernel, type, sizeof(TArgs), grid.SharedBytes);
        int status;
        fixed (TArgs* values = &args)
        {
            void* parameter = values;
            status = _device.Api.LaunchKernel(entry.Function, (uint)grid.X, (uint)grid.Y, (uint)grid.Z, (uint)grid.Threads, 1, 1,
                (uint)grid.SharedBytes, _stream, &parameter, null);
        }
        if (status != DriverStatus.Success) throw Refused(status, entry, grid, "launch");
        Launched(entry, grid);
    }

    /// <summary>The same as a cooperative launch: all blocks are resident at once, or the launch fails.</summary>
    internal void LaunchCooperative<TArgs>(KernelFamily kernel, DType type, in Grid grid, in TArgs args) where TArgs : unmanaged
    {
        using var lease = _device.Enter();
        var entry = _kernels.Get(kernel, type, sizeof(TArgs), grid.SharedBytes);
        int status;
        fixed (TArgs* values = &args)
        {
            void* parameter = values;
            status = _device.Api.LaunchCooperativeKernel(entry.Function, (uint)grid.X, (uint)grid.Y, (uint)grid.Z,
                (uint)grid.Threads, 1, 1, (uint)grid.SharedBytes, _stream, &parameter);
        }
        if (status != DriverStatus.Success) throw Refused(status, entry, grid, "cooperative launch");
        Launched(entry, grid);
    }

    /// <summary>How many blocks of a kernel are resident on one multiprocessor at once.</summary>
    internal int ResidentBlocks(KernelFamily kernel, DType type, int threads, int sharedBytes)
    {
        using var lease = _device.Enter();
        int blocks;
        _device.Check(_device.Api.OccupancyMaxActiveBlocksPerMultiprocessor(&blocks, _kernels.Get(kernel, type).Function,
            threads, (nuint)sharedBytes));
        return blocks;
    }

    /// <summary>A grid of at most some waves over <paramref name="items"/> items, one a thread, for a grid-stride loop.</summary>
    internal Grid GridStride(long items, int threads = 256)
    {
        long blocks = (items + threads - 1) / threads, most = Multiprocessors * 32L;
        return new Grid((int)Math.Clamp(blocks, 1, Math.Max(1, most)), threads);
    }

    void Launched(Kernel kernel, in Grid grid)
    {
        _device.Counts.Launch();
        if (!SynchronizeLaunches || IsCapturing) return;
        int status = _device.Api.StreamSynchronize(_stream);
        if (status != DriverStatus.Success) throw Refused(status, kernel, grid, "run");
    }

    DeviceException Refused(int status, Kernel kernel, in Grid grid, string what) => _device.Failure(status,
        $"The {what} of {kernel.Entry} on {Name} "
        + $"({grid.X} x {grid.Y} x {grid.Z} blocks of {grid.Threads} threads, {grid.SharedBytes} bytes of "
        + "dynamic shared memory)");
}
