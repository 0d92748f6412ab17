namespace Ssgan.Emulator;

/// <summary>A collective call as all ranks must make it.</summary>
/// <param name="Function">The exported name.</param>
/// <param name="Count">How many elements.</param>
/// <param name="Type">ncclDataType_t.</param>
/// <param name="Choice">ncclRedOp_t, or the root.</param>
sealed record NcclCall(string Function, long Count, int Type, int Choice)
{
    static readonly string[] s_types =
        ["int8", "uint8", "int32", "uint32", "int64", "uint64", "float16", "float32", "float64", "bfloat16"];
    static readonly string[] s_operations = ["sum", "product", "maximum", "minimum", "average"];

    public bool IsReduction => Function == "ncclAllReduce";

    public static string? NameOf(int type) => type >= 0 && type < s_types.Length ? s_types[type] : null;

    public static int SizeOf(int type) => type switch { 0 or 1 => 1, 2 or 3 or 7 => 4, 6 or 9 => 2, _ => 8 };

    public static bool IsOperation(int number) => number >= 0 && number < s_operations.Length;

    public override string ToString() => $"{Function} of {Count} {NameOf(Type)}" + Function switch
    {
        "ncclAllReduce" => $" ({s_operations[Choice]})",
        "ncclBroadcast" => $" from rank {Choice}",
        _ => "",
    };
}

/// <summary>One rank in a group.</summary>
sealed class NcclSeat(NcclGroup group, int rank, int device)
{
    public NcclGroup Group { get; } = group;
    public int Rank { get; } = rank;
    public int Device { get; } = device;

    /// <summary>How many calls its streams have come to.</summary>
    public long Calls { get; set; }

    /// <summary>What it queues does nothing any more.</summary>
    public bool IsAborted { get; set; }

    /// <summary>It will make no call any more.</summary>
    public bool IsGone { get; set; }
}

/// <summary>A call to which ranks come.</summary>
sealed class NcclMeeting(long number, NcclCall call, int first, int size)
{
    public long Number { get; } = number;
    public NcclCall Call { get; } = call;
    public int First { get; } = first;
    public byte[]?[] Data { get; } = new byte[]?[size];

    /// <summary>What every rank gets; null until all have come.</summary>
    public byte[]? Result { get; set; }
    public int Taken { get; set; }
}

/// <summary>
/// The ranks of one id. Every rank's stream brings its bytes to the n-th call, and the last one computes the result. The first
/// thing that goes wrong is told to all, and is the group's end.
/// </summary>
sealed class NcclGroup(EmulatedFabric fabric)
{
    readonly object _lock = new();
    readonly Dictionary<long, NcclMeeting> _meetings = [];
    NcclSeat?[] _seats = [];
    string? _failure;

    /// <summary>What went wrong.</summary>
    public string? Failure
    {
        get
        {
            lock (_lock) return _failure;
        }
    }

    /// <summary>A rank comes; what is wrong with it is said to those before it as well.</summary>
    public NcclSeat Sit(int rank, int size, int device)
    {
        lock (_lock)
        {
            var seat = new NcclSeat(this, rank, device);
            if (_seats.Length == 0) _seats = new NcclSeat?[size];
            if (_seats.Length != size) Fail($"rank {rank} was told of {size} ranks, another of {_seats.Length}");
            else if (_seats[rank] is not null) Fail($"two ranks are rank {rank}");
            else if (Array.Find(_seats, s => s?.Device == device) is { } other)
                Fail($"rank {other.Rank} and rank {rank} both use device {device}");
            else _seats[rank] = seat;
            Monitor.PulseAll(_lock);
            return seat;
        }
    }

    /// <summary>Waits until all ranks have come, or something has gone wrong.</summary>
    public void AwaitAll()
    {
        lock (_lock)
            Await(() => Array.TrueForAll(_seats, static s => s is not null),
                () => $"{Ranks(i => _seats[i] is null)} did not come to ncclCommInitRank");
    }

    /// <summary>A rank's stream comes to its next call, with its bytes.</summary>
    public NcclMeeting Arrive(NcclSeat seat, NcclCall call, byte[] data)
    {
        lock (_lock)
        {
            long number = ++seat.Calls;
            if (!_meetings.TryGetValue(number, out var meeting))
                _meetings[number] = meeting = new NcclMeeting(number, call, seat.Rank, _seats.Length);
            if (meeting.Call != call)
            {
                Fail($"call {number} of the communicator is {meeting.Call} on rank {meeting.First}, "
                    + $"but {call} on rank {seat.Rank}");
                Monitor.PulseAll(_lock);
            }
            meeting.Data[seat.Rank] = data;
            if (_failure is not null) return meeting;
            if (Array.TrueForAll(meeting.Data, static d => d is not null))
                meeting.Result = NcclLoops.Compute(call, meeting.Data!);
            else if (Array.Find(_seats, s => s!.IsGone && meeting.Data[s.Rank] is null) is { } gone) FailGone(gone, meeting);
            Monitor.PulseAll(_lock);
            return meeting;
        }
    }

    /// <summary>Whether a rank need not wait any more.</summary>
    public bool IsOver(NcclSeat seat, NcclMeeting meeting)
    {
        lock (_lock) return meeting.Result is not null || seat.IsAborted;
    }

    /// <summary>Waits for a call's result; null where the rank has ended meanwhile.</summary>
    public byte[]? Take(NcclSeat seat, NcclMeeting meeting)
    {
        lock (_lock)
        {
            Await(() => meeting.Result is not null || seat.IsAborted,
                () => $"{Ranks(i => meeting.Data[i] is null)} did not come to call {meeting.Number}, {meeting.Call}");
            if (seat.IsAborted) return null;
            if (meeting.Result is null) throw new EmulatorFault(FaultKind.Collective, $"{_failure}.");
            if (++meeting.Taken == _seats.Length) _meetings.Remove(meeting.Number);
            return meeting.Result;
        }
    }

    /// <summary>A rank destroys its communicator, or aborts it.</summary>
    public void Leave(NcclSeat seat, bool abort)
    {
        lock (_lock)
        {
            (seat.IsGone, seat.IsAborted) = (true, abort);
            if (abort) Fail($"rank {seat.Rank} aborted its communicator");
            foreach (var meeting in _meetings.Values)
                if (meeting.Data[seat.Rank] is null) FailGone(seat, meeting);
            Monitor.PulseAll(_lock);
        }
    }

    void FailGone(NcclSeat gone, NcclMeeting meeting) => Fail(
        $"rank {gone.Rank} destroyed its communicator, but rank {meeting.First} is in call {meeting.Number}, {meeting.Call}");

    void Fail(string why) => _failure ??= why;

    void Await(Func<bool> isOver, Func<string> what)
    {
        var patience = fabric.Patience;
        long end = Environment.TickCount64 + (long)patience.TotalMilliseconds;
        while (!isOver() && _failure is null)
        {
            long left = end - Environment.TickCount64;
            if (left <= 0) Fail($"{what()} within {patience.TotalSeconds:0.###} s");
            else Monitor.Wait(_lock, (int)Math.Min(left, int.MaxValue));
        }
        Monitor.PulseAll(_lock);
    }

    string Ranks(Func<int, bool> which)
    {
        int[] ranks = [.. Enumerable.Range(0, _seats.Length).Where(which)];
        return $"rank{(ranks.Length == 1 ? "" : "s")} {string.Join(", ", ranks)} of {_seats.Length}";
    }
}
