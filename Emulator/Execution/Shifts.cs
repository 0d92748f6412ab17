using System.Numerics;
using System.Runtime.Intrinsics;

namespace Ssgan.Emulator;

/// <summary>Shifts and bit fields. A shift by the width or more clears, or leaves the sign.</summary>
static unsafe class Shifts
{
    /// <summary>By the same count, below the width, in every lane.</summary>
    public static void LeftUniform<T>(Warp w, Instruction* i) where T : unmanaged
    {
        T* d = (T*)(w.R + i->D), a = (T*)(w.R + i->A);
        for (int k = 0; k < Lanes.Count; k += Vector256<T>.Count) Lanes.Keep(w, d, k, Vector256.Load(a + k) << (int)i->Immediate);
    }

    /// <summary>As <see cref="LeftUniform"/>; a signed T keeps the sign.</summary>
    public static void RightUniform<T>(Warp w, Instruction* i) where T : unmanaged
    {
        T* d = (T*)(w.R + i->D), a = (T*)(w.R + i->A);
        for (int k = 0; k < Lanes.Count; k += Vector256<T>.Count) Lanes.Keep(w, d, k, Vector256.Load(a + k) >> (int)i->Immediate);
    }

    public static void Left<T>(Warp w, Instruction* i) where T : unmanaged, IBinaryInteger<T>
    {
        byte* d = w.R + i->D, a = w.R + i->A;
        uint* count = (uint*)(w.R + i->B);
        for (uint lanes = w.Exec; lanes != 0; lanes &= lanes - 1)
        {
            int lane = BitOperations.TrailingZeroCount(lanes);
            Lanes.Set(d, lane, count[lane] < sizeof(T) * 8u ? Lanes.Get<T>(a, lane) << (int)count[lane] : T.Zero);
        }
    }

    public static void Right<T>(Warp w, Instruction* i) where T : unmanaged, IBinaryInteger<T>
    {
        byte* d = w.R + i->D, a = w.R + i->A;
        uint* count = (uint*)(w.R + i->B);
        for (uint lanes = w.Exec; lanes != 0; lanes &= lanes - 1)
        {
            int lane = BitOperations.TrailingZeroCount(lanes);
            var value = Lanes.Get<T>(a, lane);
            var beyond = T.IsNegative(value) ? ~T.Zero : T.Zero;
            Lanes.Set(d, lane, count[lane] < sizeof(T) * 8u ? value >> (int)count[lane] : beyond);
        }
    }

    /// <summary>
    /// Both words shifted as one, the high (left) or low (right) word kept; Immediate is 1 to wrap the count and 0 to clamp it.
    /// </summary>
    public static void Funnel<TLeft>(Warp w, Instruction* i) where TLeft : IFlag
    {
        uint* d = (uint*)(w.R + i->D), low = (uint*)(w.R + i->A), high = (uint*)(w.R + i->B), count = (uint*)(w.R + i->C);
        for (uint lanes = w.Exec; lanes != 0; lanes &= lanes - 1)
        {
            int lane = BitOperations.TrailingZeroCount(lanes);
            int n = (int)(i->Immediate != 0 ? count[lane] & 31 : Math.Min(count[lane], 32));
            ulong both = (ulong)high[lane] << 32 | low[lane];
            d[lane] = TLeft.Value ? (uint)((both << n) >> 32) : (uint)(both >> n);
        }
    }

    /// <summary>Bits [b, b + c) of a, sign-extended for a signed T.</summary>
    public static void Extract<T>(Warp w, Instruction* i) where T : unmanaged, IBinaryInteger<T>
    {
        byte* d = w.R + i->D, a = w.R + i->A;
        uint* start = (uint*)(w.R + i->B), length = (uint*)(w.R + i->C);
        int width = sizeof(T) * 8;
        for (uint lanes = w.Exec; lanes != 0; lanes &= lanes - 1)
        {
            int lane = BitOperations.TrailingZeroCount(lanes);
            int from = (int)(start[lane] & 0xFF), bits = (int)(length[lane] & 0xFF);
            var value = Lanes.Get<T>(a, lane);
            bool sign = bits > 0 && T.IsNegative(~T.Zero) && ((value >> Math.Min(from + bits - 1, width - 1)) & T.One) == T.One;
            int kept = Math.Clamp(width - from, 0, bits);
            var mask = kept == width ? ~T.Zero : ~(~T.Zero << kept);
            var field = (from < width ? value >>> from : T.Zero) & mask;
            if (sign) field |= ~mask;
            Lanes.Set(d, lane, field);
        }
    }

    /// <summary>b with a's low bits put at [c, c + length); the length comes from register D2.</summary>
    public static void Insert<T>(Warp w, Instruction* i) where T : unmanaged, IBinaryInteger<T>
    {
        byte* d = w.R + i->D, a = w.R + i->A, b = w.R + i->B;
        uint* start = (uint*)(w.R + i->C), length = (uint*)(w.R + i->D2);
        int width = sizeof(T) * 8;
        for (uint lanes = w.Exec; lanes != 0; lanes &= lanes - 1)
        {
            int lane = BitOperations.TrailingZeroCount(lanes);
            int from = (int)(start[lane] & 0xFF), bits = (int)(length[lane] & 0xFF);
            var field = bits == 0 || from >= width ? T.Zero : (bits >= width ? ~T.Zero : ~(~T.Zero << bits)) << from;
            var inserted = from < width ? Lanes.Get<T>(a, lane) << from : T.Zero;
            Lanes.Set(d, lane, (Lanes.Get<T>(b, lane) & ~field) | (inserted & field));
        }
    }

    /// <summary>Each byte of the result is one of the eight of b:a that a nibble of c names, or its sign repeated.</summary>
    public static void Permute(Warp w, Instruction* i)
    {
        uint* d = (uint*)(w.R + i->D), a = (uint*)(w.R + i->A), b = (uint*)(w.R + i->B), c = (uint*)(w.R + i->C);
        for (uint lanes = w.Exec; lanes != 0; lanes &= lanes - 1)
        {
            int lane = BitOperations.TrailingZeroCount(lanes);
            ulong bytes = (ulong)b[lane] << 32 | a[lane];
            uint result = 0;
            for (int k = 0; k < 4; k++)
            {
                uint selector = c[lane] >> (4 * k) & 0xF;
                byte picked = (byte)(bytes >> (int)(selector & 7) * 8);
                if ((selector & 8) != 0) picked = (sbyte)picked < 0 ? (byte)0xFF : (byte)0;
                result |= (uint)picked << (8 * k);
            }
            d[lane] = result;
        }
    }

    /// <summary>Any function of three bits: bit 4a + 2b + c of Immediate.</summary>
    public static void Logic3(Warp w, Instruction* i)
    {
        uint* d = (uint*)(w.R + i->D), a = (uint*)(w.R + i->A), b = (uint*)(w.R + i->B), c = (uint*)(w.R + i->C);
        for (uint lanes = w.Exec; lanes != 0; lanes &= lanes - 1)
        {
            int lane = BitOperations.TrailingZeroCount(lanes);
            uint result = 0;
            for (int row = 0; row < 8; row++)
            {
                if ((i->Immediate >> row & 1) == 0) continue;
                result |= ((row & 4) != 0 ? a[lane] : ~a[lane]) & ((row & 2) != 0 ? b[lane] : ~b[lane]) & ((row & 1) != 0
                    ? c[lane] : ~c[lane]);
            }
            d[lane] = result;
        }
    }
}

interface IFlag
{
    static abstract bool Value { get; }
}

struct Yes : IFlag
{
    public static bool Value => true;
}

struct No : IFlag
{
    public static bool Value => false;
}
