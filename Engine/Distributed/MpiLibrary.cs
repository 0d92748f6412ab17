using System.Runtime.InteropServices;
using System.Text;

namespace Ssgan.Engine.Distributed;

/// <summary>The search for the MPI library that goes with a launcher. A library is never unloaded: none survives that.</summary>
static class MpiLibrary
{
    static readonly string[] s_openMpi = ["libmpi.so.40", "libmpi.so"],
        s_mpich = ["libmpich.so.12", "libmpi.so.12", "libmpich.so"],
        s_standard = ["libmpi_abi.so.1", "libmpi_abi.so.0", "libmpi_abi.so"];

    /// <summary>Loads it.</summary>
    /// <param name="launch">What started the ranks.</param>
    /// <param name="named">A path or a name that alone is tried; null for those that go with the launcher.</param>
    /// <param name="variable">The environment.</param>
    /// <exception cref="CommunicatorException">None fits; the message has all that was tried.</exception>
    public static MpiApi Load(RankLaunch launch, string? named, Func<string, string?> variable)
    {
        if (launch.Launcher == Launcher.Torchrun)
            throw new CommunicatorException(
                "torchrun starts ranks without MPI, and on CPUs ranks need it: start them by mpirun or srun.");
        // Where handles lie on the stack differs elsewhere.
        if (!OperatingSystem.IsLinux()) throw new CommunicatorException("Ranks under MPI run on Linux only.");
        var tried = new List<string>();
        foreach (string path in named is null ? Candidates(launch, variable) : [named])
        {
            if (path.Contains('/') && !File.Exists(path))
            {
                // Folders that are merely guessed are not worth a word.
                if (named is not null) tried.Add(path + " (there is no such file)");
                continue;
            }
            nint library;
            try
            {
                library = NativeLibrary.Load(path);
                if (NativeLibrary.TryGetExport(library, "ompi_mpi_comm_world", out _)) Publish(path);
            }
            catch (Exception e) when (e is DllNotFoundException or BadImageFormatException)
            {
                tried.Add(path.Contains('/') ? $"{path} ({e.Message.ReplaceLineEndings(" ").Trim()})"
                    : path + " (not on the loader's path)");
                continue;
            }
            string version = MpiApi.VersionOf(library);
            if (named is not null || Fits(launch, version)) return new MpiApi(library, path);
            tried.Add($"{path} ({(version.Length == 0 ? "no MPI" : "it is " + version)})");
        }
        string install = named is not null ? "name another one"
            : launch.Launcher == Launcher.Mpich ? "apt install libmpich12, or load its module"
            : launch.Launcher == Launcher.OpenMpi ? "apt install libopenmpi3, or load its module"
            : "apt install libopenmpi3 or libmpich12, or load a module";
        throw new CommunicatorException(
            $"This process is a rank, started by {launch.Name}, and no MPI library for it was found: {install}; tried "
            + string.Join(", ", tried) + ".");
    }

    /// <summary>
    /// Makes a loaded library's symbols visible to those that it loads itself (RTLD_GLOBAL), which .NET does not. Not all of Open
    /// MPI's plugins are linked to libmpi in Debian's build: without this they find it only where one that is came before.
    /// </summary>
    static unsafe void Publish(string path)
    {
        const int lazy = 1, loaded = 4, global = 0x100;
        var open = (delegate* unmanaged<byte*, int, nint>)NativeLibrary.GetExport(NativeLibrary.GetMainProgramHandle(), "dlopen");
        byte[] name = new byte[Encoding.UTF8.GetByteCount(path) + 1];
        Encoding.UTF8.GetBytes(path, name);
        fixed (byte* p = name) open(p, lazy | loaded | global);
    }

    /// <summary>Whether ranks of a launcher find each other by a library that calls itself so.</summary>
    static bool Fits(RankLaunch launch, string version) =>
        version.Length > 0 && (launch.Launcher is Launcher.Slurm or Launcher.Pmix
        || (launch.Launcher == Launcher.OpenMpi) == version.StartsWith("Open MPI", StringComparison.Ordinal));

    /// <summary>What is tried, in order: by the loader's path, then beside the launcher and in the active environment.</summary>
    internal static List<string> Candidates(RankLaunch launch, Func<string, string?> variable)
    {
        var names = new List<string>();
        if (launch.Launcher != Launcher.OpenMpi && launch.MpichFirst) names.AddRange(s_mpich);
        if (launch.Launcher != Launcher.Mpich) names.AddRange(s_openMpi);
        if (launch.Launcher != Launcher.OpenMpi && !launch.MpichFirst) names.AddRange(s_mpich);
        names.AddRange(s_standard);
        // Some builds of MPICH have this name.
        if (launch.Launcher == Launcher.Mpich) names.Add("libmpi.so");
        var paths = new List<string>();
        if (variable("OPAL_PREFIX") is { Length: > 0 } prefix) Add(paths, prefix, names);
        paths.AddRange(names);
        foreach (string folder in (variable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries))
            if (File.Exists(Path.Join(folder, "mpirun")) && Path.GetDirectoryName(folder) is { } root) Add(paths, root, names);
        if (variable("CONDA_PREFIX") is { Length: > 0 } environment) Add(paths, environment, names);
        return paths;
    }

    static void Add(List<string> paths, string prefix, List<string> names)
    {
        foreach (string name in names)
        {
            paths.Add(Path.Join(prefix, "lib", name));
            paths.Add(Path.Join(prefix, "lib64", name));
        }
    }
}
