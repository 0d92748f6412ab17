using System.Numerics;
using System.Runtime.Intrinsics;

namespace Ssgan.Emulator;

/// <summary>ld and st. 32 lanes whose accesses lie side by side in one allocation are checked and copied in one go.</summary>
static unsafe class LoadStore
{
    /// <summary>Each lane's address, in the warp's scratch array.</summary>
    public static ulong* Addresses(Warp w, MemoryOp m)
    {
        ulong* at = w.Scratch;
        if (m.WideAddress)
        {
            ulong* a = (ulong*)(w.R + m.Address);
            var offset = Vector256.Create((ulong)m.Offset);
            for (int k = 0; k < Lanes.Count; k += 4) (Vector256.Load(a + k) + offset).Store(at + k);
            return at;
        }
        uint* narrow = (uint*)(w.R + m.Address);
        for (int k = 0; k < Lanes.Count; k++) at[k] = narrow[k] + (uint)m.Offset;
        return at;
    }

    public static void Load<TM, TD, TSpace>(Warp w, Instruction* i)
        where TM : unmanaged, IBinaryInteger<TM> where TD : unmanaged, IBinaryInteger<TD> where TSpace : ISpace
    {
        var m = w.Block.Code.Memory[i->Extra];
        ulong* at = Addresses(w, m);
        if (IsGlobal<TSpace>(at[0]) && Row(w, m, at, Access.Read) is var row && row != null)
        {
            for (int e = 0; e < m.Count; e++)
                if (m.Registers[e] >= 0) LoadRow<TM, TD>((TM*)row + e, m.Count, w.R + m.Registers[e]);
            return;
        }
        for (uint lanes = w.Exec; lanes != 0; lanes &= lanes - 1)
        {
            int lane = BitOperations.TrailingZeroCount(lanes);
            TM* p = (TM*)TSpace.At(w, i, m, lane, at[lane], Access.Read);
            for (int e = 0; e < m.Count; e++)
                if (m.Registers[e] >= 0) Lanes.Set(w.R + m.Registers[e], lane, TD.CreateTruncating(p[e]));
        }
    }

    static void LoadRow<TM, TD>(TM* from, int step, byte* register)
        where TM : unmanaged, IBinaryInteger<TM> where TD : unmanaged, IBinaryInteger<TD>
    {
        if (step == 1 && sizeof(TM) == sizeof(TD) && sizeof(TM) >= 4)
        {
            Buffer.MemoryCopy(from, register, Lanes.Count * sizeof(TM), Lanes.Count * sizeof(TM));
            return;
        }
        for (int lane = 0; lane < Lanes.Count; lane++) Lanes.Set(register, lane, TD.CreateTruncating(from[lane * step]));
    }

    public static void Store<TM, TS, TSpace>(Warp w, Instruction* i)
        where TM : unmanaged, IBinaryInteger<TM> where TS : unmanaged, IBinaryInteger<TS> where TSpace : ISpace
    {
        var m = w.Block.Code.Memory[i->Extra];
        ulong* at = Addresses(w, m);
        w.Block.Changed = true;
        if (IsGlobal<TSpace>(at[0]) && Row(w, m, at, Access.Write) is var row && row != null)
        {
            for (int e = 0; e < m.Count; e++) StoreRow<TM, TS>((TM*)row + e, m.Count, w.R + m.Registers[e]);
            return;
        }
        for (uint lanes = w.Exec; lanes != 0; lanes &= lanes - 1)
        {
            int lane = BitOperations.TrailingZeroCount(lanes);
            TM* p = (TM*)TSpace.At(w, i, m, lane, at[lane], Access.Write);
            for (int e = 0; e < m.Count; e++) p[e] = TM.CreateTruncating(Lanes.Get<TS>(w.R + m.Registers[e], lane));
        }
    }

    static void StoreRow<TM, TS>(TM* to, int step, byte* register)
        where TM : unmanaged, IBinaryInteger<TM> where TS : unmanaged, IBinaryInteger<TS>
    {
        if (step == 1 && sizeof(TM) == sizeof(TS))
        {
            Buffer.MemoryCopy(register, to, Lanes.Count * sizeof(TM), Lanes.Count * sizeof(TM));
            return;
        }
        for (int lane = 0; lane < Lanes.Count; lane++) to[lane * step] = TM.CreateTruncating(Lanes.Get<TS>(register, lane));
    }

    static bool IsGlobal<TSpace>(ulong address) where TSpace : ISpace =>
        typeof(TSpace) == typeof(GlobalSpace) || typeof(TSpace) == typeof(GenericSpace) && address < Windows.Shared;

    /// <summary>
    /// The bytes behind 32 accesses side by side that are all in order; null where they have to be looked at one by one.
    /// </summary>
    static byte* Row(Warp w, MemoryOp m, ulong* at, Access access)
    {
        if (w.Exec != Lanes.All) return null;
        ulong step = (ulong)m.Bytes, first = at[0];
        if (at[1] - first != step || at[31] - first != 31 * step || (first & (step - 1)) != 0) return null;
        var expected = Vector256.Create(first) + Vector256.Create(0, step, 2 * step, 3 * step);
        var different = Vector256<ulong>.Zero;
        for (int k = 0; k < Lanes.Count; k += 4)
        {
            different |= Vector256.Load(at + k) ^ expected;
            expected += Vector256.Create(4 * step);
        }
        if (different != Vector256<ulong>.Zero) return null;
        int bytes = Lanes.Count * m.Bytes;
        var block = w.Block.Cache[m.Index];
        if (block is null || !block.Contains(first, bytes))
        {
            block = w.Block.Launch.Memory.Find(first);
            if (block is null || !block.Contains(first, bytes)) return null;
            w.Block.Cache[m.Index] = block;
        }
        ulong offset = first - block.Address;
        if (!NonCoherentReads.Allow(w, m, block, offset, bytes, access)) return null;
        if (access == Access.Write)
        {
            if (block.IsReadOnly) return null;
            if (!block.AllWritten) new Span<byte>(block.Shadow + offset, bytes).Fill(Allocation.Written);
        }
        else if (!block.AllWritten && new ReadOnlySpan<byte>(block.Shadow + offset, bytes).ContainsAnyExcept(Allocation.Written))
            return null;
        return block.Bytes + offset;
    }

    /// <summary>ld.param of a kernel: the same bytes for every lane where the address has no register in it.</summary>
    public static void LoadParameter<TM, TD>(Warp w, Instruction* i)
        where TM : unmanaged, IBinaryInteger<TM> where TD : unmanaged, IBinaryInteger<TD>
    {
        var m = w.Block.Code.Memory[i->Extra];
        ulong* at = Addresses(w, m);
        byte[] parameters = w.Block.Launch.Parameters;
        fixed (byte* first = parameters)
        {
            for (uint lanes = w.Exec; lanes != 0; lanes &= lanes - 1)
            {
                int lane = BitOperations.TrailingZeroCount(lanes);
                ulong address = at[lane];
                if (address > (ulong)parameters.Length || (ulong)parameters.Length - address < (ulong)m.Bytes)
                    throw MemoryFaults.Of(w, i, m, lane, address, FaultKind.OutOfBounds, Access.Read,
                        $"out of bounds: there are {parameters.Length} bytes of parameters");
                if ((address & (ulong)(m.Bytes - 1)) != 0)
                    throw MemoryFaults.Of(w, i, m, lane, address, FaultKind.Misaligned, Access.Read, "misaligned");
                for (int e = 0; e < m.Count; e++)
                    Lanes.Set(w.R + m.Registers[e], lane, TD.CreateTruncating(((TM*)(first + address))[e]));
            }
        }
    }
}
