using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Ssgan.Engine.Kernels.Cpu.Convolution.Winograd;

/// <summary>A vector of neighbouring channels, of the width that transforms run at.</summary>
unsafe interface IWinogradLanes<TSelf> where TSelf : struct, IWinogradLanes<TSelf>
{
    /// <summary>Channels.</summary>
    static abstract int Count { get; }

    static abstract TSelf Load(float* from);

    void Store(float* to);

    static abstract TSelf operator +(TSelf a, TSelf b);

    static abstract TSelf operator -(TSelf a, TSelf b);

    static abstract TSelf operator *(TSelf a, float factor);

    /// <summary>a · factor + add.</summary>
    static abstract TSelf MultiplyAdd(TSelf a, float factor, TSelf add);

    static abstract TSelf Abs(TSelf a);

    static abstract float Sum(TSelf a);

    /// <summary>Four partial sums.</summary>
    static abstract Vector128<float> Fold(TSelf a);
}

/// <summary>Eight channels.</summary>
readonly unsafe struct WinogradLanes256(Vector256<float> values) : IWinogradLanes<WinogradLanes256>
{
    readonly Vector256<float> _values = values;

    public static int Count => 8;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WinogradLanes256 Load(float* from) => new(Vector256.Load(from));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(float* to) => _values.Store(to);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WinogradLanes256 operator +(WinogradLanes256 a, WinogradLanes256 b) => new(a._values + b._values);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WinogradLanes256 operator -(WinogradLanes256 a, WinogradLanes256 b) => new(a._values - b._values);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WinogradLanes256 operator *(WinogradLanes256 a, float factor) => new(a._values * factor);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WinogradLanes256 MultiplyAdd(WinogradLanes256 a, float factor, WinogradLanes256 add) =>
        new(Vector256.MultiplyAddEstimate(a._values, Vector256.Create(factor), add._values));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WinogradLanes256 Abs(WinogradLanes256 a) => new(Vector256.Abs(a._values));

    public static float Sum(WinogradLanes256 a) => Vector256.Sum(a._values);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Fold(WinogradLanes256 a) => a._values.GetLower() + a._values.GetUpper();
}

/// <summary>Sixteen channels.</summary>
readonly unsafe struct WinogradLanes512(Vector512<float> values) : IWinogradLanes<WinogradLanes512>
{
    readonly Vector512<float> _values = values;

    public static int Count => 16;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WinogradLanes512 Load(float* from) => new(Vector512.Load(from));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(float* to) => _values.Store(to);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WinogradLanes512 operator +(WinogradLanes512 a, WinogradLanes512 b) => new(a._values + b._values);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WinogradLanes512 operator -(WinogradLanes512 a, WinogradLanes512 b) => new(a._values - b._values);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WinogradLanes512 operator *(WinogradLanes512 a, float factor) => new(a._values * factor);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WinogradLanes512 MultiplyAdd(WinogradLanes512 a, float factor, WinogradLanes512 add) =>
        new(Vector512.MultiplyAddEstimate(a._values, Vector512.Create(factor), add._values));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WinogradLanes512 Abs(WinogradLanes512 a) => new(Vector512.Abs(a._values));

    public static float Sum(WinogradLanes512 a) => Vector512.Sum(a._values);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Fold(WinogradLanes512 a)
    {
        var half = a._values.GetLower() + a._values.GetUpper();
        return half.GetLower() + half.GetUpper();
    }
}
