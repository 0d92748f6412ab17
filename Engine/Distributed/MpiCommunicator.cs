using System.Runtime.InteropServices;
using System.Text;

namespace Ssgan.Engine.Distributed;

/// <summary>
/// Ranks that MPI connects, for tensors on the CPU. Collectives are begun without blocking and looked at until they are done, so
/// that a rank which does not come is found out and named. After a <see cref="CommunicatorException"/> nothing can be computed
/// together any more, and the memory of sums that were begun is not to be trusted.
/// </summary>
public sealed unsafe partial class MpiCommunicator : ICommunicator
{
    const int StageBytes = 1 << 22, HostBytes = 64;

    readonly MpiApi _mpi;
    readonly MpiOptions _options;
    readonly string[] _hosts;
    readonly int _machines;
    readonly bool _initialized;
    /// <summary>Bytes pass through memory of the C heap: after an error MPI may write into it still.</summary>
    readonly byte* _stage;
    /// <summary>Collectives have a communicator of their own, what is said about them and the end another one.</summary>
    nint _data, _control;
    long _broadcasts, _gathers, _barriers;
    bool _left, _disposed;
    string? _broken;

    /// <summary>Joins the other ranks; returns when all have.</summary>
    /// <param name="launch">What started this process.</param>
    /// <param name="options">Which library and how long it waits; null for the defaults.</param>
    /// <exception cref="CommunicatorException">There is no library, or another one than the launcher's.</exception>
    public MpiCommunicator(RankLaunch launch, MpiOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(launch);
        _options = options ?? new MpiOptions();
        using var signals = new KeptSignals();
        _mpi = MpiLibrary.Load(launch, _options.Library, Environment.GetEnvironmentVariable);
        int flag = 0, given = 0;
        _mpi.Check(_mpi.Finalized(&flag), "Finalized");
        if (flag != 0) throw new CommunicatorException("MPI was ended in this process and cannot begin again.");
        _mpi.Check(_mpi.Initialized(&flag), "Initialized");
        _initialized = flag == 0;
        // Calls come one at a time, but from whichever thread computes.
        if (_initialized) _mpi.Check(_mpi.InitThread(0, 0, _mpi.Serialized, &given), "Init_thread");
        else _mpi.Check(_mpi.QueryThread(&given), "Query_thread");
        if (given < _mpi.Serialized)
            throw new CommunicatorException($"{_mpi.Version} ({_mpi.Path}) lets only one thread of a process call it, and here "
                + "several do in turn (MPI_THREAD_SERIALIZED): use a build with threads.");
        _mpi.Check(_mpi.CommSetErrhandler(_mpi.World, _mpi.ErrorsReturn), "Comm_set_errhandler");
        int rank, size;
        _mpi.Check(_mpi.CommRank(_mpi.World, &rank), "Comm_rank");
        _mpi.Check(_mpi.CommSize(_mpi.World, &size), "Comm_size");
        if (launch.Size > 0 && size != launch.Size)
            throw new CommunicatorException($"{launch.Name} started {launch.Size} ranks, but {_mpi.Version} ({_mpi.Path}) sees "
                + $"{size}: the library and the launcher must be of the same installation of MPI.");
        (Rank, Size) = (rank, size);
        (_data, _control) = (Duplicate(), Duplicate());
        nint local;
        _mpi.Check(_mpi.CommSplitType(_mpi.World, _mpi.Shared, rank, _mpi.NullInfo, &local), "Comm_split_type");
        _mpi.Check(_mpi.CommRank(local, &rank), "Comm_rank");
        _mpi.Check(_mpi.CommSize(local, &size), "Comm_size");
        _mpi.Check(_mpi.CommFree(&local), "Comm_free");
        (LocalRank, LocalSize) = (rank, size);
        _stage = (byte*)NativeMemory.Alloc((nuint)Math.Max(StageBytes, (1L + Size) * HostBytes));
        _tokens = (long*)NativeMemory.AllocZeroed((nuint)(2 * TokenLength * sizeof(long)));
        _hosts = new string[Size];
        Array.Fill(_hosts, "?");
        PostEar();
        _machines = GatherHosts();
    }

    /// <inheritdoc/>
    public int Rank { get; }

    /// <inheritdoc/>
    public int Size { get; }

    /// <inheritdoc/>
    public int LocalRank { get; }

    /// <inheritdoc/>
    public int LocalSize { get; }

    /// <inheritdoc/>
    public string Describe() =>
        $"{_mpi.Version}, {Size} rank{(Size == 1 ? "" : "s")} on {_machines} machine{(_machines == 1 ? "" : "s")}";

    /// <inheritdoc/>
    public void Broadcast(Span<byte> data, int root)
    {
        ThrowIfUnusable();
        ArgumentOutOfRangeException.ThrowIfNegative(root);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(root, Size);
        long number = ++_broadcasts;
        _sequence++;
        for (int at = 0; at < data.Length; at += StageBytes)
        {
            var part = data.Slice(at, Math.Min(StageBytes, data.Length - at));
            var stage = new Span<byte>(_stage, part.Length);
            if (Rank == root) part.CopyTo(stage);
            nint request = 0;
            Check(_mpi.Ibcast((nint)_stage, part.Length, _mpi.Bytes, root, _data, &request), "Ibcast");
            Await(&request, RankCall.Broadcast, number);
            if (Rank != root) stage.CopyTo(part);
        }
    }

    /// <inheritdoc/>
    public void AllGather(ReadOnlySpan<byte> mine, Span<byte> all)
    {
        ThrowIfUnusable();
        if (all.Length != (long)mine.Length * Size)
            throw new ArgumentException($"{Size} ranks with {mine.Length} bytes each do not fill {all.Length}.", nameof(all));
        long number = ++_gathers;
        _sequence++;
        int most = Math.Max(1, StageBytes / (Size + 1));
        for (int at = 0; at < mine.Length; at += most)
        {
            int length = Math.Min(most, mine.Length - at);
            mine.Slice(at, length).CopyTo(new Span<byte>(_stage, length));
            nint request = 0;
            Check(_mpi.Iallgather((nint)_stage, length, _mpi.Bytes, (nint)_stage + length, length, _mpi.Bytes, _data, &request),
                "Iallgather");
            Await(&request, RankCall.Gather, number);
            for (int rank = 0; rank < Size; rank++)
                new Span<byte>(_stage + (1L + rank) * length, length).CopyTo(all.Slice(rank * mine.Length + at, length));
        }
    }

    /// <inheritdoc/>
    public void Barrier()
    {
        ThrowIfUnusable();
        _sequence++;
        nint request = 0;
        Check(_mpi.Ibarrier(_data, &request), "Ibarrier");
        Await(&request, RankCall.Barrier, ++_barriers);
    }

    /// <inheritdoc/>
    public bool Leave(TimeSpan within)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_left || _broken is not null) return _left;
        _sequence++;
        nint request = 0;
        if (_mpi.Ibarrier(_control, &request) != 0) return false;
        var pace = new Pace(within);
        while (true)
        {
            int done = 0;
            if (_mpi.Test(&request, &done, _mpi.IgnoreStatus) != 0) return false;
            if (done != 0) return _left = true;
            if (IsCalled())
            {
                // Others wait in a collective for this rank, which will not come any more.
                _broken = Call(RankCall.Leave, 0, pace.Waited).Message;
                return false;
            }
            if (pace.IsOver) return false;
            pace.Pause();
        }
    }

    /// <inheritdoc/>
    public void Abort(int exitCode)
    {
        _mpi.Abort(_mpi.World, exitCode);
        Environment.Exit(exitCode);
    }

    /// <summary>
    /// Ends MPI in this process where all ranks <see cref="Leave">left</see> together. Otherwise MPI_Finalize would wait for
    /// ranks that may never come; without it the launcher takes the end of this process for a failure and ends the others, as is
    /// right.
    /// </summary>
    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        if (!_left || _parts.Count > 0) return;
        CloseEar();
        fixed (nint* data = &_data, control = &_control)
        {
            _mpi.Check(_mpi.CommFree(data), "Comm_free");
            _mpi.Check(_mpi.CommFree(control), "Comm_free");
        }
        if (_initialized) _mpi.Check(_mpi.Finalize(), "Finalize");
        FreeBuffers();
        NativeMemory.Free(_stage);
        NativeMemory.Free(_tokens);
    }

    nint Duplicate()
    {
        nint copy = 0;
        _mpi.Check(_mpi.CommDup(_mpi.World, &copy), "Comm_dup");
        return copy;
    }

    int GatherHosts()
    {
        byte[] mine = new byte[HostBytes], all = new byte[HostBytes * Size];
        Encoding.UTF8.TryGetBytes(Environment.MachineName, mine, out _);
        AllGather(mine, all);
        var names = new HashSet<string>();
        for (int rank = 0; rank < Size; rank++)
        {
            _hosts[rank] = Encoding.UTF8.GetString(all, rank * HostBytes, HostBytes).TrimEnd('\0');
            names.Add(_hosts[rank]);
        }
        return names.Count;
    }

    void Check(int status, string function)
    {
        try
        {
            _mpi.Check(status, function);
        }
        catch (CommunicatorException e)
        {
            _broken = e.Message;
            throw;
        }
    }

    void ThrowIfUnusable()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_broken is not null) throw new CommunicatorException(_broken);
        if (_left) throw new InvalidOperationException("The ranks have left.");
    }
}
