using System.Numerics;

namespace Ssgan.Emulator;

enum AtomicOp
{
    Add,
    Exchange,
    CompareExchange,
    Minimum,
    Maximum,
    And,
    Or,
    Xor,
    Increment,
    Decrement,
}

/// <summary>
/// atom and red: D gets the old value (where D is not negative), A is the operand, B the new value of a compare-and-swap.
/// </summary>
static unsafe class Atomics
{
    public static void Run<TSpace>(Warp w, Instruction* i) where TSpace : ISpace
    {
        var m = w.Block.Code.Memory[i->Extra];
        ulong* at = LoadStore.Addresses(w, m);
        var op = (AtomicOp)i->Immediate;
        bool wide = m.Bytes == 8;
        for (uint lanes = w.Exec; lanes != 0; lanes &= lanes - 1)
        {
            int lane = BitOperations.TrailingZeroCount(lanes);
            byte* p = TSpace.At(w, i, m, lane, at[lane], Access.Update);
            ulong a = Operand(w, i->A, lane, wide), b = Operand(w, i->B, lane, wide), old, value;
            if (wide)
            {
                do
                {
                    old = Volatile.Read(ref *(ulong*)p);
                    value = Apply(op, m.Type, old, a, b);
                }
                while (Interlocked.CompareExchange(ref *(ulong*)p, value, old) != old);
                if (i->D >= 0) ((ulong*)(w.R + i->D))[lane] = old;
            }
            else
            {
                do
                {
                    old = Volatile.Read(ref *(uint*)p);
                    value = (uint)Apply(op, m.Type, old, a, b);
                }
                while (Interlocked.CompareExchange(ref *(uint*)p, (uint)value, (uint)old) != (uint)old);
                if (i->D >= 0) ((uint*)(w.R + i->D))[lane] = (uint)old;
            }
            if (value != old) w.Block.Changed = true;
        }
    }

    static ulong Operand(Warp w, int offset, int lane, bool wide) =>
        offset < 0 ? 0 : wide ? ((ulong*)(w.R + offset))[lane] : ((uint*)(w.R + offset))[lane];

    static ulong Apply(AtomicOp op, PtxType type, ulong old, ulong a, ulong b) => op switch
    {
        AtomicOp.Exchange => a,
        AtomicOp.CompareExchange => old == a ? b : old,
        AtomicOp.And => old & a,
        AtomicOp.Or => old | a,
        AtomicOp.Xor => old ^ a,
        AtomicOp.Increment => old >= a ? 0 : old + 1,
        AtomicOp.Decrement => old == 0 || old > a ? a : old - 1,
        AtomicOp.Minimum => Less(type, a, old) ? a : old,
        AtomicOp.Maximum => Less(type, old, a) ? a : old,
        _ => Sum(type, old, a),
    };

    static bool Less(PtxType type, ulong a, ulong b) => type switch
    {
        PtxType.S32 => (int)a < (int)b,
        PtxType.S64 => (long)a < (long)b,
        _ => a < b,
    };

    static ulong Sum(PtxType type, ulong a, ulong b) => type switch
    {
        // A card's atomic addition of singles in global memory flushes subnormal numbers; one that keeps them is
        // within its contract.
        PtxType.F32 => BitConverter.SingleToUInt32Bits(Floats.OneNaN(BitConverter.UInt32BitsToSingle((uint)a)
            + BitConverter.UInt32BitsToSingle((uint)b))),
        PtxType.F64 => BitConverter.DoubleToUInt64Bits(Floats.OneNaN(BitConverter.UInt64BitsToDouble(a)
            + BitConverter.UInt64BitsToDouble(b))),
        _ => a + b,
    };
}
