using Ssgan.Engine.Kernels;
using Ssgan.Engine.Kernels.Cuda.Native;

namespace Ssgan.Tests.Cuda;

/// <summary>Where libraries are looked for, on machines that are made up.</summary>
sealed class LibraryTests
{
    /// <summary>A machine with some files; loading one works, unless it is named broken.</summary>
    sealed class Machine(bool windows, params string[] files) : LibraryHost
    {
        public Dictionary<string, string> Variables { get; } = [];
        public HashSet<string> OnLoaderPath { get; } = [];
        public HashSet<string> Broken { get; } = [];
        public List<string> Loaded { get; } = [];

        public override bool IsWindows => windows;

        public override string? Variable(string name) => Variables.GetValueOrDefault(name);

        public override bool FileExists(string path) => files.Contains(path);

        public override IReadOnlyList<string> Folders(string parent, string pattern) =>
            [.. files.Where(f => f.StartsWith(parent + "/" + pattern.TrimEnd('*'), StringComparison.Ordinal))
                .Select(f => f[..f.IndexOf('/', parent.Length + 1)]).Distinct().OrderDescending(StringComparer.Ordinal)];

        public override IReadOnlyList<string> Files(string folder, string pattern) =>
            [.. files.Where(f => f.StartsWith(folder + "/" + pattern.TrimEnd('*'), StringComparison.Ordinal))];

        public override nint Load(string path, out string? reason)
        {
            reason = Broken.Contains(path) ? "broken" : FileExists(path) || OnLoaderPath.Contains(path) ? null
                : "not on the loader's path";
            if (reason is not null) return 0;
            Loaded.Add(path);
            return Loaded.Count;
        }

        public override nint Export(nint library, string symbol) =>
            symbol.StartsWith("cu", StringComparison.Ordinal) && !symbol.EndsWith("Version", StringComparison.Ordinal) ? 42 : 0;
    }

    [Test]
    public void Nothing_is_loaded_before_it_is_asked_for()
    {
        var machine = new Machine(false);
        machine.OnLoaderPath.Add("libcuda.so.1");
        var libraries = new NativeLibraries(machine, []);
        Assert.That(machine.Loaded, Is.Empty);
        Assert.That(() => libraries.Find(CudaLibrary.Driver, "cuInit"), Throws.InvalidOperationException);
        Assert.That(libraries.Open(CudaLibrary.Driver).Path, Is.EqualTo("libcuda.so.1"));
        Assert.That(libraries.Open(CudaLibrary.Driver).Path, Is.EqualTo("libcuda.so.1"));
        Assert.That(machine.Loaded, Is.EqualTo(new[] { "libcuda.so.1" }));
        Assert.That((libraries.Find(CudaLibrary.Driver, "cuInit"), libraries.Find(CudaLibrary.Driver, "absent")),
            Is.EqualTo(((nint)42, (nint)0)));
    }

    [Test]
    public void An_explicit_folder_comes_before_the_toolkit_before_pips_packages_before_the_loaders_path()
    {
        string[] files =
        [
            "/mine/libcublasLt.so.12", "/cuda/lib64/libcublasLt.so.12",
            "/env/lib/python3.12/site-packages/nvidia/cublas/lib/libcublasLt.so.12",
            "/usr/local/lib/python3.11/dist-packages/nvidia/cu13/lib/libcublasLt.so.13",
        ];
        for (int i = 0; i <= files.Length; i++)
        {
            var machine = new Machine(false, files[i..]);
            machine.Variables["CUDA_PATH"] = "/cuda";
            machine.Variables["VIRTUAL_ENV"] = "/env";
            machine.OnLoaderPath.Add("libcublasLt.so.12");
            var found = new NativeLibraries(machine, ["/mine"]).Open(CudaLibrary.CuBlasLt);
            Assert.That(found.Path, Is.EqualTo(i < files.Length ? files[i] : "libcublasLt.so.12"));
        }
    }

    [Test]
    public void The_python_on_the_path_has_packages_too()
    {
        var machine = new Machine(false, "/opt/py/bin/python3",
            "/opt/py/lib/python3.12/site-packages/nvidia/nccl/lib/libnccl.so.2");
        machine.Variables["PATH"] = "/bin:/opt/py/bin";
        Assert.That(new NativeLibraries(machine, []).Open(CudaLibrary.Nccl).Path, Does.EndWith("/nccl/lib/libnccl.so.2"));
    }

    [Test]
    public void BlasLt_is_loaded_before_blas_from_one_folder()
    {
        var machine = new Machine(false, "/a/lib64/libcublas.so.13", "/b/libcublasLt.so.12", "/b/libcublas.so.12");
        machine.Variables["CUDA_HOME"] = "/a";
        Assert.That(new NativeLibraries(machine, ["/b"]).Open(CudaLibrary.CuBlas).Path, Is.EqualTo("/b/libcublas.so.12"));
        Assert.That(machine.Loaded, Is.EqualTo(new[] { "/b/libcublasLt.so.12", "/b/libcublas.so.12" }));
    }

    [Test]
    public void Cudnns_parts_are_loaded_before_it_in_their_order()
    {
        const string Folder = "/env/lib/python3.12/site-packages/nvidia/cudnn/lib/";
        string[] parts = ["adv", "cnn", "engines_precompiled", "engines_runtime_compiled", "graph", "heuristic", "ops"];
        var machine = new Machine(false, [.. parts.Select(p => $"{Folder}libcudnn_{p}.so.9"), Folder + "libcudnn.so.9"]);
        machine.Variables["CONDA_PREFIX"] = "/env";
        Assert.That(new NativeLibraries(machine, []).Open(CudaLibrary.CuDnn).Path, Is.EqualTo(Folder + "libcudnn.so.9"));
        Assert.That(machine.Loaded.Select(f => f[Folder.Length..]), Is.EqualTo(new[]
        {
            "libcudnn_graph.so.9", "libcudnn_ops.so.9", "libcudnn_heuristic.so.9", "libcudnn_engines_precompiled.so.9",
            "libcudnn_engines_runtime_compiled.so.9", "libcudnn_cnn.so.9", "libcudnn_adv.so.9", "libcudnn.so.9",
        }));
    }

    [TestCase("cu13/lib", 13, "13.0")]
    [TestCase("cuda_nvrtc/lib", 12, "12.8")]
    public void The_compiler_that_cudnn_opens_by_name_is_loaded_before_it_with_its_parts(string folder, int major, string version)
    {
        const string Packages = "/env/lib/python3.12/site-packages/nvidia/";
        string[] expected =
            [$"{folder}/libnvrtc-builtins.so.{version}", $"{folder}/libnvrtc.so.{major}", "cudnn/lib/libcudnn_graph.so.9",
                "cudnn/lib/libcudnn.so.9"];
        var machine = new Machine(false, [.. expected.Select(f => Packages + f), "/usr/local/cuda/lib64/libnvrtc.so.11"]);
        machine.Variables["VIRTUAL_ENV"] = "/env";
        var libraries = new NativeLibraries(machine, []);
        Assert.That(libraries.Open(CudaLibrary.CuDnn).Path, Is.EqualTo(Packages + "cudnn/lib/libcudnn.so.9"));
        Assert.That(machine.Loaded.Select(f => f[Packages.Length..]), Is.EqualTo(expected));
    }

    [Test]
    public void A_compiler_that_does_not_load_is_named_and_the_next_one_taken()
    {
        var machine = new Machine(false, "/a/libnvrtc.so.13", "/a/lib64/libnvrtc.so.13", "/a/libcudnn.so.9");
        machine.Broken.Add("/a/libnvrtc.so.13");
        var found = new NativeLibraries(machine, ["/a"]).Open(CudaLibrary.CuDnn);
        Assert.That(machine.Loaded, Is.EqualTo(new[] { "/a/lib64/libnvrtc.so.13", "/a/libcudnn.so.9" }));
        Assert.That(found.Tried[0], Is.EqualTo("/a/libnvrtc.so.13 (broken)"));
    }

    [Test]
    public void Windows_has_its_own_names_and_folders()
    {
        var candidates = new LibrarySearch(WindowsMachine(), []).Candidates(CudaLibrary.CuBlas, 13, null)
            .Select(c => c.Path.Replace('\\', '/')).ToArray();
        Assert.That(candidates, Does.Contain("C:/cuda/bin/x64/cublas64_13.dll"));
        Assert.That(candidates, Does.Contain("C:/cuda/bin/cublas64_12.dll"));
        Assert.That(candidates, Does.Contain("C:/env/Lib/site-packages/nvidia/cu13/bin/x86_64/cublas64_13.dll"));
        Assert.That(candidates, Does.Contain("C:/env/Lib/site-packages/nvidia/cublas/bin/cublas64_12.dll"));
        Assert.That(candidates[^2..], Is.EqualTo(new[] { "cublas64_13.dll", "cublas64_12.dll" }));
        Assert.That(new LibrarySearch(WindowsMachine(), []).Candidates(CudaLibrary.Driver, 0, null).Single().Path,
            Is.EqualTo("nvcuda.dll"));
        Assert.That(new LibrarySearch(WindowsMachine(), []).Companions(CudaLibrary.CuDnn),
            Does.Contain("cudnn_engines_precompiled64_9.dll"));

        static Machine WindowsMachine() => new(true) { Variables = { ["CUDA_PATH"] = "C:/cuda", ["VIRTUAL_ENV"] = "C:/env" } };
    }

    [Test]
    public void A_driver_of_version_12_is_not_given_libraries_of_13() =>
        Assert.That(new LibrarySearch(new Machine(false), []).Candidates(CudaLibrary.CuBlas, 12, null).Select(static c => c.Name),
            Has.All.EqualTo("libcublas.so.12"));

    [Test]
    public void A_missing_library_lists_everything_tried_and_what_to_install()
    {
        var machine = new Machine(false, "/mine/libnccl.so.2");
        machine.Broken.Add("/mine/libnccl.so.2");
        var error = Assert.Throws<DeviceException>(() => _ = new NcclApi(new NativeLibraries(machine, ["/mine"])));
        Assert.That(error!.Message, Is.EqualTo(
            "Nccl was not found: install NCCL 2, for example with pip install nvidia-nccl-cu12 (tried /mine/libnccl.so.2 "
            + "(broken), /mine/lib64/libnccl.so.2, "
            + "/mine/lib/libnccl.so.2, /usr/local/cuda/lib64/libnccl.so.2, /usr/local/cuda/lib/libnccl.so.2, libnccl.so.2 (not "
            + "on the loader's path))."));
    }

    [Test]
    public void This_machines_search_ends_in_an_answer()
    {
        var found = new NativeLibraries().Open(CudaLibrary.CuDnn);
        Assert.That(found.Tried, Is.Not.Empty);
    }
}
