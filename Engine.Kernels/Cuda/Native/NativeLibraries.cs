namespace Ssgan.Engine.Kernels.Cuda.Native;

/// <summary>
/// NVIDIA's libraries as they are installed on this machine. A library is loaded when it is first asked for and never unloaded:
/// the libraries do not survive that. Where each is looked for: <see cref="LibrarySearch"/>.
/// </summary>
public sealed class NativeLibraries : ISymbolSource
{
    readonly LibraryHost _host;
    readonly LibrarySearch _search;
    readonly Dictionary<CudaLibrary, (LibraryLookup Lookup, nint Handle)> _open = [];
    readonly Lock _lock = new();

    /// <summary>Loads nothing yet.</summary>
    /// <param name="folders">Folders to look in before all others.</param>
    public NativeLibraries(params IReadOnlyList<string> folders)
        : this(new LibraryHost(), folders ?? throw new ArgumentNullException(nameof(folders)))
    {
    }

    internal NativeLibraries(LibraryHost host, IReadOnlyList<string> folders) =>
        (_host, _search) = (host, new LibrarySearch(host, folders));

    /// <inheritdoc/>
    public LibraryLookup Open(CudaLibrary library)
    {
        lock (_lock)
        {
            if (_open.TryGetValue(library, out var found)) return found.Lookup;
            found = Load(library);
            _open[library] = found;
            return found.Lookup;
        }
    }

    /// <inheritdoc/>
    public nint Find(CudaLibrary library, string symbol)
    {
        ArgumentNullException.ThrowIfNull(symbol);
        lock (_lock)
        {
            return _open.TryGetValue(library, out var found) && found.Handle != 0
                ? _host.Export(found.Handle, symbol)
                : throw new InvalidOperationException($"{symbol} was asked for before {library} was opened.");
        }
    }

    (LibraryLookup, nint) Load(CudaLibrary library)
    {
        var tried = new List<string>();
        // cuBLAS is linked to cuBLASLt and cuDNN opens it by bare name: once it is loaded, it satisfies them wherever it lies.
        string? beside = null;
        if (library is CudaLibrary.CuBlas or CudaLibrary.CuDnn) beside = Open(CudaLibrary.CuBlasLt).Path;
        int driver = library == CudaLibrary.Driver ? 0 : DriverMajor();
        if (library == CudaLibrary.CuDnn) LoadCompiler(driver, tried);
        foreach (var candidate in _search.Candidates(library, driver,
            library == CudaLibrary.CuBlas ? Path.GetDirectoryName(beside) : null))
        {
            if (candidate.Folder is { } folder)
            {
                if (!_host.FileExists(candidate.Path))
                {
                    tried.Add(candidate.Path);
                    continue;
                }
                if (library == CudaLibrary.Nvrtc)
                    foreach (int major in LibrarySearch.Majors(driver)) LoadParts(folder, major, tried);
                foreach (string companion in _search.Companions(library))
                {
                    string path = Path.Join(folder, companion);
                    if (_host.FileExists(path) && _host.Load(path, out string? reason) == 0) tried.Add($"{path} ({reason})");
                }
            }
            nint handle = _host.Load(candidate.Path, out string? why);
            if (handle != 0 && library == CudaLibrary.CuDnn && Mismatch(handle) is { } mismatch) (handle, why) = (0, mismatch);
            tried.Add(handle == 0 ? $"{candidate.Path} ({why})" : candidate.Path);
            if (handle != 0) return (new LibraryLookup(candidate.Path, tried), handle);
        }
        return (new LibraryLookup(null, tried), 0);
    }

    /// <summary>
    /// NVRTC and its parts, where they are found: loaded, they satisfy whoever opens them by bare name. Without them
    /// other engines run.
    /// </summary>
    void LoadCompiler(int driver, List<string> tried)
    {
        int blas = RuntimeMajor(_open[CudaLibrary.CuBlasLt].Handle, "cublasLtGetCudartVersion");
        foreach (int major in blas == 0 ? LibrarySearch.Majors(driver) : [blas])
        {
            foreach (var compiler in _search.Compilers(major))
            {
                LoadParts(compiler.Folder!, major, tried);
                if (_host.Load(compiler.Path, out string? reason) != 0) return;
                tried.Add($"{compiler.Path} ({reason})");
            }
        }
    }

    void LoadParts(string folder, int major, List<string> tried)
    {
        foreach (string part in _host.Files(folder, _search.CompilerParts(major)))
            if (_host.Load(part, out string? missing) == 0) tried.Add($"{part} ({missing})");
    }

    /// <summary>
    /// Both of CUDA's versions name their cuDNN alike; one that does not go with cuBLAS fails later and obscurely.
    /// </summary>
    string? Mismatch(nint cudnn)
    {
        int own = RuntimeMajor(cudnn, "cudnnGetCudartVersion"),
            blas = RuntimeMajor(_open[CudaLibrary.CuBlasLt].Handle, "cublasLtGetCudartVersion");
        return own == blas || own == 0 || blas == 0 ? null : $"it was built for CUDA {own}, but cuBLAS for CUDA {blas}";
    }

    unsafe int RuntimeMajor(nint library, string function)
    {
        var ask = (delegate* unmanaged<nuint>)(library == 0 ? 0 : _host.Export(library, function));
        return ask == null ? 0 : (int)(ask() / 1000);
    }

    /// <summary>The CUDA version that the driver supports: 13 of 13.0; 0 without a driver.</summary>
    unsafe int DriverMajor()
    {
        if (Open(CudaLibrary.Driver).Path is null) return 0;
        var ask = (delegate* unmanaged<int*, int>)Find(CudaLibrary.Driver, "cuDriverGetVersion");
        int version = 0;
        return ask != null && ask(&version) == DriverStatus.Success ? version / 1000 : 0;
    }
}
