using System.Runtime.InteropServices;
using Ssgan.Emulator;
using Ssgan.Engine.Kernels.Cuda.Native;
using Ssgan.Tests.Distributed;

namespace Ssgan.Tests.Emulator;

/// <summary>Two ranks that call NCCL as C code does; device i is rank i's.</summary>
public sealed unsafe class NcclCallTests
{
    const int Float = 7, InvalidArgument = 4, InvalidUsage = 5, RemoteError = 6, LaunchFailed = 719;

    /// <summary>A rank: its machine, a stream and a communicator.</summary>
    sealed class Seat : IDisposable
    {
        public Seat(EmulatedFabric fabric, NcclUniqueId id, int rank, int size = 2)
        {
            Machine = new Machine(new EmulatorOptions { Devices = size, Fabric = fabric }, ready: false);
            Machine.Ok("cuInit", 0);
            nint context = 0;
            Machine.Ok("cuDevicePrimaryCtxRetain", Machine.Out(ref context), rank);
            Machine.Ok("cuCtxSetCurrent", context);
            Stream = Machine.Stream();
            Rank = rank;
            nint communicator = 0;
            nint join = Machine.Cuda.Find(CudaLibrary.Nccl, "ncclCommInitRank");
            Status = ((delegate* unmanaged<nint*, int, NcclUniqueId, int, int>)join)(&communicator, size, id, rank);
            Communicator = communicator;
        }

        public Machine Machine { get; }
        public nint Stream { get; }
        public nint Communicator { get; }
        public int Rank { get; }
        public int Status { get; }

        public int Reduce(nint from, nint to, int count, int type = Float, int operation = 0, nint stream = 0) =>
            Machine.Call("ncclAllReduce", from, to, count, type, operation, Communicator, stream == 0 ? Stream : stream);

        public int Synchronize() => Machine.Call("cuStreamSynchronize", Stream);

        public string LastError()
        {
            var last = (delegate* unmanaged<nint, nint>)Machine.Cuda.Find(CudaLibrary.Nccl, "ncclGetLastError");
            return Marshal.PtrToStringUTF8(last(Communicator)) ?? "";
        }

        public void Dispose() => Machine.Dispose();
    }

    static void Run(Action<Seat> rank, EmulatedFabric? fabric = null, int size = 2)
    {
        fabric ??= new EmulatedFabric();
        var id = NewId(fabric);
        Ranks.Run(size, r =>
        {
            using var seat = new Seat(fabric, id, r, size);
            Assert.That(seat.Status, Is.Zero, seat.LastError());
            rank(seat);
        });
    }

    static NcclUniqueId NewId(EmulatedFabric fabric)
    {
        using var machine = new Machine(new EmulatorOptions { Fabric = fabric }, ready: false);
        NcclUniqueId id;
        machine.Ok("ncclGetUniqueId", (nint)(&id));
        return id;
    }

    [TestCase(0, 5f, -2f), TestCase(1, 6f, -3f), TestCase(2, 3f, 1f), TestCase(3, 2f, -3f), TestCase(4, 2.5f, -1f)]
    public void Reductions_are_those_of_their_numbers(int operation, float first, float second) => Run(seat =>
    {
        nint x = seat.Rank == 0 ? seat.Machine.Upload(2f, -3f) : seat.Machine.Upload(3f, 1f);
        nint y = seat.Machine.Alloc(8);
        Assert.That(seat.Reduce(x, y, 2, operation: operation), Is.Zero);
        seat.Machine.Ok("cuStreamSynchronize", seat.Stream);
        Assert.That(seat.Machine.Download<float>(y, 2), Is.EqualTo(new[] { first, second }));
    });

    [Test]
    public void Nothing_runs_before_something_waits_and_a_question_does_not_wait() => Run(seat =>
    {
        nint x = seat.Machine.Upload(1f);
        nint point = seat.Machine.Event();
        seat.Reduce(x, x, 1);
        seat.Machine.Ok("cuEventRecord", point, seat.Stream);
        Assert.That(seat.Machine.Download<float>(x, 1)[0], Is.EqualTo(1));
        // The other rank may not have come; a stream that waits for it is asked again.
        while (seat.Machine.Call("cuEventQuery", point) == 600) Thread.Yield();
        Assert.That(seat.Machine.Download<float>(x, 1)[0], Is.EqualTo(2));
    });

    [Test]
    public void What_another_stream_has_not_written_yet_is_not_summed() => Run(seat =>
    {
        nint x = seat.Machine.Upload(1f);
        nint other = seat.Machine.Stream();
        seat.Machine.Ok("cuMemsetD32Async", x, BitConverter.SingleToInt32Bits(5f), 1, other);
        seat.Reduce(x, x, 1);
        Assert.That(seat.Synchronize(), Is.Zero);
        Assert.That(seat.Machine.Download<float>(x, 1)[0], Is.EqualTo(2));
        seat.Machine.Ok("cuStreamSynchronize", other);
    });

    [Test]
    public void Bytes_that_nothing_wrote_are_not_summed() => Run(static seat =>
    {
        nint x = seat.Machine.Alloc(4);
        seat.Reduce(x, x, 1);
        Assert.That(seat.Synchronize(), Is.EqualTo(LaunchFailed));
        Assert.That(seat.Machine.ErrorText(LaunchFailed), Does.Contain("nothing wrote byte 0"));
    });

    [Test]
    public void Two_streams_of_a_rank_may_not_be_in_calls_at_once() => Run(static seat =>
    {
        nint x = seat.Machine.Upload(1f, 2f), other = seat.Machine.Stream();
        nint point = seat.Machine.Event();
        if (seat.Rank == 1) return;
        seat.Reduce(x, x, 1);
        seat.Reduce(x + 4, x + 4, 1, stream: other);
        seat.Machine.Ok("cuEventRecord", point, seat.Stream);
        Assert.That(seat.Machine.Call("cuEventQuery", point), Is.EqualTo(600));
        Assert.That(seat.Machine.Call("cuStreamSynchronize", other), Is.EqualTo(LaunchFailed));
        Assert.That(seat.Machine.ErrorText(LaunchFailed),
            Does.Contain("Two streams of rank 0 are in calls of one communicator at once"));
    });

    [TestCase(1, Float, 0, "ncclAllReduce of 1 float32 (sum) on rank 1")]
    [TestCase(2, Float, 2, "ncclAllReduce of 2 float32 (maximum) on rank 1")]
    public void A_mismatch_is_named_to_both(int count, int type, int operation, string name) => Run(seat =>
    {
        nint x = seat.Machine.Upload(1f, 2f);
        if (seat.Rank == 0) seat.Reduce(x, x, 2);
        else seat.Reduce(x, x, count, type, operation);
        Assert.That(seat.Synchronize(), Is.EqualTo(LaunchFailed));
        foreach (string said in new[] { seat.Machine.ErrorText(LaunchFailed), seat.LastError() })
            Assert.That(said, Does.Contain("ncclAllReduce of 2 float32 (sum) on rank 0").And.Contain(name));
    });

    [Test]
    public void Types_must_agree_where_bytes_are_moved() => Run(static seat =>
    {
        nint x = seat.Machine.Upload(1f, 2f);
        // Eight bytes on both.
        int status = seat.Rank == 0 ? seat.Machine.Call("ncclBroadcast", x, x, 8, 1, 0, seat.Communicator, seat.Stream)
            : seat.Machine.Call("ncclBroadcast", x, x, 2, Float, 0, seat.Communicator, seat.Stream);
        Assert.That(status, Is.Zero);
        Assert.That(seat.Synchronize(), Is.EqualTo(LaunchFailed));
        Assert.That(seat.LastError(), Does.Contain("8 uint8 from rank 0 on rank 0")
            .And.Contain("2 float32 from rank 0 on rank 1"));
    });

    [Test]
    public void Groups_queue_their_calls_at_their_end() => Run(seat =>
    {
        nint x = seat.Machine.Upload(1f, 2f);
        seat.Machine.Fails(InvalidUsage, "ncclGroupEnd");
        seat.Machine.Ok("ncclGroupStart");
        seat.Machine.Fails(InvalidUsage, "ncclGroupStart");
        seat.Reduce(x, x, 1);
        seat.Reduce(x + 4, x + 4, 1);
        Assert.That(seat.Synchronize(), Is.Zero);
        Assert.That(seat.Machine.Download<float>(x, 2), Is.EqualTo(new[] { 1f, 2 }));
        seat.Machine.Ok("ncclGroupEnd");
        Assert.That(seat.Synchronize(), Is.Zero);
        Assert.That(seat.Machine.Download<float>(x, 2), Is.EqualTo(new[] { 2f, 4 }));
    });

    [Test]
    public void A_first_call_cannot_be_captured() => Run(seat =>
    {
        nint x = seat.Machine.Upload(1f), graph = 0;
        seat.Machine.Ok("cuStreamBeginCapture_v2", seat.Stream, 2);
        Assert.That(seat.Reduce(x, x, 1), Is.EqualTo(InvalidUsage));
        Assert.That(seat.LastError(), Does.EndWith("makes its connections, and cannot be captured"));
        seat.Machine.Ok("cuStreamEndCapture", seat.Stream, Machine.Out(ref graph));
    });

    [Test]
    public void What_no_call_can_be_made_of_is_refused() => Run(seat =>
    {
        nint x = seat.Machine.Upload(1f);
        Assert.That(seat.Reduce(x, x, 2), Is.EqualTo(InvalidArgument));
        Assert.That(seat.LastError(), Does.Contain("sendbuff, 8 bytes at").And.EndWith("is not inside an allocation"));
        Assert.That(seat.Reduce(x, x, 1, operation: 9), Is.EqualTo(InvalidArgument));
        Assert.That(seat.Reduce(x, x, 1, type: 40), Is.EqualTo(InvalidUsage));
        Assert.That(seat.Reduce(x, x, 1, type: 9), Is.EqualTo(InvalidUsage));
        Assert.That(seat.LastError(), Is.EqualTo("ncclAllReduce of bfloat16 is not emulated"));
        seat.Machine.Fails(InvalidArgument, "ncclBroadcast", x, x, 1, Float, 2, seat.Communicator, seat.Stream);
        seat.Machine.Fails(InvalidArgument, "ncclAllGather", x, x, 1, Float, seat.Communicator, seat.Stream);
        seat.Machine.Fails(InvalidArgument, "ncclAllReduce", x, x, 1, Float, 0, 7, seat.Stream);
    });

    [Test]
    public void Communicators_end_idle_and_are_missed() => Run(static seat =>
    {
        nint x = seat.Machine.Upload(1f);
        seat.Reduce(x, x, 1);
        seat.Machine.Fails(InvalidUsage, "ncclCommDestroy", seat.Communicator);
        Assert.That(seat.LastError(), Does.EndWith("is destroyed while 1 of its calls are queued"));
        Assert.That(seat.Synchronize(), Is.Zero);
        Assert.That(seat.Machine.Cuda.Leaks(), Has.Some.Contains("NCCL communicator"));
        seat.Machine.Ok("ncclCommDestroy", seat.Communicator);
        seat.Machine.Fails(InvalidArgument, "ncclCommDestroy", seat.Communicator);
        Assert.That(seat.Machine.Cuda.Leaks(), Has.None.Contains("NCCL"));
    });

    [Test]
    public void A_rank_that_does_not_come_is_named()
    {
        var fabric = new EmulatedFabric();
        Run(seat =>
        {
            if (seat.Rank == 1) return;
            fabric.Patience = TimeSpan.FromSeconds(0.2);
            nint x = seat.Machine.Upload(1f);
            seat.Reduce(x, x, 1);
            Assert.That(seat.Synchronize(), Is.EqualTo(LaunchFailed));
            int state = 0;
            seat.Machine.Call("ncclCommGetAsyncError", seat.Communicator, Machine.Out(ref state));
            Assert.That(state, Is.EqualTo(RemoteError));
            Assert.That(seat.LastError(), Is.EqualTo(
                "rank 1 of 2 did not come to call 1, ncclAllReduce of 1 float32 (sum) within 0.2 s"));
        }, fabric);
    }

    [Test]
    public void Ranks_that_cannot_be_one_group_are_told_why()
    {
        var fabric = new EmulatedFabric();
        var id = NewId(fabric);
        var said = new string[2];
        Ranks.Run(2, rank =>
        {
            using var seat = new Seat(fabric, id, rank, size: 2 + rank);
            Assert.That(seat.Status, Is.EqualTo(RemoteError));
            said[rank] = seat.LastError();
        });
        Assert.That(said, Has.All.Match("rank . was told of . ranks, another of .").And.All.EqualTo(said[0]));
        var damaged = id;
        damaged.Bytes[100] ^= 1;
        using var alone = new Seat(fabric, damaged, 0);
        Assert.That((alone.Status, alone.LastError()),
            Is.EqualTo((InvalidArgument, "the id is none that ncclGetUniqueId made for these machines")));
    }
}
