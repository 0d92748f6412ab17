using Ssgan.Emulator;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Kernels.Cpu;

namespace Ssgan.Tests.Kernels;

public class SpectralNormKernelTests
{
    static SpectralLayer Layer(NnArrays a, params ReadOnlySpan<int> dims)
    {
        int rows = dims[0], columns = (int)(new Shape(dims).Count / rows);
        return new(a.Normals(dims), Unit(a, rows), Unit(a, columns), a.Output(1), a.Output(dims));
    }

    static TensorView Unit(NnArrays a, int n)
    {
        float[] x = a.Read(a.Normals(n));
        double norm = Math.Sqrt(NnChecks.Dot(x, x));
        return a.Of(Array.ConvertAll(x, v => (float)(v / norm)), n);
    }

    static double[] Normalized(double[] x)
    {
        double norm = Math.Max(Math.Sqrt(x.Sum(v => v * v)), 1e-12);
        return Array.ConvertAll(x, v => v / norm);
    }

    static double[] Times(float[] w, double[] v, int rows)
    {
        var y = new double[rows];
        for (int i = 0; i < w.Length; i++) y[i / v.Length] += w[i] * v[i % v.Length];
        return y;
    }

    static double[] TransposeTimes(float[] w, double[] u)
    {
        var v = new double[w.Length / u.Length];
        for (int i = 0; i < w.Length; i++) v[i % v.Length] += w[i] * u[i / v.Length];
        return v;
    }

    [Test]
    public void Iterations_follow_the_definition_in_every_layer([Values(0, 1, 3)] int iterations)
    {
        using var b = new CpuBackend(2);
        using var a = new NnArrays(b);
        SpectralLayer[] layers =
        [
            Layer(a, 1, 1), Layer(a, 1, 128), Layer(a, 5, 3, 3, 3), Layer(a, 64, 3, 3, 17),
            Layer(a, 129, 1, 1, 8), Layer(a, 33, 3000), Layer(a, 300, 257), Layer(a, 4, 40000),
        ];
        var before = layers.Select(l => (U: a.Read(l.U), V: a.Read(l.V))).ToArray();
        b.SpectralNormForward(layers, iterations, 1e-12f);
        for (int i = 0; i < layers.Length; i++)
        {
            float[] w = a.Read(layers[i].W);
            double[] u = Array.ConvertAll(before[i].U, x => (double)x), v = Array.ConvertAll(before[i].V, x => (double)x);
            for (int t = 0; t < iterations; t++)
            {
                v = Normalized(TransposeTimes(w, u));
                u = Normalized(Times(w, v, u.Length));
            }
            double[] wv = Times(w, v, u.Length);
            double sigma = 0;
            for (int r = 0; r < u.Length; r++) sigma += u[r] * wv[r];
            NnChecks.Close(a.Read(layers[i].U), u, 1e-5);
            NnChecks.Close(a.Read(layers[i].V), v, 1e-5);
            // Without iterations sigma is a sum of random signs: its error is that of its terms, of norm ‖w·v‖.
            NnChecks.Close(a.Read(layers[i].Sigma), [sigma], 1e-5 * Math.Sqrt(wv.Sum(x => x * x)));
            float s = a.Read(layers[i].Sigma)[0];
            NnChecks.Close(a.Read(layers[i].Normalized), Array.ConvertAll(w, x => (double)x / s), 0, 1e-6);
            if (iterations > 0) continue;
            Assert.That(a.Read(layers[i].U), Is.EqualTo(before[i].U));
            Assert.That(a.Read(layers[i].V), Is.EqualTo(before[i].V));
        }
    }

    /// <summary>The largest singular value by one-sided Jacobi rotations (Hestenes), in double.</summary>
    static double LargestSingularValue(float[] w, int rows, int columns)
    {
        var a = Array.ConvertAll(w, x => (double)x);
        for (int sweep = 0; sweep < 60; sweep++)
            for (int p = 0; p < columns; p++)
                for (int q = p + 1; q < columns; q++)
                {
                    double pp = 0, qq = 0, pq = 0;
                    for (int r = 0; r < rows; r++)
                    {
                        pp += a[r * columns + p] * a[r * columns + p];
                        qq += a[r * columns + q] * a[r * columns + q];
                        pq += a[r * columns + p] * a[r * columns + q];
                    }
                    if (Math.Abs(pq) <= 1e-14 * Math.Sqrt(pp * qq)) continue;
                    double zeta = (qq - pp) / (2 * pq),
                        t = (zeta >= 0 ? 1 : -1) / (Math.Abs(zeta) + Math.Sqrt(1 + zeta * zeta)), c = 1 / Math.Sqrt(1 + t * t);
                    for (int r = 0; r < rows; r++)
                    {
                        double x = a[r * columns + p], y = a[r * columns + q];
                        a[r * columns + p] = c * (x - t * y);
                        a[r * columns + q] = c * (t * x + y);
                    }
                }
        return Enumerable.Range(0, columns)
            .Max(k => Math.Sqrt(Enumerable.Range(0, rows).Sum(r => a[r * columns + k] * a[r * columns + k])));
    }

    [TestCase(6, 6)]
    [TestCase(9, 5)]
    [TestCase(3, 20)]
    public void Many_iterations_find_the_largest_singular_value(int rows, int columns)
    {
        using var b = new CpuBackend(1);
        using var a = new NnArrays(b, 5);
        SpectralLayer[] layers = [Layer(a, rows, columns)];
        b.SpectralNormForward(layers, 500, 1e-12f);
        double sigma = LargestSingularValue(a.Read(layers[0].W), rows, columns);
        Assert.That(a.Read(layers[0].Sigma)[0], Is.EqualTo(sigma).Within(1e-5 * sigma));
        Assert.That(LargestSingularValue(a.Read(layers[0].Normalized), rows, columns), Is.EqualTo(1).Within(1e-5));
    }

    [Test]
    public void A_zero_u_stays_finite()
    {
        using var b = new CpuBackend(1);
        using var a = new NnArrays(b);
        var layer = Layer(a, 4, 9) with { U = a.Of(new float[4], 4) };
        b.SpectralNormForward([layer], 1, 1e-12f);
        Assert.That(a.Read(layer.U).Concat(a.Read(layer.V)), Is.All.Zero);
        Assert.That(a.Read(layer.Sigma), Is.All.Zero);
        Assert.DoesNotThrow(() => b.SpectralNormForward([], 1, 1e-12f));
    }

    [TestCase(1, 1)]
    [TestCase(5, 27)]
    [TestCase(129, 33)]
    [TestCase(64, 1152)]
    [TestCase(2, 70000)]
    public void Backward_adds_the_gradient_at_fixed_vectors(int rows, int columns)
    {
        using var b = new CpuBackend(2);
        using var a = new NnArrays(b);
        var layer = Layer(a, rows, columns);
        b.SpectralNormForward([layer], 2, 1e-12f);
        var (dn, dw) = (a.Normals(rows, columns), a.Normals(rows, columns));
        float[] start = a.Read(dw), w = a.Read(layer.W), g = a.Read(dn), u = a.Read(layer.U), v = a.Read(layer.V);
        b.SpectralNormBackward(layer, dn, dw);
        double sigma = a.Read(layer.Sigma)[0], dot = NnChecks.Dot(g, w);
        var expected = new double[w.Length];
        for (int i = 0; i < w.Length; i++)
            expected[i] = start[i] + g[i] / sigma - dot / (sigma * sigma) * u[i / columns] * v[i % columns];
        NnChecks.Close(a.Read(dw), expected, 2e-6, 1e-5);
    }

    [Test]
    public void Backward_of_many_layers_is_that_of_each()
    {
        using var b = new CpuBackend(2);
        using var a = new NnArrays(b);
        SpectralLayer[] layers = [Layer(a, 5, 27), Layer(a, 1, 1), Layer(a, 64, 40)];
        b.SpectralNormForward(layers, 1, 1e-12f);
        TensorView[] dn = [.. layers.Select(l => a.Normals(l.W.Shape[0], (int)l.V.Count))],
            dw = [.. dn.Select(v => a.Of(a.Read(v), v.Shape[0], v.Shape[1]))];
        TensorView[] alone = [.. dw.Select(v => a.Of(a.Read(v), v.Shape[0], v.Shape[1]))];
        b.SpectralNormBackward(layers, dn, dw);
        for (int i = 0; i < layers.Length; i++)
        {
            b.SpectralNormBackward(layers[i], dn[i], alone[i]);
            NnChecks.Same(a.Read(dw[i]), a.Read(alone[i]));
        }
    }

    [Test]
    public void Backward_is_the_slope_of_the_forward()
    {
        const double H = 1e-2;
        using var b = new CpuBackend(1);
        using var a = new NnArrays(b);
        var layer = Layer(a, 4, 6);
        b.SpectralNormForward([layer], 3, 1e-12f);
        var (dn, dw) = (a.Normals(4, 6), a.Of(new float[24], 4, 6));
        b.SpectralNormBackward(layer, dn, dw);
        float[] w = a.Read(layer.W), g = a.Read(dn), slope = a.Read(dw);
        for (int i = 0; i < 24; i++)
        {
            double Value(double change)
            {
                var moved = (float[])w.Clone();
                moved[i] += (float)change;
                var other = layer with { W = a.Of(moved, 4, 6), Normalized = a.Output(4, 6) };
                b.SpectralNormForward([other], 0, 1e-12f);
                return NnChecks.Dot(a.Read(other.Normalized), g);
            }
            // Central differences: the error is of order H² times a third derivative of size one.
            Assert.That((Value(H) - Value(-H)) / (2 * H), Is.EqualTo(slope[i]).Within(1e-3));
        }
    }

    [Test]
    public void Threads_do_not_matter_and_nothing_is_allocated()
    {
        NnChecks.ThreadsDoNotMatter((b, a) =>
        {
            SpectralLayer[] layers = [Layer(a, 200, 1153), Layer(a, 5, 3, 3, 3), Layer(a, 64, 3, 3, 17)];
            b.SpectralNormForward(layers, 2, 1e-12f);
            var (dn, dw) = (a.Normals(200, 1153), a.Normals(200, 1153));
            b.SpectralNormBackward(layers[0], dn, dw);
            return [.. layers.SelectMany(l => new[] { a.Read(l.U), a.Read(l.V), a.Read(l.Sigma), a.Read(l.Normalized) }),
                a.Read(dw)];
        });
        using var backend = new CpuBackend(2);
        using var arrays = new NnArrays(backend);
        SpectralLayer[] many = [Layer(arrays, 200, 1153), Layer(arrays, 5, 3, 3, 3), Layer(arrays, 64, 3, 3, 17)];
        var (p, q) = (arrays.Normals(200, 1153), arrays.Normals(200, 1153));
        NnChecks.AllocatesNothing(() => backend.SpectralNormForward(many, 1, 1e-12f));
        NnChecks.AllocatesNothing(() => backend.SpectralNormBackward(many[0], p, q));
    }
}
