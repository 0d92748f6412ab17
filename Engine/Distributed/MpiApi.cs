using System.Runtime.InteropServices;
using System.Text;

namespace Ssgan.Engine.Distributed;

/// <summary>The families of MPI libraries, which differ in what handles are.</summary>
enum MpiFamily
{
    /// <summary>Handles are addresses of objects, predefined ones of exported globals.</summary>
    OpenMpi,
    /// <summary>MPICH, Intel MPI, MVAPICH: handles are 32-bit numbers.</summary>
    Mpich,
    /// <summary>The binary interface of MPI 5.0, which both families offer: handles are numbers as long as pointers.</summary>
    Standard,
}

/// <summary>
/// The functions of an MPI library that we call; a field is the exported name without "MPI_". One table serves the three
/// families: in registers and on the stack of Linux a 32-bit handle takes as much room as a pointer and is read from the lower
/// half, and where a handle is written, the upper half is 0 before. Everything travels as bytes, for we add ourselves.
/// </summary>
sealed unsafe class MpiApi
{
    /// <summary>A tag that messages of ours have; collectives have none.</summary>
    public const int Tag = 7;

    public readonly MpiFamily Family;
    public readonly nint World, Bytes, NullInfo, ErrorsReturn, InPlace, IgnoreStatus;
    public readonly int AnySource, Shared, Serialized;

    public readonly delegate* unmanaged<int*, int> Initialized;
    public readonly delegate* unmanaged<int*, int> Finalized;
    /// <summary>argc, argv, the level wanted, the level given.</summary>
    public readonly delegate* unmanaged<nint, nint, int, int*, int> InitThread;
    public readonly delegate* unmanaged<int*, int> QueryThread;
    public readonly delegate* unmanaged<int> Finalize;
    public readonly delegate* unmanaged<nint, int, int> Abort;
    public readonly delegate* unmanaged<nint, int*, int> CommRank;
    public readonly delegate* unmanaged<nint, int*, int> CommSize;
    public readonly delegate* unmanaged<nint, nint*, int> CommDup;
    public readonly delegate* unmanaged<nint*, int> CommFree;
    public readonly delegate* unmanaged<nint, nint, int> CommSetErrhandler;
    /// <summary>communicator, type, key, info, out communicator.</summary>
    public readonly delegate* unmanaged<nint, int, int, nint, nint*, int> CommSplitType;
    /// <summary>memory, count, type, root, communicator, out request.</summary>
    public readonly delegate* unmanaged<nint, int, nint, int, nint, nint*, int> Ibcast;
    /// <summary>from, count of one rank, type, to, count of one rank, type, communicator, out request.</summary>
    public readonly delegate* unmanaged<nint, int, nint, nint, int, nint, nint, nint*, int> Iallgather;
    /// <summary>from, count for one rank, type, to, count of one rank, type, communicator, out request.</summary>
    public readonly delegate* unmanaged<nint, int, nint, nint, int, nint, nint, nint*, int> Ialltoall;
    public readonly delegate* unmanaged<nint, nint*, int> Ibarrier;
    /// <summary>memory, count, type, to, tag, communicator, out request.</summary>
    public readonly delegate* unmanaged<nint, int, nint, int, int, nint, nint*, int> Isend;
    /// <summary>memory, count, type, from, tag, communicator, out request.</summary>
    public readonly delegate* unmanaged<nint, int, nint, int, int, nint, nint*, int> Irecv;
    /// <summary>request, whether it is done, status.</summary>
    public readonly delegate* unmanaged<nint*, int*, nint, int> Test;
    public readonly delegate* unmanaged<nint*, nint, int> Wait;
    public readonly delegate* unmanaged<nint*, int> Cancel;
    readonly delegate* unmanaged<int, byte*, int*, int> _errorString;

    /// <summary>The functions of a loaded library.</summary>
    /// <exception cref="CommunicatorException">It lacks one.</exception>
    public MpiApi(nint library, string path)
    {
        Family = FamilyOf(library);
        (Version, Path) = (VersionOf(library), path);
        nint Find(string name) => NativeLibrary.TryGetExport(library, name, out nint address) ? address
            : throw new CommunicatorException($"{path} lacks {name}: it is no MPI library, or older than MPI 3.");
        if (Family == MpiFamily.OpenMpi)
        {
            (World, Bytes) = (Find("ompi_mpi_comm_world"), Find("ompi_mpi_byte"));
            (NullInfo, ErrorsReturn) = (Find("ompi_mpi_info_null"), Find("ompi_mpi_errors_return"));
            (InPlace, IgnoreStatus, AnySource, Shared, Serialized) = (1, 0, -1, 0, 2);
        }
        else if (Family == MpiFamily.Mpich)
        {
            (World, Bytes, NullInfo, ErrorsReturn) = (0x44000000, 0x4c00010d, 0x1c000000, 0x54000001);
            (InPlace, IgnoreStatus, AnySource, Shared, Serialized) = (-1, 1, -2, 1, 2);
        }
        else
        {
            (World, Bytes, NullInfo, ErrorsReturn) = (0x101, 0x247, 0x130, 0x143);
            (InPlace, IgnoreStatus, AnySource, Shared, Serialized) = (1, 0, -1, 221, 2048);
        }
        Initialized = (delegate* unmanaged<int*, int>)Find("MPI_Initialized");
        Finalized = (delegate* unmanaged<int*, int>)Find("MPI_Finalized");
        InitThread = (delegate* unmanaged<nint, nint, int, int*, int>)Find("MPI_Init_thread");
        QueryThread = (delegate* unmanaged<int*, int>)Find("MPI_Query_thread");
        Finalize = (delegate* unmanaged<int>)Find("MPI_Finalize");
        Abort = (delegate* unmanaged<nint, int, int>)Find("MPI_Abort");
        CommRank = (delegate* unmanaged<nint, int*, int>)Find("MPI_Comm_rank");
        CommSize = (delegate* unmanaged<nint, int*, int>)Find("MPI_Comm_size");
        CommDup = (delegate* unmanaged<nint, nint*, int>)Find("MPI_Comm_dup");
        CommFree = (delegate* unmanaged<nint*, int>)Find("MPI_Comm_free");
        CommSetErrhandler = (delegate* unmanaged<nint, nint, int>)Find("MPI_Comm_set_errhandler");
        CommSplitType = (delegate* unmanaged<nint, int, int, nint, nint*, int>)Find("MPI_Comm_split_type");
        Ibcast = (delegate* unmanaged<nint, int, nint, int, nint, nint*, int>)Find("MPI_Ibcast");
        Iallgather = (delegate* unmanaged<nint, int, nint, nint, int, nint, nint, nint*, int>)Find("MPI_Iallgather");
        Ialltoall = (delegate* unmanaged<nint, int, nint, nint, int, nint, nint, nint*, int>)Find("MPI_Ialltoall");
        Ibarrier = (delegate* unmanaged<nint, nint*, int>)Find("MPI_Ibarrier");
        Isend = (delegate* unmanaged<nint, int, nint, int, int, nint, nint*, int>)Find("MPI_Isend");
        Irecv = (delegate* unmanaged<nint, int, nint, int, int, nint, nint*, int>)Find("MPI_Irecv");
        Test = (delegate* unmanaged<nint*, int*, nint, int>)Find("MPI_Test");
        Wait = (delegate* unmanaged<nint*, nint, int>)Find("MPI_Wait");
        Cancel = (delegate* unmanaged<nint*, int>)Find("MPI_Cancel");
        _errorString = (delegate* unmanaged<int, byte*, int*, int>)Find("MPI_Error_string");
    }

    /// <summary>Its name and version, such as "Open MPI 4.1.4".</summary>
    public string Version { get; }

    /// <summary>Where it was found.</summary>
    public string Path { get; }

    /// <summary>Throws what a status means.</summary>
    public void Check(int status, string function)
    {
        if (status == 0) return;
        byte* text = stackalloc byte[1024];
        int length = 0;
        string what = "an unknown error";
        if (_errorString(status, text, &length) == 0) what = Encoding.UTF8.GetString(text, length).Trim();
        throw new CommunicatorException($"MPI_{function} of {Version} failed with {what} ({status}).");
    }

    /// <summary>
    /// Which family a library belongs to. A library asks for symbols in those that it needs as well, so that the standard's,
    /// which may be a layer above another, is asked for first; the others answer -1.
    /// </summary>
    static MpiFamily FamilyOf(nint library)
    {
        int major = -1, minor = -1;
        if (NativeLibrary.TryGetExport(library, "MPI_Abi_get_version", out nint ask)
            && ((delegate* unmanaged<int*, int*, int>)ask)(&major, &minor) == 0 && major > 0)
            return MpiFamily.Standard;
        return NativeLibrary.TryGetExport(library, "ompi_mpi_comm_world", out _) ? MpiFamily.OpenMpi : MpiFamily.Mpich;
    }

    /// <summary>What a library calls itself, which it may be asked before it is initialised; "" where it is no MPI.</summary>
    public static string VersionOf(nint library)
    {
        if (!NativeLibrary.TryGetExport(library, "MPI_Get_library_version", out nint ask)) return "";
        byte* text = stackalloc byte[8192];
        int length = 0;
        if (((delegate* unmanaged<byte*, int*, int>)ask)(text, &length) != 0) return "";
        return ShortVersion(Encoding.UTF8.GetString(text, length));
    }

    /// <summary>
    /// "Open MPI 4.1.4" of "Open MPI v4.1.4, package: ...", "MPICH 4.0.2" of "MPICH Version:\t4.0.2\n...".
    /// </summary>
    internal static string ShortVersion(string text)
    {
        int end = text.AsSpan().IndexOfAny(',', '\n', '\0');
        string line = end < 0 ? text : text[..end];
        line = line.Replace(" Version:", " ", StringComparison.Ordinal).Replace('\t', ' ');
        while (line.Contains("  ", StringComparison.Ordinal)) line = line.Replace("  ", " ", StringComparison.Ordinal);
        return line.Replace("Open MPI v", "Open MPI ", StringComparison.Ordinal).Trim();
    }
}
