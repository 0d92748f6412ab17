using System.Runtime.CompilerServices;

namespace Ssgan.Emulator;

enum Access
{
    Read,
    Write,

    /// <summary>An atomic update: a read and a write that does not race with others of its kind.</summary>
    Update,
}

/// <summary>A kind of memory: finds the bytes behind a lane's address, or says what is wrong with the access.</summary>
unsafe interface ISpace
{
    static abstract byte* At(Warp w, Instruction* i, MemoryOp m, int lane, ulong address, Access access);
}

/// <summary>Windows in which generic addresses of shared and local memory lie; all others are global.</summary>
static class Windows
{
    public const ulong Shared = 0x0200_0000_0000_0000, Local = 0x0300_0000_0000_0000, End = 0x0400_0000_0000_0000;
}

unsafe struct GlobalSpace : ISpace
{
    public static byte* At(Warp w, Instruction* i, MemoryOp m, int lane, ulong address, Access access)
    {
        int bytes = m.Bytes;
        var block = w.Block.Cache[m.Index];
        if (block is null || !block.Contains(address, bytes))
        {
            block = w.Block.Launch.Memory.Find(address);
            if (block is null || !block.Contains(address, bytes))
            {
                string where = w.Block.Launch.Memory.Describe(address);
                throw MemoryFaults.Of(w, i, m, lane, address, FaultKind.OutOfBounds, access, $"out of bounds: {where}");
            }
            w.Block.Cache[m.Index] = block;
        }
        if ((address & (ulong)(bytes - 1)) != 0)
            throw MemoryFaults.Of(w, i, m, lane, address, FaultKind.Misaligned, access, "misaligned");
        ulong offset = address - block.Address;
        byte* shadow = block.Shadow + offset;
        if (access != Access.Write && !block.AllWritten && !IsWritten(shadow, bytes))
            throw MemoryFaults.Of(w, i, m, lane, address, FaultKind.Uninitialised, access,
                $"of bytes that nothing wrote, from byte {offset} on of {block}");
        if (access != Access.Read)
        {
            if (block.IsReadOnly)
                throw MemoryFaults.Of(w, i, m, lane, address, FaultKind.ReadOnly, access, $"to the constant {block}");
            if (!block.AllWritten) MarkWritten(shadow, bytes);
        }
        if (!NonCoherentReads.Allow(w, m, block, offset, bytes, access))
        {
            string how = access == Access.Read ? "of bytes that the launch writes, but not coherent"
                : "to bytes that the launch reads by ld.global.nc";
            throw MemoryFaults.Of(w, i, m, lane, address, FaultKind.NonCoherent, access, how);
        }
        return block.Bytes + offset;
    }

    static bool IsWritten(byte* shadow, int bytes) => bytes switch
    {
        1 => *shadow == Allocation.Written,
        2 => *(ushort*)shadow == ushort.MaxValue,
        4 => *(uint*)shadow == uint.MaxValue,
        8 => *(ulong*)shadow == ulong.MaxValue,
        _ => (*(ulong*)shadow & *(ulong*)(shadow + 8)) == ulong.MaxValue,
    };

    static void MarkWritten(byte* shadow, int bytes)
    {
        switch (bytes)
        {
            case 1:
                *shadow = Allocation.Written;
                break;
            case 2:
                *(ushort*)shadow = ushort.MaxValue;
                break;
            case 4:
                *(uint*)shadow = uint.MaxValue;
                break;
            case 8:
                *(ulong*)shadow = ulong.MaxValue;
                break;
            default:
                *(ulong*)shadow = *(ulong*)(shadow + 8) = ulong.MaxValue;
                break;
        }
    }
}

unsafe struct SharedSpace : ISpace
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static byte* At(Warp w, Instruction* i, MemoryOp m, int lane, ulong address, Access access)
    {
        var block = w.Block;
        int bytes = m.Bytes;
        if (address <= (ulong)block.SharedBytes && (ulong)block.SharedBytes - address >= (ulong)bytes
            && (address & (ulong)(bytes - 1)) == 0)
        {
            int thread = w.Index * Lanes.Count + lane;
            ulong known = block.Shadow.KnownLeast(w.Index);
            bool plain = access switch
            {
                Access.Read => block.Shadow.TryRead((int)address, bytes, thread, known),
                Access.Write => block.Shadow.TryWrite((int)address, bytes, thread, known),
                _ => false,
            };
            if (plain) return block.Shared + address;
        }
        return Closer(w, i, m, lane, address, access);
    }

    static byte* Closer(Warp w, Instruction* i, MemoryOp m, int lane, ulong address, Access access)
    {
        int bytes = m.Bytes, size = w.Block.SharedBytes;
        if (address > (ulong)size || (ulong)size - address < (ulong)bytes)
            throw MemoryFaults.Of(w, i, m, lane, address, FaultKind.OutOfBounds, access,
                $"out of bounds: the block has {size} bytes of shared memory");
        if ((address & (ulong)(bytes - 1)) != 0)
            throw MemoryFaults.Of(w, i, m, lane, address, FaultKind.Misaligned, access, "misaligned");
        int thread = w.Index * Lanes.Count + lane, offset = (int)address;
        var shadow = w.Block.Shadow;
        string? wrong = access == Access.Read
            ? shadow.Read(offset, bytes, thread, out var kind)
            : shadow.Write(offset, bytes, thread, access == Access.Update, out kind);
        if (wrong is not null) throw MemoryFaults.Of(w, i, m, lane, address, kind, access, $"wrong: {wrong}");
        return w.Block.Shared + offset;
    }
}

unsafe struct LocalSpace : ISpace
{
    public static byte* At(Warp w, Instruction* i, MemoryOp m, int lane, ulong address, Access access)
    {
        int bytes = m.Bytes, size = w.Block.Code.LocalBytes;
        if (address > (ulong)size || (ulong)size - address < (ulong)bytes)
            throw MemoryFaults.Of(w, i, m, lane, address, FaultKind.OutOfBounds, access,
                $"out of bounds: the thread has {size} bytes of local memory");
        if ((address & (ulong)(bytes - 1)) != 0)
            throw MemoryFaults.Of(w, i, m, lane, address, FaultKind.Misaligned, access, "misaligned");
        byte* p = w.Local + (ulong)(lane * size) + address;
        var shadow = new Span<byte>(p + Lanes.Count * size, bytes);
        if (access != Access.Write && shadow.ContainsAnyExcept(Allocation.Written))
            throw MemoryFaults.Of(w, i, m, lane, address, FaultKind.Uninitialised, access, "of local bytes that nothing wrote");
        if (access != Access.Read) shadow.Fill(Allocation.Written);
        return p;
    }
}

unsafe struct GenericSpace : ISpace
{
    public static byte* At(Warp w, Instruction* i, MemoryOp m, int lane, ulong address, Access access) => address switch
    {
        >= Windows.Shared and < Windows.Local => SharedSpace.At(w, i, m, lane, address - Windows.Shared, access),
        >= Windows.Local and < Windows.End => LocalSpace.At(w, i, m, lane, address - Windows.Local, access),
        _ => GlobalSpace.At(w, i, m, lane, address, access),
    };
}

static class MemoryFaults
{
    public static unsafe EmulatorFault Of(Warp w, Instruction* i, MemoryOp m, int lane, ulong address, FaultKind kind,
        Access access, string how)
    {
        string what = access switch { Access.Read => "read", Access.Write => "write", _ => "atomic update" };
        string space = m.Space == PtxSpace.Generic ? "" : m.Space.ToString().ToLowerInvariant() + " ";
        return w.Fault(i, lane, kind, $"the {what} of {m.Bytes} bytes at {space}address 0x{address:x} is {how}");
    }
}
