using System.Numerics;

namespace Ssgan.Gan.Metrics.Scores;

/// <summary>
/// Squared distances of pairs: within a bound from a product in single precision, or exactly, which is to say in double by
/// Σ(x − y)². Whoever decides by the first only where the bound allows, and else by the second, decides as if there
/// were nothing but the second.
/// </summary>
/// <remarks>
/// For rows a and b that are rounded to F32 once, a product summed in F32 in any order is off by at most γ|a||b|, where
/// γ = n u / (1 − n u) with n = d + 2 and u = 2⁻²⁴ (Higham 2002, section 3.1), and by what underflows: 3d·2⁻¹²⁶ where a device
/// flushes to zero. |a|² + |b|² − 2ab doubles that. All that is done in double, the exact distance's own rounding included, is
/// off by less than 8(d + 4)·2⁻⁵³ of (|a| + |b|)².
/// </remarks>
readonly struct Distances
{
    readonly CentredRows _rows, _columns;
    readonly double _slope, _underflow, _double;

    internal Distances(CentredRows rows, CentredRows columns)
    {
        (_rows, _columns) = (rows, columns);
        double roundings = (rows.Dimensions + 2) / (double)(1 << 24);
        // So many dimensions that F32 says nothing: everything is decided in double.
        _slope = roundings < 0.5 ? 2 * roundings / (1 - roundings) : double.PositiveInfinity;
        _underflow = 8.0 * rows.Dimensions * Math.ScaleB(1, -126);
        _double = 8 * (rows.Dimensions + 4) * Math.ScaleB(1, -53);
        Unit = rows.Scale * rows.Scale;
    }

    /// <summary>What a distance of the features is multiplied by here, a power of two.</summary>
    internal double Unit { get; }

    /// <summary>A distance from the product of two rows, in <see cref="Unit"/>, and how far it may be off.</summary>
    internal (double Distance, double Error) Approximate(int row, int column, float product)
    {
        double a = _rows.Norms[row], b = _columns.Norms[column];
        return (a * a + b * b - 2.0 * product, _slope * (a * b) + _underflow + _double * ((a + b) * (a + b)));
    }

    /// <summary>In <see cref="Unit"/>; the same for (x, y) and (y, x), and 0 for equal rows.</summary>
    internal double Exact(int row, int column) => Squared(_rows.Set[row], _columns.Set[column]) * Unit;

    /// <summary>Σ(x − y)² in double.</summary>
    internal static double Squared(ReadOnlySpan<float> x, ReadOnlySpan<float> y)
    {
        int i = 0, lanes = Vector<float>.Count;
        Vector<double> sums = default, more = default;
        for (; i <= x.Length - lanes; i += lanes)
        {
            Vector.Widen(new Vector<float>(x[i..]), out var xLow, out var xHigh);
            Vector.Widen(new Vector<float>(y[i..]), out var yLow, out var yHigh);
            var (low, high) = (xLow - yLow, xHigh - yHigh);
            sums += low * low;
            more += high * high;
        }
        double sum = Vector.Sum(sums + more);
        for (; i < x.Length; i++)
        {
            double difference = (double)x[i] - y[i];
            sum += difference * difference;
        }
        return sum;
    }
}
