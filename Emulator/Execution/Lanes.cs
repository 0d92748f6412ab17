using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Ssgan.Emulator;

interface IVector1<T>
{
    static abstract Vector256<T> Apply(Vector256<T> a);
}

interface IVector2<T>
{
    static abstract Vector256<T> Apply(Vector256<T> a, Vector256<T> b);
}

interface IVector3<T>
{
    static abstract Vector256<T> Apply(Vector256<T> a, Vector256<T> b, Vector256<T> c);
}

interface IScalar1<TA, TD>
{
    static abstract TD Apply(TA a);
}

interface IScalar2<TA, TD>
{
    static abstract TD Apply(TA a, TA b);
}

interface IScalar3<TA, TD>
{
    static abstract TD Apply(TA a, TA b, TD c);
}

/// <summary>
/// The loops over a warp's lanes. Vector loops compute all lanes and keep those that run; scalar loops visit the lanes that run.
/// A type of fewer than 4 bytes lies in the low bytes of a 4-byte lane whose high bytes are zero.
/// </summary>
static unsafe class Lanes
{
    public const int Count = 32;
    public const uint All = uint.MaxValue;

    public static void Vector1<T, TOp>(Warp w, Instruction* i) where T : unmanaged where TOp : IVector1<T>
    {
        T* d = (T*)(w.R + i->D), a = (T*)(w.R + i->A);
        for (int k = 0; k < Count; k += Vector256<T>.Count) Keep(w, d, k, TOp.Apply(Vector256.Load(a + k)));
    }

    public static void Vector2<T, TOp>(Warp w, Instruction* i) where T : unmanaged where TOp : IVector2<T>
    {
        T* d = (T*)(w.R + i->D), a = (T*)(w.R + i->A), b = (T*)(w.R + i->B);
        for (int k = 0; k < Count; k += Vector256<T>.Count)
            Keep(w, d, k, TOp.Apply(Vector256.Load(a + k), Vector256.Load(b + k)));
    }

    public static void Vector3<T, TOp>(Warp w, Instruction* i) where T : unmanaged where TOp : IVector3<T>
    {
        T* d = (T*)(w.R + i->D), a = (T*)(w.R + i->A), b = (T*)(w.R + i->B), c = (T*)(w.R + i->C);
        for (int k = 0; k < Count; k += Vector256<T>.Count)
            Keep(w, d, k, TOp.Apply(Vector256.Load(a + k), Vector256.Load(b + k), Vector256.Load(c + k)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Keep<T>(Warp w, T* d, int k, Vector256<T> value) where T : unmanaged
    {
        if (w.Exec != All)
        {
            var mask = sizeof(T) == 8 ? Vector256.Load(w.Mask64 + k).As<ulong, T>() : Vector256.Load(w.Mask32 + k).As<uint, T>();
            value = Vector256.ConditionalSelect(mask, value, Vector256.Load(d + k));
        }
        value.Store(d + k);
    }

    public static void Scalar1<TA, TD, TOp>(Warp w, Instruction* i) where TA : unmanaged where TD : unmanaged
        where TOp : IScalar1<TA, TD>
    {
        byte* d = w.R + i->D, a = w.R + i->A;
        for (uint lanes = w.Exec; lanes != 0; lanes &= lanes - 1)
        {
            int lane = BitOperations.TrailingZeroCount(lanes);
            Set(d, lane, TOp.Apply(Get<TA>(a, lane)));
        }
    }

    public static void Scalar2<TA, TD, TOp>(Warp w, Instruction* i) where TA : unmanaged where TD : unmanaged
        where TOp : IScalar2<TA, TD>
    {
        byte* d = w.R + i->D, a = w.R + i->A, b = w.R + i->B;
        for (uint lanes = w.Exec; lanes != 0; lanes &= lanes - 1)
        {
            int lane = BitOperations.TrailingZeroCount(lanes);
            Set(d, lane, TOp.Apply(Get<TA>(a, lane), Get<TA>(b, lane)));
        }
    }

    public static void Scalar3<TA, TD, TOp>(Warp w, Instruction* i) where TA : unmanaged where TD : unmanaged
        where TOp : IScalar3<TA, TD>
    {
        byte* d = w.R + i->D, a = w.R + i->A, b = w.R + i->B, c = w.R + i->C;
        for (uint lanes = w.Exec; lanes != 0; lanes &= lanes - 1)
        {
            int lane = BitOperations.TrailingZeroCount(lanes);
            Set(d, lane, TOp.Apply(Get<TA>(a, lane), Get<TA>(b, lane), Get<TD>(c, lane)));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Get<T>(byte* register, int lane) where T : unmanaged => *(T*)(register + lane * (sizeof(T) == 8 ? 8 : 4));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Set<T>(byte* register, int lane, T value) where T : unmanaged
    {
        if (sizeof(T) == 8) *(T*)(register + lane * 8) = value;
        else if (sizeof(T) == 4) *(T*)(register + lane * 4) = value;
        else if (sizeof(T) == 2) *(uint*)(register + lane * 4) = *(ushort*)&value;
        else *(uint*)(register + lane * 4) = *(byte*)&value;
    }

    /// <summary>Writes the lanes that run of a predicate.</summary>
    public static void SetPredicate(Warp w, int offset, uint lanes)
    {
        uint* d = (uint*)(w.R + offset);
        *d = (*d & ~w.Exec) | (lanes & w.Exec);
    }
}
