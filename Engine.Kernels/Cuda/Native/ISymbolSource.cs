using Ssgan.Engine.Kernels.Cuda.Libraries;

namespace Ssgan.Engine.Kernels.Cuda.Native;

/// <summary>NVIDIA's libraries, each with its own table of functions.</summary>
public enum CudaLibrary
{
    /// <summary>The driver: libcuda.so.1, nvcuda.dll.</summary>
    Driver,
    CuBlas,
    CuBlasLt,
    CuDnn,
    /// <summary>Linux only.</summary>
    Nccl,
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

/// <summary>Where a library was found, or where it was looked for.</summary>
/// <param name="Path">The file or name that was loaded; null where none could be.</param>
/// <param name="Tried">Every name and folder that was tried, in order.</param>
public sealed record LibraryLookup(string? Path, IReadOnlyList<string> Tried);
