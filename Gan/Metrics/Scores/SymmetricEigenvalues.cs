using System.Numerics;

namespace Ssgan.Gan.Metrics.Scores;

/// <summary>
/// All eigenvalues of a symmetric matrix, without vectors: Householder's reduction to three diagonals, then the implicit QL
/// method (Wilkinson and Reinsch 1971, contributions II/2 and II/4; Golub and Van Loan 2013, sections 8.3.1 and 8.3.3).
/// </summary>
/// <remarks>
/// Errors are of 10⁻¹⁶ of the largest eigenvalue. Rows are reduced from the last one up, so that in a matrix graded with its
/// small entries first, small eigenvalues are as good as their own size allows.
/// </remarks>
static unsafe class SymmetricEigenvalues
{
    // Rows a task takes, and how few are not worth a second thread.
    const int Grain = 64, Alone = 192, MostSweeps = 60;

    /// <param name="matrix">(n, n), all of it; overwritten.</param>
    /// <param name="n">Its side.</param>
    /// <param name="threads">Threads that may take part; 0 takes one per logical processor. They change no bit.</param>
    /// <returns>In ascending order.</returns>
    internal static double[] Of(double[] matrix, int n, int threads)
    {
        double[] diagonal = new double[n], beside = new double[n];
        Reduce(matrix, n, diagonal, beside, threads);
        Iterate(diagonal, beside);
        Array.Sort(diagonal);
        return diagonal;
    }

    /// <summary>
    /// a = QTQᵀ with T's diagonal and, from index 1 on, what is left of it. Step k reflects by H = I − vvᵀ/h what row k has left
    /// of the diagonal into one number; HAH = A − vqᵀ − qvᵀ with p = Av/h and q = p − (vᵀp/2h)v. That update waits for the
    /// next step, which then reads and writes each row once for both.
    /// </summary>
    static void Reduce(double[] a, int n, double[] diagonal, double[] beside, int threads)
    {
        double[] v = new double[n], q = new double[n], next = new double[n], p = new double[n];
        for (int k = n - 1; k > 0; k--)
        {
            // At first there is nothing to catch up with: v and q are zero.
            var row = a.AsSpan(k * n, k + 1);
            for (int j = 0; j <= k; j++) row[j] -= v[k] * q[j] + q[k] * v[j];
            diagonal[k] = row[k];
            double h = Reflector(row[..k], next, out beside[k]);
            Update(a, n, k, new Pending(v, q, next, p), threads);
            double product = 0;
            for (int j = 0; j < k; j++)
            {
                p[j] = h == 0 ? 0 : p[j] / h;
                product += next[j] * p[j];
            }
            double half = h == 0 ? 0 : product / (2 * h);
            for (int j = 0; j < k; j++) q[j] = p[j] - half * next[j];
            (v, next) = (next, v);
        }
        diagonal[0] = n == 1 ? a[0] : a[0] - 2 * v[0] * q[0];
    }

    /// <summary>v and h for which I − vvᵀ/h takes x to a multiple of the last axis; h is 0 where x is one.</summary>
    static double Reflector(ReadOnlySpan<double> x, double[] v, out double multiple)
    {
        int last = x.Length - 1;
        double scale = 0;
        foreach (double value in x[..last]) scale = Math.Max(scale, Math.Abs(value));
        multiple = x[last];
        x.CopyTo(v);
        if (scale == 0)
        {
            Array.Clear(v, 0, x.Length);
            return 0;
        }
        scale = Math.Max(scale, Math.Abs(x[last]));
        double squares = 0;
        for (int j = 0; j <= last; j++)
        {
            v[j] /= scale;
            squares += v[j] * v[j];
        }
        double length = v[last] >= 0 ? -Math.Sqrt(squares) : Math.Sqrt(squares);
        double h = squares - v[last] * length;
        multiple = scale * length;
        v[last] -= length;
        return h;
    }

    /// <summary>The update that waits, and the vector to multiply with.</summary>
    readonly record struct Pending(double[] V, double[] Q, double[] Next, double[] P);

    /// <summary>a −= vqᵀ + qvᵀ in the first k rows and columns, and p = a·next.</summary>
    static void Update(double[] a, int n, int k, Pending pending, int threads) =>
        HostLoop.For(k < Alone ? 1 : threads, (k + Grain - 1) / Grain, t =>
        {
            fixed (double* start = a, v = pending.V, q = pending.Q, next = pending.Next)
            {
                for (int i = t * Grain; i < Math.Min(k, (t + 1) * Grain); i++)
                    pending.P[i] = UpdateRow(start + (long)i * n, v, q, next, v[i], q[i], k);
            }
        });

    static double UpdateRow(double* row, double* v, double* q, double* next, double vi, double qi, int count)
    {
        int j = 0, lanes = Vector<double>.Count;
        Vector<double> wideV = new(-vi), wideQ = new(-qi), first = default, second = default;
        for (; j <= count - 2 * lanes; j += 2 * lanes)
        {
            var x = Vector.MultiplyAddEstimate(wideV, Vector.Load(q + j), Vector.Load(row + j));
            var y = Vector.MultiplyAddEstimate(wideV, Vector.Load(q + j + lanes), Vector.Load(row + j + lanes));
            x = Vector.MultiplyAddEstimate(wideQ, Vector.Load(v + j), x);
            y = Vector.MultiplyAddEstimate(wideQ, Vector.Load(v + j + lanes), y);
            x.Store(row + j);
            y.Store(row + j + lanes);
            first = Vector.MultiplyAddEstimate(x, Vector.Load(next + j), first);
            second = Vector.MultiplyAddEstimate(y, Vector.Load(next + j + lanes), second);
        }
        double sum = Vector.Sum(first + second);
        for (; j < count; j++)
        {
            row[j] -= vi * q[j] + qi * v[j];
            sum += row[j] * next[j];
        }
        return sum;
    }

    /// <summary>Eigenvalues of three diagonals, in place of the middle one; <paramref name="e"/> counts from 1.</summary>
    static void Iterate(double[] d, double[] e)
    {
        int n = d.Length;
        for (int i = 1; i < n; i++) e[i - 1] = e[i];
        e[n - 1] = 0;
        for (int l = 0; l < n; l++)
        {
            for (int sweep = 0; ; sweep++)
            {
                int m = l;
                while (m < n - 1 && !Negligible(e[m], d[m], d[m + 1])) m++;
                if (m == l) break;
                if (sweep == MostSweeps)
                    throw new InvalidOperationException($"Eigenvalue {l} of {n} was not found in {MostSweeps} sweeps.");
                Sweep(d, e, l, m);
            }
        }
    }

    static bool Negligible(double beside, double a, double b) =>
        Math.Abs(a) + Math.Abs(b) + Math.Abs(beside) == Math.Abs(a) + Math.Abs(b);

    /// <summary>A sweep of QL with Wilkinson's shift over the block l to m.</summary>
    static void Sweep(double[] d, double[] e, int l, int m)
    {
        double g = (d[l + 1] - d[l]) / (2 * e[l]), r = Math.Sqrt(g * g + 1);
        g = d[m] - d[l] + e[l] / (g + (g >= 0 ? r : -r));
        double sine = 1, cosine = 1, p = 0;
        for (int i = m - 1; i >= l; i--)
        {
            double f = sine * e[i], b = cosine * e[i];
            e[i + 1] = r = Math.Sqrt(f * f + g * g);
            if (r == 0)
            {
                // The block falls apart here.
                d[i + 1] -= p;
                e[m] = 0;
                return;
            }
            (sine, cosine) = (f / r, g / r);
            g = d[i + 1] - p;
            r = (d[i] - g) * sine + 2 * cosine * b;
            p = sine * r;
            d[i + 1] = g + p;
            g = cosine * r - b;
        }
        d[l] -= p;
        e[l] = g;
        e[m] = 0;
    }
}
