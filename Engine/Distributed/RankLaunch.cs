using System.Globalization;

namespace Ssgan.Engine.Distributed;

/// <summary>
/// What the launcher of this process says of it in variables of its environment. Variables alone decide: no library is loaded.
/// </summary>
public sealed class RankLaunch
{
    /// <summary>A rank that is told what it is.</summary>
    /// <param name="launcher">What started it.</param>
    /// <param name="rank">Which it is, from 0.</param>
    /// <param name="size">How many there are; 0 where MPI alone knows.</param>
    public RankLaunch(Launcher launcher, int rank, int size)
    {
        if (rank < 0 || size < 0 || (size > 0 && rank >= size))
            throw new CommunicatorException($"There is no rank {rank} of {size}.");
        (Launcher, Rank, Size) = (launcher, rank, size);
    }

    /// <summary>What started this process.</summary>
    public Launcher Launcher { get; }

    /// <summary>This rank, from 0.</summary>
    public int Rank { get; }

    /// <summary>How many ranks there are; with 1 nothing needs to be loaded. 0 where MPI alone knows.</summary>
    public int Size { get; }

    /// <summary>This rank among those on its machine; null where the launcher does not say.</summary>
    public int? LocalRank { get; init; }

    /// <summary>How many ranks are on this machine; null where the launcher does not say.</summary>
    public int? LocalSize { get; init; }

    /// <summary>The machine of rank 0, from MASTER_ADDR; null where that is not set.</summary>
    public string? Address { get; init; }

    /// <summary>A port of rank 0's that is free for a <see cref="Rendezvous"/>; 0 where none is known.</summary>
    public int Port { get; init; }

    /// <summary>Whether MPICH's library comes before Open MPI's where the launcher serves both.</summary>
    internal bool MpichFirst { get; init; }

    /// <summary>The launcher's name in sentences.</summary>
    internal string Name => Launcher switch
    {
        Launcher.OpenMpi => "mpirun of Open MPI",
        Launcher.Mpich => "mpirun of MPICH",
        Launcher.Slurm => "srun",
        Launcher.Pmix => "a PMIx launcher",
        _ => "torchrun",
    };

    /// <summary>What started this process; null where no variable says that it is a rank.</summary>
    /// <param name="variable">The environment: a variable's value, or null where it is not set.</param>
    /// <exception cref="CommunicatorException">A launcher's variables do not fit together.</exception>
    public static RankLaunch? Find(Func<string, string?> variable)
    {
        ArgumentNullException.ThrowIfNull(variable);
        // Launchers start one another, and each leaves its variables: torchrun under srun, mpirun in a job of Slurm. The one that
        // is never outside of another comes first.
        if (Is(variable, "TORCHELASTIC_RUN_ID")) return Torchrun(variable);
        if (Is(variable, "OMPI_COMM_WORLD_SIZE"))
            return Of(Launcher.OpenMpi, variable, "OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_LOCAL_RANK",
                "OMPI_COMM_WORLD_LOCAL_SIZE");
        // srun sets some of these as well, for its own PMI.
        bool pmi = Is(variable, "PMI_SIZE") && Is(variable, "PMI_RANK"), step = Is(variable, "SLURM_STEP_ID");
        if (pmi && (!step || Is(variable, "HYDI_CONTROL_FD") || Is(variable, "MPI_LOCALRANKID")))
            return Of(Launcher.Mpich, variable, "PMI_RANK", "PMI_SIZE", "MPI_LOCALRANKID", "MPI_LOCALNRANKS");
        // A shell of salloc and a batch script have most of Slurm's variables; only what srun starts is in a step of several.
        if (step && Is(variable, "SLURM_PROCID"))
        {
            string size = Is(variable, "SLURM_STEP_NUM_TASKS") ? "SLURM_STEP_NUM_TASKS" : "SLURM_NTASKS";
            if (Is(variable, size) && Number(variable, size) > 1)
                return Of(Launcher.Slurm, variable, "SLURM_PROCID", size, "SLURM_LOCALID", "");
        }
        if (Is(variable, "PMIX_RANK")) return Of(Launcher.Pmix, variable, "PMIX_RANK", "", "PMIX_LOCAL_RANK", "");
        return Is(variable, "RANK") && Is(variable, "WORLD_SIZE") && Is(variable, "MASTER_ADDR") && Is(variable, "MASTER_PORT")
            ? Torchrun(variable)
            : null;
    }

    static RankLaunch Torchrun(Func<string, string?> variable)
    {
        var launch = Of(Launcher.Torchrun, variable, "RANK", "WORLD_SIZE", "LOCAL_RANK", "LOCAL_WORLD_SIZE");
        if (launch.Address is null || launch.Port == 0)
            throw new CommunicatorException("torchrun set no MASTER_ADDR and MASTER_PORT.");
        return launch;
    }

    static RankLaunch Of(Launcher launcher, Func<string, string?> variable, string rank, string size, string localRank,
        string localSize)
    {
        int port = Optional(variable, "MASTER_PORT") ?? 0;
        // The store of torchrun's own agent listens at that port itself.
        if (port != 0 && variable("TORCHELASTIC_USE_AGENT_STORE") is "True") port++;
        return new RankLaunch(launcher, Number(variable, rank), size.Length == 0 ? 0 : Number(variable, size))
        {
            LocalRank = Optional(variable, localRank),
            LocalSize = Optional(variable, localSize),
            Address = Is(variable, "MASTER_ADDR") ? variable("MASTER_ADDR") : null,
            Port = port,
            MpichFirst = launcher == Launcher.Mpich || !Is(variable, "PMIX_RANK"),
        };
    }

    static bool Is(Func<string, string?> variable, string name) => !string.IsNullOrEmpty(variable(name));

    static int? Optional(Func<string, string?> variable, string name) =>
        name.Length > 0 && Is(variable, name) ? Number(variable, name) : null;

    static int Number(Func<string, string?> variable, string name) =>
        int.TryParse(variable(name), NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number
            : throw new CommunicatorException(Is(variable, name)
                ? $"The variable {name} is {variable(name)}, which is no number."
                : $"A launcher set other variables, but not {name}: was this program started by a rank instead of the launcher?");
}
