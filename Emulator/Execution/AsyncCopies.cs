using System.Numerics;

namespace Ssgan.Emulator;

/// <summary>
/// cp.async: the source is read when the copy is issued; the bytes land in shared memory when the thread waits for their group,
/// no sooner, so that a kernel which does not wait never sees them.
/// </summary>
static unsafe class AsyncCopies
{
    /// <summary>
    /// Memory op Extra is the source, the next the target, the one after a byte of the source; B is how many bytes are
    /// read, or -1 for all.
    /// </summary>
    public static void Issue<TSpace>(Warp w, Instruction* i) where TSpace : ISpace
    {
        var source = w.Block.Code.Memory[i->Extra];
        var target = w.Block.Code.Memory[i->Extra + 1];
        var oneByte = w.Block.Code.Memory[i->Extra + 2];
        ulong* from = stackalloc ulong[Lanes.Count];
        new Span<ulong>(LoadStore.Addresses(w, source), Lanes.Count).CopyTo(new Span<ulong>(from, Lanes.Count));
        ulong* to = LoadStore.Addresses(w, target);
        for (uint lanes = w.Exec; lanes != 0; lanes &= lanes - 1)
        {
            int lane = BitOperations.TrailingZeroCount(lanes), thread = w.Index * Lanes.Count + lane, bytes = target.Bytes;
            uint read = i->B < 0 ? (uint)bytes : ((uint*)(w.R + i->B))[lane];
            if (read > bytes) throw w.Fault(i, lane, FaultKind.OutOfBounds, $"it reads {read} bytes for a copy of {bytes}");
            var copy = new AsyncCopy { Lane = lane, Target = (int)to[lane], Bytes = bytes };
            if (read == bytes)
            {
                new ReadOnlySpan<byte>(TSpace.At(w, i, source, lane, from[lane], Access.Read), bytes).CopyTo(copy.Data);
            }
            else if (read > 0)
            {
                if ((from[lane] & (ulong)(bytes - 1)) != 0)
                    throw MemoryFaults.Of(w, i, source, lane, from[lane], FaultKind.Misaligned, Access.Read, "misaligned");
                for (uint k = 0; k < read; k++) copy.Data[(int)k] = *TSpace.At(w, i, oneByte, lane, from[lane] + k, Access.Read);
            }
            if (to[lane] + (ulong)bytes > (ulong)w.Block.Launch.SharedBytes)
                throw MemoryFaults.Of(w, i, target, lane, to[lane], FaultKind.OutOfBounds, Access.Write,
                    $"out of bounds: the block has {w.Block.Launch.SharedBytes} bytes of shared memory");
            if ((to[lane] & (ulong)(bytes - 1)) != 0)
                throw MemoryFaults.Of(w, i, target, lane, to[lane], FaultKind.Misaligned, Access.Write, "misaligned");
            if (w.Block.Shadow.Await(copy.Target, bytes, thread, out var kind) is { } wrong)
                throw MemoryFaults.Of(w, i, target, lane, to[lane], kind, Access.Write, $"wrong: {wrong}");
            w.AddCopy(copy);
        }
    }

    public static void Commit(Warp w, Instruction* i) => w.CommitCopies(w.Exec);

    /// <summary>
    /// Waits until at most Immediate of a lane's committed groups are under way; all of its copies for a negative number.
    /// </summary>
    public static void Wait(Warp w, Instruction* i) => w.LandCopies(w.Exec, (int)(long)i->Immediate);
}

[System.Runtime.CompilerServices.InlineArray(16)]
struct CopyBytes
{
    byte _first;
}

struct AsyncCopy
{
    public int Lane, Target, Bytes;

    /// <summary>The number of its group among the lane's, set when the group is committed; -1 before.</summary>
    public int Group;
    public CopyBytes Data;
}

sealed unsafe partial class Warp
{
    readonly List<AsyncCopy> _copies = [];
    readonly int[] _committed = new int[Lanes.Count];

    void StartCopies()
    {
        _copies.Clear();
        _committed.AsSpan().Clear();
    }

    public void AddCopy(AsyncCopy copy)
    {
        copy.Group = -1;
        _copies.Add(copy);
    }

    public void CommitCopies(uint lanes)
    {
        for (int k = 0; k < _copies.Count; k++)
        {
            var copy = _copies[k];
            if (copy.Group >= 0 || (lanes >> copy.Lane & 1) == 0) continue;
            copy.Group = _committed[copy.Lane];
            _copies[k] = copy;
        }
        for (uint left = lanes; left != 0; left &= left - 1) _committed[BitOperations.TrailingZeroCount(left)]++;
    }

    public void LandCopies(uint lanes, int underWay)
    {
        int kept = 0;
        for (int k = 0; k < _copies.Count; k++)
        {
            var copy = _copies[k];
            bool waits = (lanes >> copy.Lane & 1) != 0
                && (underWay < 0 || copy.Group >= 0 && copy.Group < _committed[copy.Lane] - underWay);
            if (waits)
            {
                ((ReadOnlySpan<byte>)copy.Data)[..copy.Bytes].CopyTo(new Span<byte>(Block.Shared + copy.Target, copy.Bytes));
                Block.Shadow.Arrive(copy.Target, copy.Bytes, Index * Lanes.Count + copy.Lane);
            }
            else _copies[kept++] = copy;
        }
        _copies.RemoveRange(kept, _copies.Count - kept);
    }
}
