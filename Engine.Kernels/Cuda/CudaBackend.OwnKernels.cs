using Ssgan.Engine.Kernels.Cuda.Launch;
using Ssgan.Engine.Kernels.Cuda.Libraries;
using Ssgan.Engine.Kernels.Cuda.Native;

namespace Ssgan.Engine.Kernels.Cuda;

// Kernels of a user's own.
public sealed unsafe partial class CudaBackend
{
    readonly OwnKernels _ownKernels;
    Nvrtc? _compiler;

    /// <summary>The stream that everything is queued on, a <c>CUstream</c>: for libraries of the user's own.</summary>
    public nint Stream => _stream;

    /// <summary>
    /// Queues a kernel of the user's own on this backend's stream, behind what is queued already; a graph that is captured holds
    /// it like any other. Nothing is allocated after the first launch, which loads the module, or compiles it.
    /// </summary>
    /// <typeparam name="TArgs">The kernel's one parameter, a struct by value; or a struct whose members are its parameters, in
    /// their order. Sequential layout; addresses are <see cref="TensorView.Address"/>.</typeparam>
    /// <param name="kernel">The kernel.</param>
    /// <param name="shape">Blocks, threads and shared memory.</param>
    /// <param name="args">The struct.</param>
    /// <exception cref="ArgumentException">The struct has another size than the PTX declares, or the shape is impossible for the
    /// kernel or the device.</exception>
    /// <exception cref="DeviceException">The module does not load or has no such kernel, NVRTC is missing or refuses the source,
    /// or the driver refuses the launch.</exception>
    public void Launch<TArgs>(KernelEntry kernel, in LaunchShape shape, in TArgs args) where TArgs : unmanaged
    {
        ArgumentNullException.ThrowIfNull(kernel);
        using var lease = _device.Enter();
        var own = _ownKernels.Get(kernel, shape, sizeof(TArgs), typeof(TArgs).Name);
        int status;
        int count = own.Signature.Parameters.Count;
        void** pointers = stackalloc void*[Math.Max(1, count)];
        fixed (TArgs* values = &args)
        {
            for (int i = 0; i < count; i++) pointers[i] = (byte*)values + own.Signature.Parameters[i].Offset;
            status = _device.Api.LaunchKernel(own.Kernel.Function, (uint)shape.Blocks, (uint)shape.BlocksY, (uint)shape.BlocksZ,
                (uint)shape.Threads, (uint)shape.ThreadsY, (uint)shape.ThreadsZ, (uint)shape.SharedBytes, _stream, pointers,
                null);
        }
        if (status == DriverStatus.Success)
        {
            _device.Counts.Launch();
            if (!SynchronizeLaunches || IsCapturing) return;
            status = _device.Api.StreamSynchronize(_stream);
            if (status == DriverStatus.Success) return;
        }
        throw _device.Failure(status, $"The launch of {kernel} on {Name} ({shape})");
    }

    string Compile(KernelModule module) =>
        (_compiler ??= new Nvrtc(_source)).Compile(module, Properties.Major * 10 + Properties.Minor);
}
