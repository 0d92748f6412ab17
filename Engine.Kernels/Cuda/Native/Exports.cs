namespace Ssgan.Engine.Kernels.Cuda.Native;

/// <summary>The exported functions of one loaded library, found by name; what fills a table of function pointers.</summary>
readonly struct Exports
{
    readonly ISymbolSource _source;
    readonly CudaLibrary _library;
    readonly string _path;

    /// <summary>Loads the library.</summary>
    /// <exception cref="DeviceException">It is not installed; the message lists what was tried and what to install.</exception>
    public Exports(ISymbolSource source, CudaLibrary library)
    {
        var lookup = source.Open(library);
        if (lookup.Path is null) throw new DeviceException(Missing(library, lookup.Tried));
        (_source, _library, _path) = (source, library, lookup.Path);
    }

    /// <summary>A function that every supported version has.</summary>
    public nint this[string symbol] => _source.Find(_library, symbol) is var address and not 0
        ? address
        : throw new DeviceException($"{_path} lacks the function {symbol}: it is too old; {Remedy(_library)}.");

    /// <summary>A function that newer versions export by another name.</summary>
    public nint Either(string newer, string older) => Optional(newer) is var address and not 0 ? address : this[older];

    /// <summary>A function that older versions lack, or 0.</summary>
    public nint Optional(string symbol) => _source.Find(_library, symbol);

    /// <summary>The sentence for a library that is not there.</summary>
    internal static string Missing(CudaLibrary library, IReadOnlyList<string> tried) =>
        $"{library} was not found: {Remedy(library)} (tried {string.Join(", ", tried)}).";

    static string Remedy(CudaLibrary library) => library switch
    {
        CudaLibrary.Driver => "install a current NVIDIA driver",
        CudaLibrary.CuBlas or CudaLibrary.CuBlasLt => "install cuBLAS 12 or 13, for example with pip install nvidia-cublas-cu12",
        CudaLibrary.CuDnn => "install cuDNN 9, for example with pip install nvidia-cudnn-cu12",
        CudaLibrary.Nccl => "install NCCL 2, for example with pip install nvidia-nccl-cu12",
        CudaLibrary.Nvrtc =>
            "install NVRTC 12 or 13, for example with pip install nvidia-cuda-nvrtc-cu12, or give the kernels as PTX",
        _ => throw new ArgumentOutOfRangeException(nameof(library), library, "Unknown library."),
    };
}
