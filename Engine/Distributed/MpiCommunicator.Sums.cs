using System.Runtime.InteropServices;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Kernels.Cpu;

namespace Ssgan.Engine.Distributed;

// MPI carries, we add. Each rank gets its block of every other's numbers, adds the blocks in order of rank, and all gather the
// sums: as many bytes as any way of reducing moves, and the same bits on every rank and every time, which MPI_Allreduce does not
// promise. MPI_Iallreduce of Open MPI 4.1 takes twice as long (docs/scale.md).
partial class MpiCommunicator
{
    /// <summary>Parts travel one after the other, and are added while they are in the cache.</summary>
    const int PartFloats = 1 << 18;
    /// <summary>So few numbers are gathered whole and added by each rank: one message's delay instead of two.</summary>
    const int FewFloats = 4096;
    /// <summary>Each part has memory of its own until it is added, so their number is limited.</summary>
    const int MostParts = 128;

    /// <summary>A part of a sum on its way.</summary>
    sealed class Part
    {
        public required Backend Backend;
        public required nint Data, Received;
        public required long Number;
        /// <summary>Floats of each rank.</summary>
        public required int Width;
        /// <summary>Whether each rank gets all of it.</summary>
        public required bool Whole;
        public nint Request;
    }

    readonly List<Part> _parts = [];
    readonly List<nint> _buffers = [];
    long _sums;

    /// <inheritdoc/>
    /// <exception cref="NotSupportedException">The tensor is not of type F32, or on another device than the CPU.</exception>
    public void BeginSum(Tensor flat)
    {
        ArgumentNullException.ThrowIfNull(flat);
        ThrowIfUnusable();
        if (flat.Type != DType.F32) throw new NotSupportedException($"Ranks sum tensors of type F32, not {flat.Type}.");
        if (flat.Backend is not CpuBackend)
            throw new NotSupportedException($"MPI sums tensors on the CPU, and this one is on {flat.Device.Name}: use NCCL.");
        long number = ++_sums, count = flat.Count;
        _sequence++;
        if (Size == 1 || count == 0) return;
        nint data = flat.MutableView.Address;
        int step = Math.Max(PartFloats / Size, 1) * Size;
        long tail = count <= Math.Min(FewFloats, step / Size) ? count : count % Size, head = count - tail;
        for (long at = 0; at < head; at += step)
            Send(flat.Backend, data + (nint)(at * sizeof(float)), (int)(Math.Min(step, head - at) / Size), false, number);
        if (tail > 0) Send(flat.Backend, data + (nint)(head * sizeof(float)), (int)tail, true, number);
    }

    /// <inheritdoc/>
    public void FinishSums()
    {
        ThrowIfUnusable();
        foreach (var part in _parts)
        {
            Await(part);
            Add(part);
        }
        foreach (var part in _parts)
            if (!part.Whole) Await(part);
        _parts.Clear();
    }

    unsafe void Send(Backend backend, nint data, int width, bool whole, long number)
    {
        // All ranks come here at the same part.
        if (_parts.Count == MostParts) FinishSums();
        var part = new Part
        {
            Backend = backend, Data = data, Width = width, Whole = whole, Number = number, Received = Buffer(_parts.Count),
        };
        int bytes = width * sizeof(float);
        nint request = 0;
        if (whole)
            Check(_mpi.Iallgather(data, bytes, _mpi.Bytes, part.Received, bytes, _mpi.Bytes, _data, &request), "Iallgather");
        else Check(_mpi.Ialltoall(data, bytes, _mpi.Bytes, part.Received, bytes, _mpi.Bytes, _data, &request), "Ialltoall");
        part.Request = request;
        _parts.Add(part);
    }

    /// <summary>Adds what was received in order of rank, and sends the sums of this rank's block.</summary>
    unsafe void Add(Part part)
    {
        int bytes = part.Width * sizeof(float);
        TensorView Block(nint start, int rank) => new(start + (nint)rank * bytes, new Shape(part.Width), DType.F32);
        var sum = Block(part.Data, part.Whole ? 0 : Rank);
        part.Backend.Binary(default(Add), Block(part.Received, 0), Block(part.Received, 1), sum);
        for (int rank = 2; rank < Size; rank++) part.Backend.Binary(default(Add), sum, Block(part.Received, rank), sum);
        if (part.Whole) return;
        nint request = 0;
        Check(_mpi.Iallgather(_mpi.InPlace, 0, _mpi.Bytes, part.Data, bytes, _mpi.Bytes, _data, &request), "Iallgather");
        part.Request = request;
    }

    unsafe void Await(Part part)
    {
        nint request = part.Request;
        Await(&request, RankCall.Sum, part.Number);
    }

    unsafe nint Buffer(int index)
    {
        if (index == _buffers.Count)
        {
            // A part, or what the fewest numbers that do not divide by the ranks come to.
            long floats = Math.Max(PartFloats + Size, (long)Size * Size);
            _buffers.Add((nint)NativeMemory.AlignedAlloc((nuint)(floats * sizeof(float)), 64));
        }
        return _buffers[index];
    }

    unsafe void FreeBuffers()
    {
        foreach (nint buffer in _buffers) NativeMemory.AlignedFree((void*)buffer);
        _buffers.Clear();
    }
}
