using Ssgan.Emulator;
using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Kernels.Cuda;
using Ssgan.Engine.Kernels.Cuda.Native;

namespace Ssgan.Testing;

/// <summary>
/// A GPU in C# that runs kernels' PTX and watches them: accesses out of bounds or misaligned, reads of what nothing wrote, races
/// in shared memory, barriers that threads miss, launches that spin. What it finds is thrown by the launch, in one sentence with
/// the kernel, the thread, the PTX line and the instruction; the device is lost then, as a card would be.
/// <para>
/// It needs no driver. Each tensor has memory of its own and of its exact size. What it does not see: races in global memory
/// beside those with <c>ld.global.nc</c>, and how fast a kernel is. It is some thousand times slower than a card: give it small
/// tensors.
/// </para>
/// </summary>
public sealed class EmulatedDevice : IDisposable
{
    readonly EmulatedCuda _machine;

    EmulatedDevice(EmulatorOptions options)
    {
        _machine = new EmulatedCuda(options);
        try
        {
            var backend = new CudaBackend(new WithCompiler(_machine), 0, new CudaOptions { UseLibraries = false })
            {
                SynchronizeLaunches = true,
            };
            Device = new Device(backend);
            Device.Pool.Exact = true;
        }
        catch
        {
            _machine.Dispose();
            throw;
        }
    }

    /// <summary>A machine with one device.</summary>
    /// <param name="options">What it looks like: memory, compute capability, the order in which threads run; null for the
    /// defaults.</param>
    public static EmulatedDevice Create(EmulatorOptions? options = null) => new(options ?? new EmulatorOptions());

    /// <summary>The device, ended with this object.</summary>
    public Device Device { get; }

    /// <summary>Names of the kernels that were launched, the engine's and the user's.</summary>
    public IReadOnlyCollection<string> Launched => _machine.Launched;

    /// <summary>After <see cref="Dispose"/>: a sentence for each thing that was not given back, such as a tensor's
    /// memory.</summary>
    public IReadOnlyList<string> Leaks() => _machine.Leaks();

    /// <summary>Ends the device and the machine.</summary>
    /// <exception cref="InvalidOperationException">A tensor scope is still open.</exception>
    public void Dispose()
    {
        Device.Dispose();
        _machine.Dispose();
    }

    /// <summary>NVRTC needs no GPU: kernels given as source are compiled by this computer's, if it has one.</summary>
    sealed class WithCompiler(EmulatedCuda machine) : ISymbolSource
    {
        readonly NativeLibraries _own = new();

        public LibraryLookup Open(CudaLibrary library) => Of(library).Open(library);

        public nint Find(CudaLibrary library, string symbol) => Of(library).Find(library, symbol);

        ISymbolSource Of(CudaLibrary library) => library == CudaLibrary.Nvrtc ? _own : machine;
    }
}
