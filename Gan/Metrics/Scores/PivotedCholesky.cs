using System.Numerics;

namespace Ssgan.Gan.Metrics.Scores;

/// <summary>
/// A = FFᵀ of a symmetric matrix without negative eigenvalues, of any rank: Cholesky's method with the largest diagonal that is
/// left next (Higham 2002, section 10.3).
/// </summary>
static unsafe class PivotedCholesky
{
    const int Grain = 64, Alone = 64;
    // The distance from 1 to the next double.
    const double Epsilon = 1.0 / (1L << 52);

    /// <param name="matrix">(n, n), row-major.</param>
    /// <param name="n">Its side.</param>
    /// <param name="threads">Threads that may take part; 0 takes one per logical processor. They change no bit.</param>
    /// <returns>F (n, rank), its largest column last. What is left of the diagonal, n·2⁻⁵² of the largest at most, is rounding
    /// and dropped.</returns>
    internal static (double[] Factor, int Rank) Of(ReadOnlyMemory<double> matrix, int n, int threads)
    {
        double[] factor = new double[n * n], left = new double[n];
        bool[] taken = new bool[n];
        for (int i = 0; i < n; i++) left[i] = matrix.Span[i * (n + 1)];
        double least = n * Epsilon * left.Max();
        int rank = 0;
        for (; rank < n; rank++)
        {
            int pivot = Largest(left, taken);
            if (!(left[pivot] > least)) break;
            taken[pivot] = true;
            Column(matrix, n, factor, pivot, rank, left, taken, threads);
        }
        double[] reversed = new double[n * rank];
        for (int i = 0; i < n; i++)
            for (int j = 0; j < rank; j++) reversed[i * rank + j] = factor[i * n + rank - 1 - j];
        return (reversed, rank);
    }

    static int Largest(double[] left, bool[] taken)
    {
        int largest = Array.IndexOf(taken, false);
        for (int i = largest + 1; i < left.Length; i++)
        {
            if (!taken[i] && left[i] > left[largest]) largest = i;
        }
        return largest;
    }

    static void Column(ReadOnlyMemory<double> matrix, int n, double[] factor, int pivot, int column, double[] left, bool[] taken,
        int threads)
    {
        double root = Math.Sqrt(left[pivot]);
        factor[pivot * n + column] = root;
        HostLoop.For(column < Alone ? 1 : threads, (n + Grain - 1) / Grain, t =>
        {
            var row = matrix.Span.Slice(pivot * n, n);
            fixed (double* start = factor)
            {
                for (int i = t * Grain; i < Math.Min(n, (t + 1) * Grain); i++)
                {
                    if (taken[i]) continue;
                    double* mine = start + (long)i * n;
                    double value = (row[i] - Dot(mine, start + (long)pivot * n, column)) / root;
                    mine[column] = value;
                    left[i] -= value * value;
                }
            }
        });
    }

    static double Dot(double* a, double* b, int count)
    {
        int j = 0, lanes = Vector<double>.Count;
        Vector<double> first = default, second = default;
        for (; j <= count - 2 * lanes; j += 2 * lanes)
        {
            first = Vector.MultiplyAddEstimate(Vector.Load(a + j), Vector.Load(b + j), first);
            second = Vector.MultiplyAddEstimate(Vector.Load(a + j + lanes), Vector.Load(b + j + lanes), second);
        }
        double sum = Vector.Sum(first + second);
        for (; j < count; j++) sum += a[j] * b[j];
        return sum;
    }
}
