using System.Numerics;
using System.Runtime.Intrinsics;

namespace Ssgan.Emulator;

/// <summary>Choosing, packing and unpacking.</summary>
static unsafe class Selections
{
    /// <summary>slct: A where C is not negative (TFloat: as a float, where a NaN counts as negative), else B.</summary>
    public static void BySign<TFloat>(Warp w, Instruction* i) where TFloat : IFlag
    {
        uint* d = (uint*)(w.R + i->D), a = (uint*)(w.R + i->A), b = (uint*)(w.R + i->B);
        byte* c = w.R + i->C;
        for (uint lanes = w.Exec; lanes != 0; lanes &= lanes - 1)
        {
            int lane = BitOperations.TrailingZeroCount(lanes);
            bool first = TFloat.Value ? Lanes.Get<float>(c, lane) >= 0 : Lanes.Get<int>(c, lane) >= 0;
            d[lane] = first ? a[lane] : b[lane];
        }
    }

    /// <summary>mov d, {a, b, ...}: Extra is the table of elements, Immediate their bits; the first is the lowest.</summary>
    public static void Pack(Warp w, Instruction* i)
    {
        int[] elements = w.Block.Code.Tables[i->Extra];
        int bits = (int)i->Immediate;
        bool wide = elements.Length * bits == 64;
        for (uint lanes = w.Exec; lanes != 0; lanes &= lanes - 1)
        {
            int lane = BitOperations.TrailingZeroCount(lanes);
            ulong value = 0;
            for (int e = 0; e < elements.Length; e++) value |= (ulong)((uint*)(w.R + elements[e]))[lane] << (e * bits);
            if (wide) ((ulong*)(w.R + i->D))[lane] = value;
            else ((uint*)(w.R + i->D))[lane] = (uint)value;
        }
    }

    /// <summary>mov {a, b, ...}, d: as <see cref="Pack"/>; -1 for an element that nobody wants.</summary>
    public static void Unpack(Warp w, Instruction* i)
    {
        int[] elements = w.Block.Code.Tables[i->Extra];
        int bits = (int)i->Immediate;
        uint mask = bits == 32 ? uint.MaxValue : 0xFFFF;
        bool wide = elements.Length * bits == 64;
        for (uint lanes = w.Exec; lanes != 0; lanes &= lanes - 1)
        {
            int lane = BitOperations.TrailingZeroCount(lanes);
            ulong value = wide ? ((ulong*)(w.R + i->A))[lane] : ((uint*)(w.R + i->A))[lane];
            for (int e = 0; e < elements.Length; e++)
                if (elements[e] >= 0) ((uint*)(w.R + elements[e]))[lane] = (uint)(value >> (e * bits)) & mask;
        }
    }
}

struct FlushOnly : IVector1<float>
{
    public static Vector256<float> Apply(Vector256<float> a) => Floats.Flush(a);
}

/// <summary>PTX's order: the sign of a, the size of b.</summary>
struct CopySign<T> : IScalar2<T, T> where T : unmanaged, IFloatingPointIeee754<T>
{
    public static T Apply(T a, T b) => T.CopySign(b, a);
}
