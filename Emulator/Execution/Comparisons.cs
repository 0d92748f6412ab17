using System.Numerics;
using System.Runtime.Intrinsics;

namespace Ssgan.Emulator;

/// <summary>
/// A comparison; a float's is false where an operand is NaN, but for <see cref="UnorderedOrEqual{T}"/> and
/// <see cref="Unordered{T}"/>.
/// </summary>
interface ICompare<T>
{
    static abstract Vector256<T> Apply(Vector256<T> a, Vector256<T> b);
    static abstract bool Apply(T a, T b);
}

struct Equal<T> : ICompare<T> where T : unmanaged, INumber<T>
{
    public static Vector256<T> Apply(Vector256<T> a, Vector256<T> b) => Vector256.Equals(a, b);
    public static bool Apply(T a, T b) => a == b;
}

struct Less<T> : ICompare<T> where T : unmanaged, INumber<T>
{
    public static Vector256<T> Apply(Vector256<T> a, Vector256<T> b) => Vector256.LessThan(a, b);
    public static bool Apply(T a, T b) => a < b;
}

struct LessOrEqual<T> : ICompare<T> where T : unmanaged, INumber<T>
{
    public static Vector256<T> Apply(Vector256<T> a, Vector256<T> b) => Vector256.LessThanOrEqual(a, b);
    public static bool Apply(T a, T b) => a <= b;
}

struct Unordered<T> : ICompare<T> where T : unmanaged, INumber<T>
{
    public static Vector256<T> Apply(Vector256<T> a, Vector256<T> b) => ~(Vector256.Equals(a, a) & Vector256.Equals(b, b));
    public static bool Apply(T a, T b) => T.IsNaN(a) || T.IsNaN(b);
}

struct UnorderedOrEqual<T> : ICompare<T> where T : unmanaged, INumber<T>
{
    public static Vector256<T> Apply(Vector256<T> a, Vector256<T> b) => Vector256.Equals(a, b) | Unordered<T>.Apply(a, b);
    public static bool Apply(T a, T b) => a == b || Unordered<T>.Apply(a, b);
}

/// <summary>Bits of an Immediate of setp.</summary>
[Flags]
enum Compare : ulong
{
    Plain = 0,

    /// <summary>The comparison's opposite is meant.</summary>
    Inverted = 1,
    And = 2,
    Or = 4,
    Xor = 8,

    /// <summary>The predicate to combine with is negated first.</summary>
    OtherInverted = 16,
}

/// <summary>setp: D = combine(a cmp b, C), D2 = combine(not (a cmp b), C).</summary>
static unsafe class Comparisons
{
    public static void Vector<T, TCompare>(Warp w, Instruction* i) where T : unmanaged where TCompare : ICompare<T>
    {
        T* a = (T*)(w.R + i->A), b = (T*)(w.R + i->B);
        uint lanes = 0;
        for (int k = 0; k < Lanes.Count; k += Vector256<T>.Count)
            lanes |= Vector256.ExtractMostSignificantBits(TCompare.Apply(Vector256.Load(a + k), Vector256.Load(b + k))) << k;
        Store(w, i, lanes);
    }

    public static void Scalar<T, TCompare>(Warp w, Instruction* i) where T : unmanaged where TCompare : ICompare<T>
    {
        byte* a = w.R + i->A, b = w.R + i->B;
        uint result = 0;
        for (int lane = 0; lane < Lanes.Count; lane++)
            if (TCompare.Apply(Lanes.Get<T>(a, lane), Lanes.Get<T>(b, lane))) result |= 1u << lane;
        Store(w, i, result);
    }

    static void Store(Warp w, Instruction* i, uint lanes)
    {
        var mode = (Compare)i->Immediate;
        if ((mode & Compare.Inverted) != 0) lanes = ~lanes;
        if (mode <= Compare.Inverted)
        {
            Lanes.SetPredicate(w, i->D, lanes);
            if (i->D2 >= 0) Lanes.SetPredicate(w, i->D2, ~lanes);
            return;
        }
        uint other = *(uint*)(w.R + i->C);
        if ((mode & Compare.OtherInverted) != 0) other = ~other;
        Lanes.SetPredicate(w, i->D, Combine(mode, lanes, other));
        if (i->D2 >= 0) Lanes.SetPredicate(w, i->D2, Combine(mode, ~lanes, other));
    }

    static uint Combine(Compare mode, uint a, uint b) =>
        (mode & Compare.And) != 0 ? a & b : (mode & Compare.Or) != 0 ? a | b : a ^ b;

    /// <summary>selp: A where predicate C holds, else B.</summary>
    public static void Select<T>(Warp w, Instruction* i) where T : unmanaged
    {
        T* d = (T*)(w.R + i->D), a = (T*)(w.R + i->A), b = (T*)(w.R + i->B);
        uint chosen = *(uint*)(w.R + i->C) ^ (uint)i->Immediate;
        for (int k = 0; k < Lanes.Count; k += Vector256<T>.Count)
            Lanes.Keep(w, d, k, Vector256.ConditionalSelect(Masks<T>(chosen, k), Vector256.Load(a + k), Vector256.Load(b + k)));
    }

    static Vector256<T> Masks<T>(uint lanes, int k) where T : unmanaged
    {
        if (sizeof(T) == 8)
        {
            var bits = Vector256.Create(1ul, 2, 4, 8);
            return Vector256.Equals(Vector256.Create((ulong)(lanes >> k)) & bits, bits).As<ulong, T>();
        }
        var four = Vector256.Create(1u, 2, 4, 8, 16, 32, 64, 128);
        return Vector256.Equals(Vector256.Create(lanes >> k) & four, four).As<uint, T>();
    }

    /// <summary>mov, not, and, or, xor of predicates; Immediate is the truth table: bit 2a + b.</summary>
    public static void Predicate(Warp w, Instruction* i)
    {
        uint a = *(uint*)(w.R + i->A), b = *(uint*)(w.R + i->B), result = 0;
        ulong table = i->Immediate;
        if ((table & 1) != 0) result |= ~a & ~b;
        if ((table & 2) != 0) result |= ~a & b;
        if ((table & 4) != 0) result |= a & ~b;
        if ((table & 8) != 0) result |= a & b;
        Lanes.SetPredicate(w, i->D, result);
    }
}
