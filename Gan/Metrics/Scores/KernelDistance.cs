using System.Numerics;
using Ssgan.Engine;
using Ssgan.Gan.Data;

namespace Ssgan.Gan.Metrics.Scores;

/// <summary>Rows of one estimate of the kernel distance, as many on each side.</summary>
readonly record struct KernelSubset(int[] Real, int[] Fake);

/// <summary>
/// The kernel distance (Bińkowski et al. 2018), with Inception's features the KID: the unbiased squared maximum mean discrepancy
/// under (x·y/d + 1)³, over subsets.
/// </summary>
public static class KernelDistance
{
    const string Metric = "Kernel distance";
    // Streams of one seed that must not coincide.
    const ulong RealStream = 0x4B01, FakeStream = 0x4B02;
    const int BlockRows = 1024;

    /// <summary>
    /// Mean and deviation over subsets of m rows of each side: Σ k(x, x')/(m(m − 1)) over pairs of different rows, the same of
    /// the other side, less 2Σ k(x, y)/m² over all m² pairs. It may be below zero. Rows are drawn without replacement within a
    /// subset and independently between subsets, from splitmix64 streams of (seed, side, subset).
    /// </summary>
    /// <param name="device">
    /// Computes x·y, in F32 about the mean of the reals, so within (d + 2)·2⁻²⁴·|x − c|·|y − c|; the rest is in double.
    /// </param>
    /// <param name="real">Features of real images.</param>
    /// <param name="fake">Features of generated images.</param>
    /// <param name="subsets">How many, at least 1: 100 of 1,000 rows (StyleGAN), 10 of 5,000 (Mimicry).</param>
    /// <param name="subsetSize">m, at least 2, and at most the rows of either side.</param>
    /// <param name="seed">Chooses the rows.</param>
    /// <param name="threads">Threads of the host that may take part; 0 takes one per logical processor.</param>
    /// <exception cref="ArgumentException">Dimensions differ, or there are too few rows.</exception>
    public static Score Between(Device device, FeatureSet real, FeatureSet fake, int subsets, int subsetSize, ulong seed,
        int threads = 0)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(real);
        ArgumentNullException.ThrowIfNull(fake);
        Guard.SameDimensions(Metric, real.Dimensions, fake.Dimensions);
        Guard.AtLeast(Metric, "the number of subsets", subsets, 1);
        Guard.AtLeast(Metric, "the size of a subset", subsetSize, 2);
        Guard.Rows(Metric, "real features", real, subsetSize);
        Guard.Rows(Metric, "generated features", fake, subsetSize);
        var drawn = Enumerable.Range(0, subsets).Select(i => new KernelSubset(
            Subset.Draw(SplitMix.For(seed, RealStream, (ulong)i), real.Count, subsetSize),
            Subset.Draw(SplitMix.For(seed, FakeStream, (ulong)i), fake.Count, subsetSize)));
        return Score.Of(Over(device, real, fake, drawn, threads));
    }

    /// <summary>The estimate of each subset.</summary>
    internal static double[] Over(Device device, FeatureSet real, FeatureSet fake, IEnumerable<KernelSubset> subsets, int threads)
    {
        double[] centre = Moments.Mean(real, threads);
        var rows = CentredRows.Of(centre, threads, real, fake);
        double[] realTerms = Terms(real, centre, threads), fakeTerms = Terms(fake, centre, threads);
        using var precision = new SinglePrecision(device);
        return [.. subsets.Select(subset => Estimate(device, new Side(rows[0], realTerms, subset.Real, threads),
            new Side(rows[1], fakeTerms, subset.Fake, threads), threads))];
    }

    /// <summary>
    /// t(x) = c·x − c·c/2 of each row, so that x·y = (x − c)·(y − c) + t(x) + t(y).
    /// </summary>
    static double[] Terms(FeatureSet set, double[] centre, int threads)
    {
        double half = 0;
        foreach (double c in centre) half += c * c / 2;
        double[] terms = new double[set.Count];
        HostLoop.For(threads, set.Count, i =>
        {
            var x = set[i];
            double sum = -half;
            for (int j = 0; j < x.Length; j++) sum += centre[j] * x[j];
            terms[i] = sum;
        });
        return terms;
    }

    /// <summary>The rows of a subset, as the device takes them, and their terms.</summary>
    sealed class Side(CentredRows rows, double[] terms, int[] subset, int threads)
    {
        internal int Count => subset.Length;
        internal int Dimensions => rows.Dimensions;
        internal double Scale => rows.Scale;
        internal float[] Values { get; } = rows.Copy(i => subset[i], subset.Length, threads);
        internal double[] Terms { get; } = [.. subset.Select(i => terms[i])];
        internal ReadOnlySpan<float> From(int row, int count) => Values.AsSpan(row * rows.Dimensions, count * rows.Dimensions);
    }

    static double Estimate(Device device, Side real, Side fake, int threads)
    {
        double m = real.Count, pairs = m * (m - 1) / 2;
        return Sum(device, real, real, threads) / pairs + Sum(device, fake, fake, threads) / pairs
            - 2 * Sum(device, real, fake, threads) / (m * m);
    }

    /// <summary>Σ k over all pairs; of a side with itself over the pairs i &lt; j.</summary>
    static double Sum(Device device, Side a, Side b, int threads)
    {
        bool same = a == b;
        double unscale = 1 / (a.Scale * a.Scale);
        double[] sums = new double[a.Count];
        float[] products = new float[Math.Min(BlockRows, a.Count) * b.Count];
        for (int start = 0; start < a.Count; start += BlockRows)
        {
            int rows = Math.Min(BlockRows, a.Count - start), first = start, skip = same ? start : 0, width = b.Count - skip;
            ProductBlocks.Multiply(device, a.From(start, rows), b.From(skip, width), a.Dimensions, products);
            HostLoop.For(threads, rows, i =>
            {
                int from = same ? i + 1 : 0;
                sums[first + i] = SumRow(products.AsSpan(i * width, width)[from..], b.Terms.AsSpan(skip + from), unscale,
                    a.Terms[first + i], a.Dimensions);
            });
        }
        double sum = 0;
        foreach (double row in sums) sum += row;
        return sum;
    }

    /// <summary>Σ ((p·unscale + term + terms)/d + 1)³ over a row of products.</summary>
    static double SumRow(ReadOnlySpan<float> products, ReadOnlySpan<double> terms, double unscale, double term, double dimensions)
    {
        int i = 0, lanes = Vector<double>.Count;
        Vector<double> sums = default, slope = new(unscale / dimensions), per = new(1 / dimensions),
            start = new(term / dimensions + 1);
        for (; i <= products.Length - 2 * lanes; i += 2 * lanes)
        {
            Vector.Widen(new Vector<float>(products[i..]), out var low, out var high);
            var x = low * slope + (new Vector<double>(terms[i..]) * per + start);
            var y = high * slope + (new Vector<double>(terms[(i + lanes)..]) * per + start);
            sums += x * x * x + y * y * y;
        }
        double sum = Vector.Sum(sums);
        for (; i < products.Length; i++)
        {
            double x = products[i] * slope[0] + (terms[i] * per[0] + start[0]);
            sum += x * x * x;
        }
        return sum;
    }
}
