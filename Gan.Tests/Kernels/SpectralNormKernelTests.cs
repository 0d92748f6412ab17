using Ssgan.Engine.Kernels;
using Ssgan.Engine.Kernels.Cpu;

namespace Ssgan.Tests.Kernels;

public class SpectralNormKernelTests
{
    static SpectralLayer Layer(KernelArrays a, params ReadOnlySpan<int> dims)
    {
        int rows = dims[0], columns = (int)(new Shape(dims).Count / rows);
        return new(a.Normals(dims), Unit(a, rows), Unit(a, columns), a.Output(1), a.Output(dims));
    }

    static TensorView Unit(KernelArrays a, int n)
    {
        float[] x = a.Read(a.Normals(n));
        double norm = Math.Sqrt(KernelChecks.Dot(x, x));
        return a.Of(Array.ConvertAll(x, v => (float)(v / norm)), n);
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
        using var a = new KernelArrays(b, 5);
        SpectralLayer[] layers = [Layer(a, rows, columns)];
        b.SpectralNormForward(layers, 500, 1e-12f);
        double sigma = LargestSingularValue(a.Read(layers[0].W), rows, columns);
        Assert.That(a.Read(layers[0].Sigma)[0], Is.EqualTo(sigma).Within(1e-5 * sigma));
        Assert.That(LargestSingularValue(a.Read(layers[0].Normalized), rows, columns), Is.EqualTo(1).Within(1e-5));
    }

    [Test]
    public void Backward_of_many_layers_is_that_of_each()
    {
        using var b = new CpuBackend(2);
        using var a = new KernelArrays(b);
        SpectralLayer[] layers = [Layer(a, 5, 27), Layer(a, 1, 1), Layer(a, 64, 40)];
        b.SpectralNormForward(layers, 1, 1e-12f);
        TensorView[] dn = [.. layers.Select(l => a.Normals(l.W.Shape[0], (int)l.V.Count))],
            dw = [.. dn.Select(v => a.Of(a.Read(v), v.Shape[0], v.Shape[1]))];
        TensorView[] alone = [.. dw.Select(v => a.Of(a.Read(v), v.Shape[0], v.Shape[1]))];
        b.SpectralNormBackward(layers, dn, dw);
        for (int i = 0; i < layers.Length; i++)
        {
            b.SpectralNormBackward(layers[i], dn[i], alone[i]);
            KernelChecks.AssertSame(a.Read(dw[i]), a.Read(alone[i]));
        }
    }

    [Test]
    public void Backward_is_the_slope_of_the_forward()
    {
        const double H = 1e-2;
        using var b = new CpuBackend(1);
        using var a = new KernelArrays(b);
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
                return KernelChecks.Dot(a.Read(other.Normalized), g);
            }
            // Central differences: the error is of order H² times a third derivative of size one.
            Assert.That((Value(H) - Value(-H)) / (2 * H), Is.EqualTo(slope[i]).Within(1e-3));
        }
    }

    [Test]
    public void Threads_do_not_matter_and_nothing_is_allocated()
    {
        KernelChecks.ThreadsDoNotMatter((b, a) =>
        {
            SpectralLayer[] layers = [Layer(a, 200, 1153), Layer(a, 5, 3, 3, 3), Layer(a, 64, 3, 3, 17)];
            b.SpectralNormForward(layers, 2, 1e-12f);
            var (dn, dw) = (a.Normals(200, 1153), a.Normals(200, 1153));
            b.SpectralNormBackward(layers[0], dn, dw);
            return [.. layers.SelectMany(l => new[] { a.Read(l.U), a.Read(l.V), a.Read(l.Sigma), a.Read(l.Normalized) }),
                a.Read(dw)];
        });
        using var backend = new CpuBackend(2);
        using var arrays = new KernelArrays(backend);
        SpectralLayer[] many = [Layer(arrays, 200, 1153), Layer(arrays, 5, 3, 3, 3), Layer(arrays, 64, 3, 3, 17)];
        var (p, q) = (arrays.Normals(200, 1153), arrays.Normals(200, 1153));
        KernelChecks.AllocatesNothing(() => backend.SpectralNormForward(many, 1, 1e-12f));
        KernelChecks.AllocatesNothing(() => backend.SpectralNormBackward(many[0], p, q));
    }
}
