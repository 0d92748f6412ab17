using Ssgan.Emulator;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Kernels.Cpu;
using Ssgan.Gan.Settings;

namespace Ssgan.Tests.Kernels;

public class BatchNormKernelTests
{
    sealed record Run(TensorView X, TensorView Gamma, TensorView Beta, TensorView RunningMean, TensorView RunningVar,
        TensorView Y, TensorView Mean, TensorView InvStd, TensorView DY, TensorView DX, TensorView DGamma, TensorView DBeta,
        TensorView Classes = default)
    {
        public void Forward(CpuBackend b, BatchNormSpec s) =>
            b.BatchNormForward(X, Gamma, Beta, Classes, RunningMean, RunningVar, Y, Mean, InvStd, s);
        public void Backward(CpuBackend b, BatchNormSpec s) =>
            b.BatchNormBackward(X, Gamma, Beta, Classes, Mean, InvStd, DY, DX, DGamma, DBeta, s);
    }

    static Run Make(NnArrays a, float mean, float deviation, params ReadOnlySpan<int> dims)
    {
        int c = dims[^1];
        return new(a.NormalsOf(mean, deviation, dims), a.NormalsOf(1, 0.5f, c), a.Normals(c), a.Normals(c), a.NormalsOf(2, 0.1f,
            c), a.Output(dims), a.Output(c), a.Output(c), a.Normals(dims), a.Output(dims), a.Output(c), a.Output(c));
    }

    /// <summary>The formulas in double, on a matrix (rows, c).</summary>
    static void Check(NnArrays a, Run r, BatchNormSpec s, float[] x, float[] runningMean, float[] runningVar,
        float[] dy, double tolerance)
    {
        float[] gamma = a.Read(r.Gamma), beta = a.Read(r.Beta), y = a.Read(r.Y);
        int c = gamma.Length, m = x.Length / c;
        double[] mean = new double[c], inv = new double[c], newMean = new double[c], newVar = new double[c],
            dgamma = new double[c], dbeta = new double[c];
        double[] ys = new double[x.Length], dx = new double[x.Length];
        for (int k = 0; k < c; k++)
        {
            double var = 0;
            for (int i = 0; i < m; i++) mean[k] += (double)x[i * c + k] / m;
            for (int i = 0; i < m; i++) var += Math.Pow(x[i * c + k] - mean[k], 2);
            inv[k] = 1 / Math.Sqrt(var / m + s.Epsilon);
            newMean[k] = (1 - s.Momentum) * runningMean[k] + s.Momentum * mean[k];
            newVar[k] = (1 - s.Momentum) * runningVar[k] + s.Momentum * var / (m - 1);
            for (int i = 0; i < m; i++)
            {
                double xhat = (x[i * c + k] - mean[k]) * inv[k], v = gamma[k] * xhat + beta[k];
                ys[i * c + k] = s.Relu ? Math.Max(v, 0) : v;
                // At the kink rounding decides: the mask is that of the output the kernel gave.
                double d = s.Relu && y[i * c + k] <= 0 ? 0 : dy[i * c + k];
                dbeta[k] += d;
                dgamma[k] += d * xhat;
                dx[i * c + k] = d;
            }
            for (int i = 0; i < m; i++)
            {
                double xhat = (x[i * c + k] - mean[k]) * inv[k];
                dx[i * c + k] = gamma[k] * inv[k] * (dx[i * c + k] - dbeta[k] / m - xhat * dgamma[k] / m);
            }
        }
        NnChecks.Close(a.Read(r.Mean), mean, 1e-6, 1e-6);
        NnChecks.Close(a.Read(r.InvStd), inv, 0, 1e-5);
        NnChecks.Close(a.Read(r.RunningMean), newMean, 1e-6, 1e-6);
        NnChecks.Close(a.Read(r.RunningVar), newVar, 0, 1e-5);
        NnChecks.Close(y, ys, tolerance);
        NnChecks.Close(a.Read(r.DBeta), dbeta, 1e-6 * m, 1e-6);
        NnChecks.Close(a.Read(r.DGamma), dgamma, 1e-6 * m + tolerance * Math.Sqrt(m), 1e-5);
        NnChecks.Close(a.Read(r.DX), dx, 3 * tolerance, 1e-5);
    }

    [Test]
    public void Forward_and_backward_are_the_formulas([Values(2, 7, 64, 65, 300)] int rows,
        [Values(1, 3, 8, 17, 64, 129, 300)] int c, [Values] bool relu)
    {
        using var b = new CpuBackend(2);
        using var a = new NnArrays(b);
        var r = Make(a, 0.3f, 2, rows, c);
        var s = new BatchNormSpec(1e-5f, 0.1f, relu);
        float[] rm = a.Read(r.RunningMean), rv = a.Read(r.RunningVar);
        r.Forward(b, s);
        r.Backward(b, s);
        // With two rows a small difference between them is amplified by 1 / std.
        Check(a, r, s, a.Read(r.X), rm, rv, a.Read(r.DY), rows == 2 ? 2e-4 : 1e-5);
    }

    [Test]
    public void Images_are_matrices_of_pixels_and_outputs_may_replace_inputs([Values] bool relu)
    {
        using var b = new CpuBackend(2);
        using var a = new NnArrays(b);
        var r = Make(a, 0, 1, 3, 5, 7, 20);
        var s = new BatchNormSpec(2e-5f, 0.3f, relu);
        float[] rm = a.Read(r.RunningMean), rv = a.Read(r.RunningVar), x = a.Read(r.X), dy = a.Read(r.DY);
        (r with { DX = r.DY }).Forward(b, s);
        (r with { DX = r.DY }).Backward(b, s);
        Check(a, r with { DX = r.DY }, s, x, rm, rv, dy, 1e-5);
        float[] y = a.Read(r.Y);
        (r with { Y = r.X }).Forward(b, s);
        Assert.That(a.Read(r.X), Is.EqualTo(y));
    }

    [Test]
    public void A_large_mean_costs_no_digits_of_the_variance([Values(1000f, -30000f)] float mean, [Values(3, 64, 200)] int c)
    {
        const int Rows = 5000;
        using var b = new CpuBackend(2);
        using var a = new NnArrays(b);
        var r = Make(a, mean, 1, Rows, c);
        r.Forward(b, new BatchNormSpec(0, 1, false));
        float[] x = a.Read(r.X), var = a.Read(r.RunningVar), inv = a.Read(r.InvStd);
        for (int k = 0; k < c; k++)
        {
            double m = 0, v = 0;
            for (int i = 0; i < Rows; i++) m += (double)x[i * c + k] / Rows;
            for (int i = 0; i < Rows; i++) v += Math.Pow(x[i * c + k] - m, 2);
            Assert.That(var[k], Is.EqualTo(v / (Rows - 1)).Within(0.01).Percent);
            Assert.That(inv[k], Is.EqualTo(1 / Math.Sqrt(v / Rows)).Within(0.01).Percent);
        }
    }

    [Test]
    public void An_outlier_first_does_not_spoil_the_variance()
    {
        using var b = new CpuBackend(1);
        using var a = new NnArrays(b);
        var x = new float[64];
        for (int i = 0; i < 64; i++) x[i] = i == 0 ? 1e4f : i % 2 == 0 ? 1 : -1;
        var r = Make(a, 0, 1, 64, 1) with { X = a.Of(x, 64, 1) };
        r.Forward(b, new BatchNormSpec(0, 1, false));
        double mean = x.Average(v => (double)v), var = x.Sum(v => (v - mean) * (v - mean)) / 63;
        Assert.That(a.Read(r.RunningVar)[0], Is.EqualTo(var).Within(0.001).Percent);
    }

    [Test]
    public void With_classes_each_image_has_its_own_row_of_gamma_and_beta([Values] bool relu,
        [Values(1, 9, 65)] int side, [Values(3, 40)] int c)
    {
        const int N = 5, K = 4;
        int[] classes = [2, 0, 2, 3, 3];
        var s = new BatchNormSpec(1e-5f, 0.1f, relu);
        using var b = new CpuBackend(2);
        using var a = new NnArrays(b);
        var r = Make(a, 1, 2, N, side, 1, c) with
        {
            Gamma = a.NormalsOf(1, 0.5f, K, c), Beta = a.Normals(K, c), DGamma = a.Output(K, c), DBeta = a.Output(K, c),
            Classes = a.Ints(classes, N),
        };
        r.Forward(b, s);
        r.Backward(b, s);
        float[] x = a.Read(r.X), y = a.Read(r.Y), gamma = a.Read(r.Gamma), beta = a.Read(r.Beta), mean = a.Read(r.Mean),
            inv = a.Read(r.InvStd), dy = a.Read(r.DY);
        double[] ys = new double[x.Length], dx = new double[x.Length], dgamma = new double[K * c], dbeta = new double[K * c],
            means = new double[c], products = new double[c];
        int m = N * side;
        for (int i = 0; i < x.Length; i++)
        {
            int k = i % c, at = classes[i / (side * c)] * c + k;
            double xhat = (x[i] - mean[k]) * inv[k], v = gamma[at] * xhat + beta[at];
            ys[i] = relu ? Math.Max(v, 0) : v;
            double d = relu && y[i] <= 0 ? 0 : dy[i];
            dbeta[at] += d;
            dgamma[at] += d * xhat;
            means[k] += gamma[at] * d / m;
            products[k] += gamma[at] * d * xhat / m;
            dx[i] = gamma[at] * d;
        }
        for (int i = 0; i < x.Length; i++)
            dx[i] = inv[i % c] * (dx[i] - means[i % c] - (x[i] - mean[i % c]) * inv[i % c] * products[i % c]);
        NnChecks.Close(y, ys, 1e-5);
        NnChecks.Close(a.Read(r.DBeta), dbeta, 1e-4);
        NnChecks.Close(a.Read(r.DGamma), dgamma, 1e-4);
        NnChecks.Close(a.Read(r.DX), dx, 1e-5);
    }

    [Test]
    public void A_class_that_does_not_exist_is_named()
    {
        using var b = new CpuBackend(1);
        using var a = new NnArrays(b);
        var r = Make(a, 0, 1, 2, 2, 2, 3) with { Gamma = a.Normals(4, 3), Beta = a.Normals(4, 3), Classes = a.Ints([1, 4], 2) };
        Assert.That(() => r.Forward(b, new BatchNormSpec(1e-5f, 0.1f, false)),
            Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains("index 1 is 4"));
    }

    [Test]
    public void ReLU_lets_a_NaN_through()
    {
        using var b = new CpuBackend(1);
        using var a = new NnArrays(b);
        var x = Enumerable.Range(0, 36).Select(i => i == 9 ? float.NaN : i).ToArray();
        var r = Make(a, 0, 1, 4, 9) with { X = a.Of(x, 4, 9) };
        r.Forward(b, new BatchNormSpec(1e-5f, 0.1f, true));
        float[] y = a.Read(r.Y);
        for (int i = 0; i < 36; i++) Assert.That(float.IsNaN(y[i]), Is.EqualTo(i % 9 == 0));
    }

    [Test]
    public void Threads_do_not_matter_and_nothing_is_allocated([Values] bool relu)
    {
        var s = new BatchNormSpec(1e-5f, 0.1f, relu);
        NnChecks.ThreadsDoNotMatter((b, a) =>
        {
            var r = Make(a, 1, 2, 3, 29, 31, 37);
            r.Forward(b, s);
            r.Backward(b, s);
            return [a.Read(r.Y), a.Read(r.Mean), a.Read(r.InvStd), a.Read(r.RunningVar), a.Read(r.DX),
                a.Read(r.DGamma), a.Read(r.DBeta)];
        });
        using var backend = new CpuBackend(2);
        using var arrays = new NnArrays(backend);
        var run = Make(arrays, 1, 2, 2, 32, 32, 40);
        NnChecks.AllocatesNothing(() => run.Forward(backend, s));
        NnChecks.AllocatesNothing(() => run.Backward(backend, s));
    }
}
