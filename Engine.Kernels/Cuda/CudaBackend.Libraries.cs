using Ssgan.Engine.Kernels.Cuda.Native;
using Ssgan.Engine.Kernels.Cuda.Runtime;

namespace Ssgan.Engine.Kernels.Cuda;

// cuBLAS and cuDNN, where they are installed; our own kernels where they are not, and a sentence that says so.
public sealed unsafe partial class CudaBackend
{
    CuBlas? _blas;
    CuDnn? _dnn;

    /// <summary>Sentences for the user about slower paths that were taken, in the order in which that was found out.</summary>
    public IReadOnlyList<string> Notices { get; private set; } = [];

    void OpenLibraries(ISymbolSource source)
    {
        using var lease = _device.Enter();
        try
        {
            _blas = new CuBlas(source, _device, _stream);
        }
        catch (DeviceException e) when (e is not OutOfDeviceMemoryException)
        {
            Notice($"Matrix products on {Name} run on our own kernels, which are slower: {e.Message}");
        }
        try
        {
            _dnn = new CuDnn(source, _device, _stream);
        }
        catch (DeviceException e) when (e is not OutOfDeviceMemoryException)
        {
            Notice($"Convolutions on {Name} run on our own kernels, which are slower: {e.Message}");
        }
    }

    void CloseLibraries()
    {
        _dnn?.Free();
        _blas?.Free();
    }

    void Notice(string sentence) => Notices = [.. Notices, sentence];

    /// <summary>Whether the libraries multiply this storage on this device: before compute capability 8.0 they know no BF16.</summary>
    bool LibrariesTake(DType type) => type == DType.F32 || Supports(8, 0);
}
