using System.Runtime.CompilerServices;

namespace Ssgan.Engine.Kernels.Cpu.Convolution.Winograd;

/// <summary>
/// Of F(4, 7): the points are 0, ±3/8, ±3/4, ±5/4, ±5/2 and infinity, which of pairs of eighths round least, five times what
/// F(4, 3) does along one axis. All coefficients but the filters' are exact.
/// </summary>
static class WinogradPoints7
{
    public const float A = 0.375f, B = 0.75f, C = 1.25f, D = 2.5f, A2 = A * A, B2 = B * B, C2 = C * C, D2 = D * D;

    /// <summary>Πk≠i (pᵢ - pₖ); of a pair they are equal.</summary>
    public const float Norm0 = A2 * B2 * C2 * D2, NormA = 2 * A2 * (A2 - B2) * (A2 - C2) * (A2 - D2),
        NormB = 2 * B2 * (B2 - A2) * (B2 - C2) * (B2 - D2), NormC = 2 * C2 * (C2 - A2) * (C2 - B2) * (C2 - D2),
        NormD = 2 * D2 * (D2 - A2) * (D2 - B2) * (D2 - C2);
}

/// <summary>Bᵀ: ten pixels to left factors. Row i has the coefficients of Πk≠i (x - pₖ).</summary>
readonly struct WinogradInput7 : IWinogradMap
{
    public static int Inputs => 10;
    public static int Outputs => 10;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Apply<TLanes, TSource, TTarget>(TSource from, int x, int xStep, TTarget to, int y, int yStep)
        where TLanes : struct, IWinogradLanes<TLanes>
        where TSource : struct, IWinogradSource<TLanes>
        where TTarget : struct, IWinogradTarget<TLanes>
    {
        TLanes d1 = from.Load(x + xStep), d2 = from.Load(x + 2 * xStep), d3 = from.Load(x + 3 * xStep),
            d4 = from.Load(x + 4 * xStep), d5 = from.Load(x + 5 * xStep), d6 = from.Load(x + 6 * xStep),
            d7 = from.Load(x + 7 * xStep), d8 = from.Load(x + 8 * xStep);
        const float a = WinogradPoints7.A2, b = WinogradPoints7.B2, c = WinogradPoints7.C2, d = WinogradPoints7.D2;
        TLanes even = Cubic(d2, d4, d6, d8, b, c, d), odd = Cubic(d1, d3, d5, d7, b, c, d);
        to.Store(y + yStep, TLanes.MultiplyAdd(odd, WinogradPoints7.A, even));
        to.Store(y + 2 * yStep, TLanes.MultiplyAdd(odd, -WinogradPoints7.A, even));
        (even, odd) = (Cubic(d2, d4, d6, d8, a, c, d), Cubic(d1, d3, d5, d7, a, c, d));
        to.Store(y + 3 * yStep, TLanes.MultiplyAdd(odd, WinogradPoints7.B, even));
        to.Store(y + 4 * yStep, TLanes.MultiplyAdd(odd, -WinogradPoints7.B, even));
        (even, odd) = (Cubic(d2, d4, d6, d8, a, b, d), Cubic(d1, d3, d5, d7, a, b, d));
        to.Store(y + 5 * yStep, TLanes.MultiplyAdd(odd, WinogradPoints7.C, even));
        to.Store(y + 6 * yStep, TLanes.MultiplyAdd(odd, -WinogradPoints7.C, even));
        (even, odd) = (Cubic(d2, d4, d6, d8, a, b, c), Cubic(d1, d3, d5, d7, a, b, c));
        to.Store(y + 7 * yStep, TLanes.MultiplyAdd(odd, WinogradPoints7.D, even));
        to.Store(y + 8 * yStep, TLanes.MultiplyAdd(odd, -WinogradPoints7.D, even));
        to.Store(y, Quartic(from.Load(x), d2, d4, d6, d8));
        to.Store(y + 9 * yStep, Quartic(d1, d3, d5, d7, from.Load(x + 9 * xStep)));

        // (x - p)(x - q)(x - r), whose powers are the values.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static TLanes Cubic(TLanes v0, TLanes v1, TLanes v2, TLanes v3, float p, float q, float r) => TLanes.MultiplyAdd(v0,
            -p * q * r, TLanes.MultiplyAdd(v1, p * q + p * r + q * r, TLanes.MultiplyAdd(v2, -(p + q + r), v3)));

        // (x - a)(x - b)(x - c)(x - d).
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static TLanes Quartic(TLanes v0, TLanes v1, TLanes v2, TLanes v3, TLanes v4) => TLanes.MultiplyAdd(v0, a * b * c * d,
            TLanes.MultiplyAdd(v1, -(a * b * c + a * b * d + a * c * d + b * c * d),
                TLanes.MultiplyAdd(v2, a * b + a * c + a * d + b * c + b * d + c * d,
                    TLanes.MultiplyAdd(v3, -(a + b + c + d), v4))));
    }
}

/// <summary>G: seven taps to right factors.</summary>
readonly struct WinogradFilter7 : IWinogradMap
{
    public static int Inputs => 7;
    public static int Outputs => 10;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Apply<TLanes, TSource, TTarget>(TSource from, int x, int xStep, TTarget to, int y, int yStep)
        where TLanes : struct, IWinogradLanes<TLanes>
        where TSource : struct, IWinogradSource<TLanes>
        where TTarget : struct, IWinogradTarget<TLanes>
    {
        TLanes g0 = from.Load(x), g1 = from.Load(x + xStep), g2 = from.Load(x + 2 * xStep), g3 = from.Load(x + 3 * xStep),
            g4 = from.Load(x + 4 * xStep), g5 = from.Load(x + 5 * xStep), g6 = from.Load(x + 6 * xStep);
        to.Store(y, g0 * (1 / WinogradPoints7.Norm0));
        Pair(WinogradPoints7.A, WinogradPoints7.A2, 1 / WinogradPoints7.NormA, 1);
        Pair(WinogradPoints7.B, WinogradPoints7.B2, 1 / WinogradPoints7.NormB, 3);
        Pair(WinogradPoints7.C, WinogradPoints7.C2, 1 / WinogradPoints7.NormC, 5);
        Pair(WinogradPoints7.D, WinogradPoints7.D2, 1 / WinogradPoints7.NormD, 7);
        to.Store(y + 9 * yStep, g6);

        void Pair(float point, float square, float norm, int i)
        {
            var even = TLanes.MultiplyAdd(TLanes.MultiplyAdd(TLanes.MultiplyAdd(g6, square, g4), square, g2), square, g0) * norm;
            var odd = TLanes.MultiplyAdd(TLanes.MultiplyAdd(g5, square, g3), square, g1) * norm;
            to.Store(y + i * yStep, TLanes.MultiplyAdd(odd, point, even));
            to.Store(y + (i + 1) * yStep, TLanes.MultiplyAdd(odd, -point, even));
        }
    }
}

/// <summary>Aᵀ: ten products to four outputs.</summary>
readonly struct WinogradOutput7 : IWinogradMap
{
    public static int Inputs => 10;
    public static int Outputs => 4;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Apply<TLanes, TSource, TTarget>(TSource from, int x, int xStep, TTarget to, int y, int yStep)
        where TLanes : struct, IWinogradLanes<TLanes>
        where TSource : struct, IWinogradSource<TLanes>
        where TTarget : struct, IWinogradTarget<TLanes>
    {
        TLanes m1 = from.Load(x + xStep), m2 = from.Load(x + 2 * xStep), m3 = from.Load(x + 3 * xStep),
            m4 = from.Load(x + 4 * xStep), m5 = from.Load(x + 5 * xStep), m6 = from.Load(x + 6 * xStep),
            m7 = from.Load(x + 7 * xStep), m8 = from.Load(x + 8 * xStep);
        TLanes evenA = m1 + m2, oddA = (m1 - m2) * WinogradPoints7.A, evenB = m3 + m4, oddB = (m3 - m4) * WinogradPoints7.B,
            evenC = m5 + m6, oddC = (m5 - m6) * WinogradPoints7.C, evenD = m7 + m8, oddD = (m7 - m8) * WinogradPoints7.D;
        to.Store(y, from.Load(x) + evenA + evenB + (evenC + evenD));
        to.Store(y + yStep, oddA + oddB + (oddC + oddD));
        to.Store(y + 2 * yStep, Weighted(evenA, evenB, evenC, evenD * WinogradPoints7.D2));
        to.Store(y + 3 * yStep, Weighted(oddA, oddB, oddC,
            TLanes.MultiplyAdd(oddD, WinogradPoints7.D2, from.Load(x + 9 * xStep))));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static TLanes Weighted(TLanes a, TLanes b, TLanes c, TLanes d) => TLanes.MultiplyAdd(a, WinogradPoints7.A2,
            TLanes.MultiplyAdd(b, WinogradPoints7.B2, TLanes.MultiplyAdd(c, WinogradPoints7.C2, d)));
    }
}
