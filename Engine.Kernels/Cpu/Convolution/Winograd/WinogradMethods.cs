using System.Runtime.CompilerServices;

namespace Ssgan.Engine.Kernels.Cpu.Convolution.Winograd;

/// <summary>How filters of one size are done: the maps of a whole tile, and how many values each takes and makes.</summary>
unsafe interface IWinogradMethod
{
    /// <summary>Taps of a filter.</summary>
    static abstract int Taps { get; }

    /// <summary>Products of a tile for each pair of channel and filter; it reads as many pixels.</summary>
    static abstract int Products { get; }

    /// <summary>Results of a tile for each filter.</summary>
    static abstract int Results { get; }

    /// <summary>
    /// Pixels to left factors; <paramref name="between"/> has room for <see cref="WinogradPlan.SquareFloats"/>.
    /// </summary>
    static abstract void Input<TLanes, TSource, TTarget>(TSource from, TTarget to, float* between)
        where TLanes : struct, IWinogradLanes<TLanes>
        where TSource : struct, IWinogradSource<TLanes>
        where TTarget : struct, IWinogradTarget<TLanes>;

    /// <summary>Taps to right factors; the same.</summary>
    static abstract void Filter<TLanes, TSource, TTarget>(TSource from, TTarget to, float* between)
        where TLanes : struct, IWinogradLanes<TLanes>
        where TSource : struct, IWinogradSource<TLanes>
        where TTarget : struct, IWinogradTarget<TLanes>;

    /// <summary>Products to results; the same.</summary>
    static abstract void Output<TLanes, TSource, TTarget>(TSource from, TTarget to, float* between)
        where TLanes : struct, IWinogradLanes<TLanes>
        where TSource : struct, IWinogradSource<TLanes>
        where TTarget : struct, IWinogradTarget<TLanes>;
}

/// <summary>Square filters by 6 x 6 products: 4 x 4 results of 3 x 3 taps, or 2 x 2 of 5 x 5.</summary>
readonly unsafe struct WinogradSquares<TFilter, TOutput> : IWinogradMethod
    where TFilter : IWinogradMap
    where TOutput : IWinogradMap
{
    public static int Taps => TFilter.Inputs * TFilter.Inputs;
    public static int Products => TFilter.Outputs * TFilter.Outputs;
    public static int Results => TOutput.Outputs * TOutput.Outputs;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Input<TLanes, TSource, TTarget>(TSource from, TTarget to, float* between)
        where TLanes : struct, IWinogradLanes<TLanes>
        where TSource : struct, IWinogradSource<TLanes>
        where TTarget : struct, IWinogradTarget<TLanes> =>
        WinogradSquare<WinogradInput>.Apply<TLanes, TSource, TTarget>(from, to, between);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Filter<TLanes, TSource, TTarget>(TSource from, TTarget to, float* between)
        where TLanes : struct, IWinogradLanes<TLanes>
        where TSource : struct, IWinogradSource<TLanes>
        where TTarget : struct, IWinogradTarget<TLanes> =>
        WinogradSquare<TFilter>.Apply<TLanes, TSource, TTarget>(from, to, between);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Output<TLanes, TSource, TTarget>(TSource from, TTarget to, float* between)
        where TLanes : struct, IWinogradLanes<TLanes>
        where TSource : struct, IWinogradSource<TLanes>
        where TTarget : struct, IWinogradTarget<TLanes> =>
        WinogradSquare<TOutput>.Apply<TLanes, TSource, TTarget>(from, to, between);
}

/// <summary>Rows or columns of seven taps: four results by ten products.</summary>
readonly unsafe struct WinogradLines : IWinogradMethod
{
    public static int Taps => 7;
    public static int Products => 10;
    public static int Results => 4;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Input<TLanes, TSource, TTarget>(TSource from, TTarget to, float* between)
        where TLanes : struct, IWinogradLanes<TLanes>
        where TSource : struct, IWinogradSource<TLanes>
        where TTarget : struct, IWinogradTarget<TLanes> =>
        WinogradInput7.Apply<TLanes, TSource, TTarget>(from, 0, 1, to, 0, 1);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Filter<TLanes, TSource, TTarget>(TSource from, TTarget to, float* between)
        where TLanes : struct, IWinogradLanes<TLanes>
        where TSource : struct, IWinogradSource<TLanes>
        where TTarget : struct, IWinogradTarget<TLanes> =>
        WinogradFilter7.Apply<TLanes, TSource, TTarget>(from, 0, 1, to, 0, 1);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Output<TLanes, TSource, TTarget>(TSource from, TTarget to, float* between)
        where TLanes : struct, IWinogradLanes<TLanes>
        where TSource : struct, IWinogradSource<TLanes>
        where TTarget : struct, IWinogradTarget<TLanes> =>
        WinogradOutput7.Apply<TLanes, TSource, TTarget>(from, 0, 1, to, 0, 1);
}

/// <summary>Taps of a filter and results of a tile along each axis.</summary>
readonly record struct WinogradShape(int TapsH, int TapsW, int SideH, int SideW)
{
    /// <summary>3x3 taps by 4x4 results, the only one whose gradients go by this method too.</summary>
    public static WinogradShape Three => new(3, 3, 4, 4);

    public int ReachH => SideH + TapsH - 1;
    public int ReachW => SideW + TapsW - 1;
    public int Taps => TapsH * TapsW;
    public int Products => ReachH * ReachW;
    public int Results => SideH * SideW;
}
