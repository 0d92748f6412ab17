namespace Ssgan.Engine.Kernels.Cuda.Native;

/// <summary>NVIDIA's libraries, each with its own table of functions.</summary>
public enum CudaLibrary
{
    /// <summary>The driver: libcuda.so.1, nvcuda.dll.</summary>
    Driver,
    /// <summary>Matrix products: libcublas.so.12.</summary>
    CuBlas,
    /// <summary>Matrix products that add a bias: libcublasLt.so.12.</summary>
    CuBlasLt,
    /// <summary>Convolutions: libcudnn.so.9.</summary>
    CuDnn,
    /// <summary>Linux only.</summary>
    Nccl,
    /// <summary>The compiler of CUDA C++; only for kernels of a user's own that are given as source.</summary>
    Nvrtc,
}

/// <summary>
/// Where function pointers come from: the real libraries, or an emulated device in tests. Nothing is loaded before the first
/// question about a library.
/// </summary>
public interface ISymbolSource
{
    /// <summary>Loads a library, once. The answer says where it was found, or everything that was tried.</summary>
    LibraryLookup Open(CudaLibrary library);

    /// <summary>The address of an exported function, or 0 where the library lacks it. The library has been opened.</summary>
    nint Find(CudaLibrary library, string symbol);
}
