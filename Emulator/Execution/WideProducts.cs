using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Ssgan.Emulator;

/// <summary>mul.wide of 32-bit integers: every address computation has one.</summary>
static unsafe class WideProducts
{
    public static void Unsigned(Warp w, Instruction* i)
    {
        ulong* d = (ulong*)(w.R + i->D);
        uint* a = (uint*)(w.R + i->A), b = (uint*)(w.R + i->B);
        for (int k = 0; k < Lanes.Count; k += 8)
        {
            var (a0, a1) = Vector256.Widen(Vector256.Load(a + k));
            var (b0, b1) = Vector256.Widen(Vector256.Load(b + k));
            Lanes.Keep(w, d, k, Multiply(a0, b0));
            Lanes.Keep(w, d, k + 4, Multiply(a1, b1));
        }
    }

    public static void Signed(Warp w, Instruction* i)
    {
        long* d = (long*)(w.R + i->D);
        int* a = (int*)(w.R + i->A), b = (int*)(w.R + i->B);
        for (int k = 0; k < Lanes.Count; k += 8)
        {
            var (a0, a1) = Vector256.Widen(Vector256.Load(a + k));
            var (b0, b1) = Vector256.Widen(Vector256.Load(b + k));
            Lanes.Keep(w, d, k, Multiply(a0, b0));
            Lanes.Keep(w, d, k + 4, Multiply(a1, b1));
        }
    }

    static Vector256<ulong> Multiply(Vector256<ulong> a, Vector256<ulong> b) =>
        Avx2.IsSupported ? Avx2.Multiply(a.AsUInt32(), b.AsUInt32()) : a * b;

    static Vector256<long> Multiply(Vector256<long> a, Vector256<long> b) =>
        Avx2.IsSupported ? Avx2.Multiply(a.AsInt32(), b.AsInt32()) : a * b;
}
