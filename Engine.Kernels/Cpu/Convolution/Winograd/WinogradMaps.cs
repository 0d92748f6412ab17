using System.Runtime.CompilerServices;

namespace Ssgan.Engine.Kernels.Cpu.Convolution.Winograd;

/// <summary>
/// The linear maps of the Toom-Cook algorithm F(4, 3), which computes four neighbouring outputs of a filter with three taps by
/// six multiplications instead of twelve (Winograd 1980; Lavin and Gray 2016, "Fast Algorithms for Convolutional Neural
/// Networks", section 4). In two dimensions y = Aᵀ[(G g Gᵀ) ⊙ (Bᵀ d B)]A. The points are 0, ±3/4, ±3/2 and infinity: of the pairs
/// tried they, and ±1/√2, ±√2, round least, half of what the usual ±1, ±2 do, and their squares are exact.
/// </summary>
interface IWinogradMap
{
    /// <summary>Values that go in, along each side of a square.</summary>
    static abstract int Inputs { get; }

    /// <summary>Values that come out, along each side of a square.</summary>
    static abstract int Outputs { get; }

    /// <summary>
    /// Maps the values <paramref name="x"/>, x + xStep, ... of the source to <paramref name="y"/>, y + yStep, ... of the target.
    /// </summary>
    static abstract void Apply<TLanes, TSource, TTarget>(TSource from, int x, int xStep, TTarget to, int y, int yStep)
        where TLanes : struct, IWinogradLanes<TLanes>
        where TSource : struct, IWinogradSource<TLanes>
        where TTarget : struct, IWinogradTarget<TLanes>;
}

/// <summary>Where a map reads: vectors of neighbouring channels, numbered along the rows of a square.</summary>
interface IWinogradSource<TLanes>
{
    TLanes Load(int i);
}

/// <summary>Where a map writes; see <see cref="IWinogradSource{TLanes}"/>.</summary>
interface IWinogradTarget<TLanes>
{
    void Store(int i, TLanes value);
}

static class WinogradPoints
{
    // P and Q are the points ±P, ±Q.
    public const float P = 0.75f, Q = 1.5f, P2 = P * P, Q2 = Q * Q;
    // Πk≠i (pᵢ - pₖ) for the points 0, ±P, ±Q.
    public const float Norm0 = P2 * Q2, NormP = 2 * P2 * (P2 - Q2), NormQ = 2 * Q2 * (Q2 - P2);
}

/// <summary>Bᵀ: six pixels to six products' left factors. Row i has the coefficients of Πk≠i (x - pₖ).</summary>
readonly struct WinogradInput : IWinogradMap
{
    public static int Inputs => 6;
    public static int Outputs => 6;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Apply<TLanes, TSource, TTarget>(TSource from, int x, int xStep, TTarget to, int y, int yStep)
        where TLanes : struct, IWinogradLanes<TLanes>
        where TSource : struct, IWinogradSource<TLanes>
        where TTarget : struct, IWinogradTarget<TLanes>
    {
        TLanes d1 = from.Load(x + xStep), d2 = from.Load(x + 2 * xStep), d3 = from.Load(x + 3 * xStep),
            d4 = from.Load(x + 4 * xStep);
        var even = TLanes.MultiplyAdd(d2, -WinogradPoints.Q2, d4);
        var odd = TLanes.MultiplyAdd(d1, -WinogradPoints.Q2, d3);
        to.Store(y + yStep, TLanes.MultiplyAdd(odd, WinogradPoints.P, even));
        to.Store(y + 2 * yStep, TLanes.MultiplyAdd(odd, -WinogradPoints.P, even));
        even = TLanes.MultiplyAdd(d2, -WinogradPoints.P2, d4);
        odd = TLanes.MultiplyAdd(d1, -WinogradPoints.P2, d3);
        to.Store(y + 3 * yStep, TLanes.MultiplyAdd(odd, WinogradPoints.Q, even));
        to.Store(y + 4 * yStep, TLanes.MultiplyAdd(odd, -WinogradPoints.Q, even));
        const float middle = -(WinogradPoints.P2 + WinogradPoints.Q2), last = WinogradPoints.P2 * WinogradPoints.Q2;
        to.Store(y, TLanes.MultiplyAdd(from.Load(x), last, TLanes.MultiplyAdd(d2, middle, d4)));
        to.Store(y + 5 * yStep,
            TLanes.MultiplyAdd(d1, last, TLanes.MultiplyAdd(d3, middle, from.Load(x + 5 * xStep))));
    }
}

/// <summary>G: three taps to six products' right factors.</summary>
readonly struct WinogradFilter : IWinogradMap
{
    public static int Inputs => 3;
    public static int Outputs => 6;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Apply<TLanes, TSource, TTarget>(TSource from, int x, int xStep, TTarget to, int y, int yStep)
        where TLanes : struct, IWinogradLanes<TLanes>
        where TSource : struct, IWinogradSource<TLanes>
        where TTarget : struct, IWinogradTarget<TLanes>
    {
        TLanes g0 = from.Load(x), g1 = from.Load(x + xStep), g2 = from.Load(x + 2 * xStep);
        to.Store(y, g0 * (1 / WinogradPoints.Norm0));
        var even = TLanes.MultiplyAdd(g2, WinogradPoints.P2 / WinogradPoints.NormP, g0 * (1 / WinogradPoints.NormP));
        to.Store(y + yStep, TLanes.MultiplyAdd(g1, WinogradPoints.P / WinogradPoints.NormP, even));
        to.Store(y + 2 * yStep, TLanes.MultiplyAdd(g1, -WinogradPoints.P / WinogradPoints.NormP, even));
        even = TLanes.MultiplyAdd(g2, WinogradPoints.Q2 / WinogradPoints.NormQ, g0 * (1 / WinogradPoints.NormQ));
        to.Store(y + 3 * yStep, TLanes.MultiplyAdd(g1, WinogradPoints.Q / WinogradPoints.NormQ, even));
        to.Store(y + 4 * yStep, TLanes.MultiplyAdd(g1, -WinogradPoints.Q / WinogradPoints.NormQ, even));
        to.Store(y + 5 * yStep, g2);
    }
}

/// <summary>Aᵀ: six products to four outputs.</summary>
readonly struct WinogradOutput : IWinogradMap
{
    public static int Inputs => 6;
    public static int Outputs => 4;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Apply<TLanes, TSource, TTarget>(TSource from, int x, int xStep, TTarget to, int y, int yStep)
        where TLanes : struct, IWinogradLanes<TLanes>
        where TSource : struct, IWinogradSource<TLanes>
        where TTarget : struct, IWinogradTarget<TLanes>
    {
        TLanes m1 = from.Load(x + xStep), m2 = from.Load(x + 2 * xStep), m3 = from.Load(x + 3 * xStep),
            m4 = from.Load(x + 4 * xStep);
        TLanes evenP = m1 + m2, oddP = (m1 - m2) * WinogradPoints.P, evenQ = m3 + m4,
            oddQ = (m3 - m4) * WinogradPoints.Q;
        to.Store(y, from.Load(x) + evenP + evenQ);
        to.Store(y + yStep, oddP + oddQ);
        to.Store(y + 2 * yStep, TLanes.MultiplyAdd(evenP, WinogradPoints.P2, evenQ * WinogradPoints.Q2));
        var last = TLanes.MultiplyAdd(oddQ, WinogradPoints.Q2, from.Load(x + 5 * xStep));
        to.Store(y + 3 * yStep, TLanes.MultiplyAdd(oddP, WinogradPoints.P2, last));
    }
}

/// <summary>G of F(2, 5), which has the same points: five taps to six right factors.</summary>
readonly struct WinogradFilter5 : IWinogradMap
{
    public static int Inputs => 5;
    public static int Outputs => 6;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Apply<TLanes, TSource, TTarget>(TSource from, int x, int xStep, TTarget to, int y, int yStep)
        where TLanes : struct, IWinogradLanes<TLanes>
        where TSource : struct, IWinogradSource<TLanes>
        where TTarget : struct, IWinogradTarget<TLanes>
    {
        TLanes g0 = from.Load(x), g1 = from.Load(x + xStep), g2 = from.Load(x + 2 * xStep), g3 = from.Load(x + 3 * xStep),
            g4 = from.Load(x + 4 * xStep);
        to.Store(y, g0 * (1 / WinogradPoints.Norm0));
        Pair(WinogradPoints.P, WinogradPoints.P2, 1 / WinogradPoints.NormP, 1);
        Pair(WinogradPoints.Q, WinogradPoints.Q2, 1 / WinogradPoints.NormQ, 3);
        to.Store(y + 5 * yStep, g4);

        void Pair(float point, float square, float norm, int i)
        {
            var even = TLanes.MultiplyAdd(TLanes.MultiplyAdd(g4, square, g2), square, g0) * norm;
            var odd = TLanes.MultiplyAdd(g3, square, g1) * norm;
            to.Store(y + i * yStep, TLanes.MultiplyAdd(odd, point, even));
            to.Store(y + (i + 1) * yStep, TLanes.MultiplyAdd(odd, -point, even));
        }
    }
}

/// <summary>Aᵀ of F(2, 5): six products to two outputs.</summary>
readonly struct WinogradOutput5 : IWinogradMap
{
    public static int Inputs => 6;
    public static int Outputs => 2;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Apply<TLanes, TSource, TTarget>(TSource from, int x, int xStep, TTarget to, int y, int yStep)
        where TLanes : struct, IWinogradLanes<TLanes>
        where TSource : struct, IWinogradSource<TLanes>
        where TTarget : struct, IWinogradTarget<TLanes>
    {
        TLanes m1 = from.Load(x + xStep), m2 = from.Load(x + 2 * xStep), m3 = from.Load(x + 3 * xStep),
            m4 = from.Load(x + 4 * xStep);
        to.Store(y, from.Load(x) + (m1 + m2) + (m3 + m4));
        var last = TLanes.MultiplyAdd(m3 - m4, WinogradPoints.Q, from.Load(x + 5 * xStep));
        to.Store(y + yStep, TLanes.MultiplyAdd(m1 - m2, WinogradPoints.P, last));
    }
}

/// <summary>A, the adjoint of <see cref="WinogradOutput"/>: the gradient of four outputs to that of six products.</summary>
readonly struct WinogradOutputGradient : IWinogradMap
{
    public static int Inputs => 4;
    public static int Outputs => 6;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Apply<TLanes, TSource, TTarget>(TSource from, int x, int xStep, TTarget to, int y, int yStep)
        where TLanes : struct, IWinogradLanes<TLanes>
        where TSource : struct, IWinogradSource<TLanes>
        where TTarget : struct, IWinogradTarget<TLanes>
    {
        TLanes y0 = from.Load(x), y1 = from.Load(x + xStep), y2 = from.Load(x + 2 * xStep),
            y3 = from.Load(x + 3 * xStep);
        to.Store(y, y0);
        var even = TLanes.MultiplyAdd(y2, WinogradPoints.P2, y0);
        var odd = TLanes.MultiplyAdd(y3, WinogradPoints.P2, y1) * WinogradPoints.P;
        to.Store(y + yStep, even + odd);
        to.Store(y + 2 * yStep, even - odd);
        even = TLanes.MultiplyAdd(y2, WinogradPoints.Q2, y0);
        odd = TLanes.MultiplyAdd(y3, WinogradPoints.Q2, y1) * WinogradPoints.Q;
        to.Store(y + 3 * yStep, even + odd);
        to.Store(y + 4 * yStep, even - odd);
        to.Store(y + 5 * yStep, y3);
    }
}

/// <summary>Gᵀ, the adjoint of <see cref="WinogradFilter"/>: the gradient of six right factors to that of three taps.</summary>
readonly struct WinogradFilterGradient : IWinogradMap
{
    public static int Inputs => 6;
    public static int Outputs => 3;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Apply<TLanes, TSource, TTarget>(TSource from, int x, int xStep, TTarget to, int y, int yStep)
        where TLanes : struct, IWinogradLanes<TLanes>
        where TSource : struct, IWinogradSource<TLanes>
        where TTarget : struct, IWinogradTarget<TLanes>
    {
        TLanes m1 = from.Load(x + xStep), m2 = from.Load(x + 2 * xStep), m3 = from.Load(x + 3 * xStep),
            m4 = from.Load(x + 4 * xStep);
        TLanes evenP = (m1 + m2) * (1 / WinogradPoints.NormP),
            oddP = (m1 - m2) * (WinogradPoints.P / WinogradPoints.NormP);
        TLanes evenQ = (m3 + m4) * (1 / WinogradPoints.NormQ),
            oddQ = (m3 - m4) * (WinogradPoints.Q / WinogradPoints.NormQ);
        to.Store(y, TLanes.MultiplyAdd(from.Load(x), 1 / WinogradPoints.Norm0, evenP + evenQ));
        to.Store(y + yStep, oddP + oddQ);
        var last = TLanes.MultiplyAdd(evenQ, WinogradPoints.Q2, from.Load(x + 5 * xStep));
        to.Store(y + 2 * yStep, TLanes.MultiplyAdd(evenP, WinogradPoints.P2, last));
    }
}
