namespace Ssgan.Engine.Kernels.Cuda.Native;

/// <summary>
/// Names and folders of NVIDIA's libraries, in the order they are tried: folders that were set explicitly; the toolkit at
/// CUDA_PATH or CUDA_HOME; the packages of pip (site-packages/nvidia) of the active environment, of the python on the path and of
/// the usual places; last the loader's own path.
/// </summary>
sealed class LibrarySearch(LibraryHost host, IReadOnlyList<string> explicitFolders)
{
    static readonly string[] s_cudnnParts =
        ["graph", "ops", "heuristic", "engines_precompiled", "engines_runtime_compiled",
            "engines_tensor_ir", "cnn", "adv", "ext"];
    static readonly string[] s_toolkitVariables = ["CUDA_PATH", "CUDA_HOME"],
        s_environmentVariables = ["VIRTUAL_ENV", "CONDA_PREFIX"];

    /// <summary>A file, or a bare name where there is no folder.</summary>
    public readonly record struct Candidate(string? Folder, string Name)
    {
        public string Path => Folder is null ? Name : System.IO.Path.Join(Folder, Name);
    }

    /// <summary>What to try for a library.</summary>
    /// <param name="library">The library.</param>
    /// <param name="driver">The CUDA version that the driver supports; libraries of a newer one do not run. 0 where it is
    /// not known.</param>
    /// <param name="beside">A folder to try first, or null.</param>
    public IEnumerable<Candidate> Candidates(CudaLibrary library, int driver, string? beside)
    {
        string[] names = Names(library, driver);
        if (library == CudaLibrary.Driver) return names.Select(static name => new Candidate(null, name));
        IEnumerable<string> folders = Folders(Wheels(library));
        if (!string.IsNullOrEmpty(beside)) folders = folders.Prepend(beside);
        return folders.Distinct().Append(null).SelectMany(folder => names.Select(name => new Candidate(folder, name)));
    }

    /// <summary>
    /// Where NVRTC may lie, which cuDNN opens by bare name to compile its fused engines, and some others on newer cards. cuDNN's
    /// own path has it only where the loader's has.
    /// </summary>
    /// <param name="major">CUDA's version, which must be cuDNN's.</param>
    public IEnumerable<Candidate> Compilers(int major)
    {
        string[] wheels = host.IsWindows
            ? [Path.Join($"cu{major}", "bin", "x86_64"), Path.Join("cuda_nvrtc", "bin")]
            : [Path.Join($"cu{major}", "lib"), Path.Join("cuda_nvrtc", "lib")];
        return Folders(wheels).Distinct().Select(folder => new Candidate(folder, Compiler(major)))
            .Where(candidate => host.FileExists(candidate.Path));
    }

    string Compiler(int major) => host.IsWindows ? $"nvrtc64_{major}0_0.dll" : $"libnvrtc.so.{major}";

    /// <summary>What NVRTC opens by bare name in turn, in its own folder.</summary>
    public string CompilerParts(int major) =>
        host.IsWindows ? $"nvrtc-builtins64_{major}*.dll" : $"libnvrtc-builtins.so.{major}.*";

    IEnumerable<string> Folders(string[] wheels) =>
    [
        .. explicitFolders.SelectMany(root => Toolkit(root).Prepend(root)),
        .. ToolkitRoots().SelectMany(Toolkit),
        .. Packages().SelectMany(packages => wheels.Select(wheel => Path.Join(packages, "nvidia", wheel))),
    ];

    /// <summary>
    /// Files of the same folder that a library opens later by bare name, in the order in which they need each other.
    /// </summary>
    public IEnumerable<string> Companions(CudaLibrary library) => library != CudaLibrary.CuDnn
        ? []
        : s_cudnnParts.Select(part => host.IsWindows ? $"cudnn_{part}64_9.dll" : $"libcudnn_{part}.so.9");

    /// <summary>CUDA's versions whose libraries run, the newest first: 13's need 13's driver, which runs 12's as well.</summary>
    public static int[] Majors(int driver) => driver is 0 or >= 13 ? [13, 12] : [12];

    string[] Names(CudaLibrary library, int driver)
    {
        int[] majors = Majors(driver);
        return library switch
        {
            CudaLibrary.Driver => [host.IsWindows ? "nvcuda.dll" : "libcuda.so.1"],
            CudaLibrary.CuBlas => [.. majors.Select(major => host.IsWindows ? $"cublas64_{major}.dll" : $"libcublas.so.{major}")],
            CudaLibrary.CuBlasLt =>
                [.. majors.Select(major => host.IsWindows ? $"cublasLt64_{major}.dll" : $"libcublasLt.so.{major}")],
            CudaLibrary.CuDnn => [host.IsWindows ? "cudnn64_9.dll" : "libcudnn.so.9"],
            CudaLibrary.Nccl => host.IsWindows ? [] : ["libnccl.so.2"],
            CudaLibrary.Nvrtc => [.. majors.Select(Compiler)],
            _ => throw new ArgumentOutOfRangeException(nameof(library), library, "Unknown library."),
        };
    }

    IEnumerable<string> ToolkitRoots()
    {
        foreach (string variable in s_toolkitVariables)
        {
            if (host.Variable(variable) is { } root) yield return root;
        }
        if (!host.IsWindows) yield return "/usr/local/cuda";
    }

    IEnumerable<string> Toolkit(string root) => host.IsWindows
        ? [Path.Join(root, "bin", "x64"), Path.Join(root, "bin")]
        : [Path.Join(root, "lib64"), Path.Join(root, "lib")];

    string[] Wheels(CudaLibrary library) => (library, host.IsWindows) switch
    {
        (CudaLibrary.CuDnn, false) => [Path.Join("cudnn", "lib")],
        (CudaLibrary.CuDnn, true) => [Path.Join("cudnn", "bin")],
        (CudaLibrary.Nccl, _) => [Path.Join("nccl", "lib")],
        (CudaLibrary.Nvrtc, false) => [Path.Join("cu13", "lib"), Path.Join("cuda_nvrtc", "lib")],
        (CudaLibrary.Nvrtc, true) => [Path.Join("cu13", "bin", "x86_64"), Path.Join("cuda_nvrtc", "bin")],
        (_, false) => [Path.Join("cu13", "lib"), Path.Join("cublas", "lib")],
        (_, true) => [Path.Join("cu13", "bin", "x86_64"), Path.Join("cublas", "bin")],
    };

    /// <summary>Folders in which python looks for packages.</summary>
    IEnumerable<string> Packages()
    {
        foreach (string prefix in Prefixes().Distinct())
        {
            if (host.IsWindows)
            {
                yield return Path.Join(prefix, "Lib", "site-packages");
                continue;
            }
            foreach (string python in host.Folders(Path.Join(prefix, "lib"), "python3*"))
            {
                yield return Path.Join(python, "site-packages");
                yield return Path.Join(python, "dist-packages");
            }
        }
        if (!host.IsWindows || host.Variable("APPDATA") is not { } roaming) yield break;
        foreach (string python in host.Folders(Path.Join(roaming, "Python"), "Python3*"))
            yield return Path.Join(python, "site-packages");
    }

    IEnumerable<string> Prefixes()
    {
        foreach (string variable in s_environmentVariables)
        {
            if (host.Variable(variable) is { } prefix) yield return prefix;
        }
        foreach (string folder in (host.Variable("PATH") ?? "")
            .Split(host.IsWindows ? ';' : ':', StringSplitOptions.RemoveEmptyEntries))
        {
            // Linux keeps python in the prefix's bin, Windows in the prefix itself.
            if (!host.FileExists(Path.Join(folder, host.IsWindows ? "python.exe" : "python3"))) continue;
            if (host.IsWindows) yield return folder;
            else if (Path.GetDirectoryName(folder.TrimEnd('/')) is { Length: > 0 } prefix) yield return prefix;
        }
        if (host.IsWindows)
        {
            if (host.Variable("LOCALAPPDATA") is not { } local) yield break;
            foreach (string python in host.Folders(Path.Join(local, "Programs", "Python"), "Python3*")) yield return python;
            yield break;
        }
        if (host.Variable("HOME") is { } home) yield return Path.Join(home, ".local");
        yield return "/usr/local";
        yield return "/usr";
    }
}
