namespace Ssgan.Engine.Distributed;

/// <summary>What starts the ranks of a run.</summary>
public enum Launcher
{
    /// <summary>mpirun of Open MPI.</summary>
    OpenMpi,
    /// <summary>mpirun of MPICH, Intel MPI or another of that family.</summary>
    Mpich,
    /// <summary>srun of Slurm, which starts ranks of any MPI.</summary>
    Slurm,
    /// <summary>Another launcher that speaks PMIx.</summary>
    Pmix,
    /// <summary>torchrun, or what sets its variables; there is no MPI.</summary>
    Torchrun,
}
