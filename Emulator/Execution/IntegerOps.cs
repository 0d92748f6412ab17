using System.Numerics;
using System.Runtime.Intrinsics;

namespace Ssgan.Emulator;

struct Add<T> : IVector2<T>, IScalar2<T, T> where T : unmanaged, INumber<T>
{
    public static Vector256<T> Apply(Vector256<T> a, Vector256<T> b) => a + b;
    public static T Apply(T a, T b) => unchecked(a + b);
}

struct Subtract<T> : IVector2<T>, IScalar2<T, T> where T : unmanaged, INumber<T>
{
    public static Vector256<T> Apply(Vector256<T> a, Vector256<T> b) => a - b;
    public static T Apply(T a, T b) => unchecked(a - b);
}

struct Multiply<T> : IVector2<T>, IScalar2<T, T> where T : unmanaged, INumber<T>
{
    public static Vector256<T> Apply(Vector256<T> a, Vector256<T> b) => a * b;
    public static T Apply(T a, T b) => unchecked(a * b);
}

struct MultiplyAdd<T> : IVector3<T>, IScalar3<T, T> where T : unmanaged, INumber<T>
{
    public static Vector256<T> Apply(Vector256<T> a, Vector256<T> b, Vector256<T> c) => a * b + c;
    public static T Apply(T a, T b, T c) => unchecked(a * b + c);
}

/// <summary>The high half of the product; T is the type and TWide one with twice the bits.</summary>
struct MultiplyHigh<T, TWide> : IScalar2<T, T>, IScalar3<T, T> where T
    : unmanaged, IBinaryInteger<T> where TWide : IBinaryInteger<TWide>
{
    public static T Apply(T a, T b) =>
        T.CreateTruncating((TWide.CreateTruncating(a) * TWide.CreateTruncating(b)) >> (a.GetByteCount() * 8));
    public static T Apply(T a, T b, T c) => unchecked(Apply(a, b) + c);
}

struct MultiplyWide<T, TWide> : IScalar2<T, TWide>, IScalar3<T, TWide> where T : unmanaged, INumber<T> where TWide
    : unmanaged, INumber<TWide>
{
    public static TWide Apply(T a, T b) => TWide.CreateTruncating(a) * TWide.CreateTruncating(b);
    public static TWide Apply(T a, T b, TWide c) => unchecked(Apply(a, b) + c);
}

/// <summary>A card gives all ones for a division by zero, and its dividend for the most negative number by -1.</summary>
struct Divide<T> : IScalar2<T, T> where T : unmanaged, IBinaryInteger<T>
{
    public static T Apply(T a, T b) => T.IsZero(b) ? ~T.Zero : T.IsNegative(b) && T.IsZero(~b) ? unchecked(T.Zero - a) : a / b;
}

struct Remainder<T> : IScalar2<T, T> where T : unmanaged, IBinaryInteger<T>
{
    public static T Apply(T a, T b) => T.IsZero(b) ? a : T.IsNegative(b) && T.IsZero(~b) ? T.Zero : a % b;
}

struct Minimum<T> : IVector2<T>, IScalar2<T, T> where T : unmanaged, INumber<T>
{
    public static Vector256<T> Apply(Vector256<T> a, Vector256<T> b) => Vector256.Min(a, b);
    public static T Apply(T a, T b) => T.Min(a, b);
}

struct Maximum<T> : IVector2<T>, IScalar2<T, T> where T : unmanaged, INumber<T>
{
    public static Vector256<T> Apply(Vector256<T> a, Vector256<T> b) => Vector256.Max(a, b);
    public static T Apply(T a, T b) => T.Max(a, b);
}

struct AbsoluteInteger<T> : IScalar1<T, T> where T : unmanaged, IBinaryInteger<T>
{
    public static T Apply(T a) => T.IsNegative(a) ? unchecked(T.Zero - a) : a;
}

struct NegateInteger<T> : IVector1<T>, IScalar1<T, T> where T : unmanaged, INumber<T>
{
    public static Vector256<T> Apply(Vector256<T> a) => Vector256<T>.Zero - a;
    public static T Apply(T a) => unchecked(T.Zero - a);
}

struct And<T> : IVector2<T> where T : unmanaged
{
    public static Vector256<T> Apply(Vector256<T> a, Vector256<T> b) => a & b;
}

struct Or<T> : IVector2<T> where T : unmanaged
{
    public static Vector256<T> Apply(Vector256<T> a, Vector256<T> b) => a | b;
}

struct Xor<T> : IVector2<T> where T : unmanaged
{
    public static Vector256<T> Apply(Vector256<T> a, Vector256<T> b) => a ^ b;
}

struct Not<T> : IVector1<T>, IScalar1<T, T> where T : unmanaged, IBinaryInteger<T>
{
    public static Vector256<T> Apply(Vector256<T> a) => ~a;
    public static T Apply(T a) => ~a;
}

struct Copy<T> : IVector1<T> where T : unmanaged
{
    public static Vector256<T> Apply(Vector256<T> a) => a;
}

/// <summary>C-style not: 1 for zero, else 0.</summary>
struct LogicalNot<T> : IScalar1<T, T> where T : unmanaged, IBinaryInteger<T>
{
    public static T Apply(T a) => T.IsZero(a) ? T.One : T.Zero;
}

struct CountOnes<T> : IScalar1<T, uint> where T : unmanaged, IBinaryInteger<T>
{
    public static uint Apply(T a) => uint.CreateTruncating(T.PopCount(a));
}

struct CountLeadingZeros<T> : IScalar1<T, uint> where T : unmanaged, IBinaryInteger<T>
{
    public static uint Apply(T a) => uint.CreateTruncating(T.LeadingZeroCount(a));
}

/// <summary>The place of the highest bit that differs from the sign; all ones where there is none.</summary>
struct FindHighestBit<T> : IScalar1<T, uint> where T : unmanaged, IBinaryInteger<T>
{
    public static uint Apply(T a)
    {
        if (T.IsNegative(a)) a = ~a;
        return T.IsZero(a) ? uint.MaxValue : (uint)(a.GetByteCount() * 8 - 1) - uint.CreateTruncating(T.LeadingZeroCount(a));
    }
}

struct ReverseBits<T> : IScalar1<T, T> where T : unmanaged, IBinaryInteger<T>
{
    public static T Apply(T a)
    {
        var reversed = T.Zero;
        for (int k = a.GetByteCount() * 8; k > 0; k--, a >>>= 1) reversed = (reversed << 1) | (a & T.One);
        return reversed;
    }
}

struct Select<T> : IScalar3<T, T> where T : unmanaged, INumber<T>
{
    public static T Apply(T a, T b, T c) => T.IsNegative(c) ? b : a;
}
