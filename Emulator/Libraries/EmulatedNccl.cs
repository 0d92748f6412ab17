using Ssgan.Engine.Kernels.Cuda.Native;

namespace Ssgan.Emulator;

/// <summary>
/// NCCL of one machine, whose other ranks are machines of the same fabric. A call is work of its stream: the stream brings its
/// bytes when it comes to it, and goes on when all ranks have come.
/// </summary>
sealed unsafe class EmulatedNccl(EmulatedCuda cuda)
{
    const int CudaError = 1, InvalidArgument = 4, InvalidUsage = 5, RemoteError = 6;

    // By the thread that opened the group.
    readonly Dictionary<int, List<Action>> _groups = [];
    string _detail = "";

    sealed class Communicator : DriverObject
    {
        public override string Kind => "NCCL communicator";
        public required NcclSeat Seat { get; init; }
        public int Size { get; init; }

        /// <summary>Whether a call has been made outside of captures.</summary>
        public bool IsWarm { get; set; }
        public int Queued { get; set; }

        /// <summary>The call that a stream is in.</summary>
        public object? Running { get; set; }
    }

    public void Export(Dictionary<(CudaLibrary, string), Delegate> exports)
    {
        var nccl = new ExportTable(exports, CudaLibrary.Nccl, Run);
        nccl.P("ncclGetVersion", Check.None, result => *(int*)Pointer(result, "version") = cuda.Options.NcclVersion);
        nccl.P("ncclGetUniqueId", Check.None,
            result => cuda.Options.Fabric!.NewId(new Span<byte>((void*)Pointer(result, "uniqueId"), sizeof(NcclUniqueId))));
        nccl.Put("ncclCommInitRank", new NativeNcclInit(InitRank));
        nccl.P("ncclCommDestroy", Check.Context | Check.Release, Destroy);
        nccl.P("ncclCommAbort", Check.Context | Check.Release, Abort);
        nccl.PP("ncclCommGetAsyncError", Check.None, GetAsyncError);
        nccl.PPPIIPP("ncclAllReduce", Check.Context, AllReduce);
        nccl.PPPIIPP("ncclBroadcast", Check.Context, (from, to, count, type, root, communicator, stream) =>
            Submit(communicator, stream, new NcclCall("ncclBroadcast", count, type, root), from, to, 1));
        nccl.PPPIPP("ncclAllGather", Check.Context, (from, to, count, type, communicator, stream) =>
            Submit(communicator, stream, new NcclCall("ncclAllGather", count, type, 0), from, to, Get(communicator).Size));
        nccl.None("ncclGroupStart", Check.None, GroupStart);
        nccl.None("ncclGroupEnd", Check.None, GroupEnd);
        nccl.Put("ncclGetErrorString", new NativeText(status => cuda.Text(Name(status))));
        nccl.Put("ncclGetLastError", new NativeTextOf(communicator => cuda.Text(LastError(communicator))));
    }

    int Run(string name, Check check, Action body) =>
        cuda.RunLibrary(name, check, body, detail => _detail = detail, CudaError);

    static string Name(int status) => status switch
    {
        0 => "no error",
        CudaError => "unhandled cuda error (run with NCCL_DEBUG=INFO for details)",
        2 => "unhandled system error (run with NCCL_DEBUG=INFO for details)",
        3 => "internal error - please report this issue to the NCCL developers",
        InvalidArgument => "invalid argument (run with NCCL_DEBUG=WARN for details)",
        InvalidUsage => "invalid usage (run with NCCL_DEBUG=WARN for details)",
        RemoteError => "remote process exited or there was a network error",
        7 => "NCCL operation in progress",
        _ => "unknown result code",
    };

    static nint Pointer(nint pointer, string name) => pointer != 0 ? pointer : throw Invalid($"{name} is null");

    static LibraryFailure Invalid(string message) => new(InvalidArgument, message);

    string LastError(nint communicator) => cuda.Handles.Find<Communicator>(communicator)?.Seat.Group.Failure ?? _detail;

    Communicator Get(nint handle) => cuda.Handles.Find<Communicator>(handle)
        ?? throw Invalid($"0x{handle:x} is no live communicator");

    /// <summary>Waits for the other ranks outside of the machine's lock, so that its other threads go on.</summary>
    int InitRank(nint result, int size, NcclUniqueId id, int rank)
    {
        byte[] key = [.. new ReadOnlySpan<byte>(id.Bytes, sizeof(NcclUniqueId))];
        NcclSeat? seat = null;
        int status = Run("ncclCommInitRank", Check.Context | Check.Unsafe, () =>
        {
            Pointer(result, "comm");
            if (size < 1 || rank < 0 || rank >= size) throw Invalid($"there is no rank {rank} of {size}");
            var group = cuda.Options.Fabric!.Find(key)
                ?? throw Invalid("the id is none that ncclGetUniqueId made for these machines");
            seat = group.Sit(rank, size, cuda.Current!.Device.Ordinal);
        });
        if (status != 0) return status;
        seat!.Group.AwaitAll();
        return Run("joining ncclCommInitRank", Check.Context, () =>
        {
            Refuse(seat);
            *(nint*)result = cuda.Handles.Add(new Communicator { Context = cuda.Current, Seat = seat, Size = size });
        });
    }

    void Destroy(nint handle)
    {
        var c = Get(handle);
        if (c.Queued > 0) throw new LibraryFailure(InvalidUsage, $"{c} is destroyed while {c.Queued} of its calls are queued");
        c.Seat.Group.Leave(c.Seat, abort: false);
        cuda.Handles.Remove(c);
    }

    void Abort(nint handle)
    {
        var c = Get(handle);
        c.Seat.Group.Leave(c.Seat, abort: true);
        cuda.Handles.Remove(c);
    }

    void GetAsyncError(nint handle, nint result) =>
        *(int*)Pointer(result, "asyncError") = Get(handle).Seat.Group.Failure is null ? 0 : RemoteError;

    void AllReduce(nint from, nint to, nint count, int type, int operation, nint communicator, nint stream)
    {
        if (!NcclCall.IsOperation(operation)) throw Invalid($"{operation} is no operation");
        if (!NcclLoops.Reduces(type))
            throw new LibraryFailure(InvalidUsage, $"ncclAllReduce of {NcclCall.NameOf(type) ?? $"type {type}"} is not emulated");
        Submit(communicator, stream, new NcclCall("ncclAllReduce", count, type, operation), from, to, 1);
    }

    void GroupStart()
    {
        if (!_groups.TryAdd(Environment.CurrentManagedThreadId, []))
            throw new LibraryFailure(InvalidUsage, "groups inside of groups are not emulated");
    }

    void GroupEnd()
    {
        if (!_groups.Remove(Environment.CurrentManagedThreadId, out var calls))
            throw new LibraryFailure(InvalidUsage, "ncclGroupEnd was called without ncclGroupStart");
        foreach (var call in calls) call();
    }

    static void Refuse(NcclSeat seat)
    {
        if (seat.Group.Failure is { } why) throw new LibraryFailure(RemoteError, why);
    }

    void Submit(nint handle, nint streamHandle, NcclCall call, nint from, nint to, int parts)
    {
        var c = Get(handle);
        var stream = cuda.Stream(streamHandle);
        if (c.Context != cuda.Current) throw Invalid($"{c} belongs to another context than the current one");
        if (NcclCall.NameOf(call.Type) is null) throw Invalid($"{call.Type} is no data type");
        if (call.Function == "ncclBroadcast" && (call.Choice < 0 || call.Choice >= c.Size))
            throw Invalid($"there is no rank {call.Choice}");
        Refuse(c.Seat);
        long bytes = call.Count * NcclCall.SizeOf(call.Type);
        bool sends = call.Function != "ncclBroadcast" || call.Choice == c.Seat.Rank;
        if (sends) Inside(from, bytes, "sendbuff");
        Inside(to, bytes * parts, "recvbuff");
        if (_groups.TryGetValue(Environment.CurrentManagedThreadId, out var group)) group.Add(Queue);
        else Queue();

        void Queue()
        {
            bool captured = stream.Capture is not null;
            if (captured && !c.IsWarm)
                throw new LibraryFailure(InvalidUsage, $"the first call of {c} makes its connections, and cannot be captured");
            if (!captured) c.IsWarm = true;
            var work = new Work(c, call, cuda.Memory, (ulong)from, sends ? (int)bytes : 0, (ulong)to, queued: !captured);
            if (!captured) c.Queued++;
            EmulatedCuda.Submit(stream, new StreamWork(call.Function, work.Run, work.IsReady));
        }
    }

    void Inside(nint address, long bytes, string name)
    {
        if (bytes > 0 && (cuda.Memory.Find((ulong)address) is not { } block || !block.Contains((ulong)address, bytes)))
            throw Invalid($"{name}, {bytes} bytes at 0x{address:x}, is not inside an allocation");
    }

    /// <summary>A call in a stream, or in a graph that runs it any number of times.</summary>
    sealed class Work(Communicator owner, NcclCall call, DeviceMemory memory, ulong from, int bytes, ulong to, bool queued)
    {
        NcclMeeting? _meeting;

        public bool IsReady() => owner.Seat.IsAborted || owner.Seat.Group.IsOver(owner.Seat, Arrive());

        public void Run()
        {
            if (!owner.Seat.IsAborted && owner.Seat.Group.Take(owner.Seat, Arrive()) is { } result) memory.Write(to, result);
            (_meeting, owner.Running) = (null, null);
            if (queued) owner.Queued--;
        }

        NcclMeeting Arrive()
        {
            if (_meeting is not null) return _meeting;
            if (owner.Running is not null)
                throw new EmulatorFault(FaultKind.Collective,
                    $"Two streams of rank {owner.Seat.Rank} are in calls of one communicator at once: nothing orders them.");
            byte[] data = new byte[bytes];
            memory.Read(from, data);
            owner.Running = this;
            return _meeting = owner.Seat.Group.Arrive(owner.Seat, call, data);
        }
    }
}
