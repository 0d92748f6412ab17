using Ssgan.Engine;
using Ssgan.Engine.Distributed;

namespace Ssgan.Tests.Distributed;

/// <summary>What variables say, as launchers set them.</summary>
sealed class RankLaunchTests
{
    const string
        Open = "OMPI_COMM_WORLD_RANK=1 OMPI_COMM_WORLD_SIZE=4 OMPI_COMM_WORLD_LOCAL_RANK=1 OMPI_COMM_WORLD_LOCAL_SIZE=2 "
            + "PMIX_RANK=1",
        Hydra = "PMI_RANK=3 PMI_SIZE=4 PMI_FD=6 MPI_LOCALRANKID=1 MPI_LOCALNRANKS=2 HYDI_CONTROL_FD=7",
        Step = "SLURM_JOB_ID=7 SLURM_NTASKS=4 SLURM_STEP_ID=0 SLURM_STEP_NUM_TASKS=2 SLURM_PROCID=1 SLURM_LOCALID=0",
        Torch = "RANK=5 WORLD_SIZE=8 LOCAL_RANK=1 LOCAL_WORLD_SIZE=4 MASTER_ADDR=node1 MASTER_PORT=29500";

    [TestCase(Open, "OpenMpi 1 4 1 2")]
    [TestCase(Hydra, "Mpich 3 4 1 2")]
    [TestCase(Step, "Slurm 1 2 0 ")]
    [TestCase(Step + " PMI_RANK=1 PMI_SIZE=2 PMI_FD=5", "Slurm 1 2 0 ")]
    [TestCase(Torch, "Torchrun 5 8 1 4")]
    [TestCase("PMIX_RANK=2", "Pmix 2 0  ")]
    // mpirun in a job of Slurm; agents of torchrun started by srun and by mpirun.
    [TestCase(Open + " " + Step, "OpenMpi 1 4 1 2")]
    [TestCase(Hydra + " " + Step, "Mpich 3 4 1 2")]
    [TestCase(Torch + " TORCHELASTIC_RUN_ID=x " + Step, "Torchrun 5 8 1 4")]
    [TestCase(Open + " " + Torch + " TORCHELASTIC_RUN_ID=x", "Torchrun 5 8 1 4")]
    // Variables that are handed to ranks of MPI by habit.
    [TestCase(Open + " " + Torch, "OpenMpi 1 4 1 2")]
    [TestCase("OMPI_COMM_WORLD_RANK=0 OMPI_COMM_WORLD_SIZE=1", "OpenMpi 0 1  ")]
    public void Launchers_are_told_by_their_variables(string variables, string expected)
    {
        var launch = Find(variables)!;
        Assert.That($"{launch.Launcher} {launch.Rank} {launch.Size} {launch.LocalRank} {launch.LocalSize}", Is.EqualTo(expected));
    }

    // No launcher; shells and scripts of Slurm; a step of one; variables that only some set.
    [TestCase("")]
    [TestCase("SLURM_JOB_ID=7 SLURM_NTASKS=4 SLURM_NNODES=2")]
    [TestCase("SLURM_JOB_ID=7 SLURM_NTASKS=4 SLURM_PROCID=0 SLURM_LOCALID=0")]
    [TestCase("SLURM_NTASKS=4 SLURM_STEP_ID=0 SLURM_STEP_NUM_TASKS=1 SLURM_PROCID=0")]
    [TestCase("PMI_SIZE=4")]
    [TestCase("RANK=0 WORLD_SIZE=2")]
    [TestCase("OMPI_COMM_WORLD_SIZE=")]
    public void What_is_no_rank_loads_nothing(string variables) => Assert.That(Find(variables), Is.Null);

    [TestCase("OMPI_COMM_WORLD_SIZE=4", "OMPI_COMM_WORLD_RANK")]
    [TestCase("OMPI_COMM_WORLD_SIZE=four OMPI_COMM_WORLD_RANK=0", "OMPI_COMM_WORLD_SIZE is four, which is no number")]
    [TestCase("OMPI_COMM_WORLD_SIZE=4 OMPI_COMM_WORLD_RANK=4", "no rank 4 of 4")]
    [TestCase("OMPI_COMM_WORLD_SIZE=4 OMPI_COMM_WORLD_RANK=-1", "is -1, which is no number")]
    [TestCase("RANK=0 WORLD_SIZE=2 TORCHELASTIC_RUN_ID=x", "MASTER_ADDR")]
    public void What_does_not_fit_together_is_named(string variables, string part) =>
        Assert.That(() => Find(variables), Throws.InstanceOf<CommunicatorException>().With.Message.Contains(part));

    /// <summary>torchrun's own store has the port where its agent listens.</summary>
    [TestCase("", 29500)]
    [TestCase(" TORCHELASTIC_USE_AGENT_STORE=False", 29500)]
    [TestCase(" TORCHELASTIC_USE_AGENT_STORE=True", 29501)]
    public void Ranks_meet_where_nobody_listens(string more, int port)
    {
        var launch = Find(Torch + more)!;
        Assert.That((launch.Address, launch.Port), Is.EqualTo(("node1", port)));
    }

    [TestCase(Open, "libmpi.so.40", "libmpich.so.12")]
    [TestCase(Hydra, "libmpich.so.12", "libmpi.so.40")]
    public void A_launchers_own_library_is_tried(string variables, string first, string never)
    {
        var candidates = MpiLibrary.Candidates(Find(variables)!, static _ => null);
        Assert.That(candidates[0], Is.EqualTo(first));
        Assert.That(candidates, Has.No.Member(never).And.Member("libmpi_abi.so.0"));
    }

    /// <summary>srun starts ranks of any MPI; its PMI-2 is MPICH's, PMIx is Open MPI's.</summary>
    [TestCase(Step, "libmpich.so.12", "libmpi.so.40")]
    [TestCase(Step + " PMIX_RANK=1", "libmpi.so.40", "libmpich.so.12")]
    public void Under_srun_both_are_tried(string variables, string first, string later)
    {
        var candidates = MpiLibrary.Candidates(Find(variables)!, static _ => null);
        Assert.That(candidates[0], Is.EqualTo(first));
        Assert.That(candidates, Has.Member(later));
    }

    [TestCase("Open MPI v4.1.4, package: Debian OpenMPI, ident: 4.1.4\0", "Open MPI 4.1.4")]
    [TestCase("MPICH Version:\t4.0.2\nMPICH Release date:\tThu Apr  7 12:34:45 CDT 2022\n", "MPICH 4.0.2")]
    [TestCase("MPICH Version:      4.3.0\n", "MPICH 4.3.0")]
    [TestCase("Intel(R) MPI Library 2021.10 for Linux* OS\n", "Intel(R) MPI Library 2021.10 for Linux* OS")]
    public void Versions_are_short(string text, string expected) => Assert.That(MpiApi.ShortVersion(text), Is.EqualTo(expected));

    static RankLaunch? Find(string variables) => RankLaunch.Find(name =>
        variables.Split(' ').FirstOrDefault(v => v.StartsWith(name + "=", StringComparison.Ordinal))?[(name.Length + 1)..]);
}
