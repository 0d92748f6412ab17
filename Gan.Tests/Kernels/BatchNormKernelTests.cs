using Ssgan.Engine.Kernels;
using Ssgan.Engine.Kernels.Cpu;

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

    static Run Make(KernelArrays a, float mean, float deviation, params ReadOnlySpan<int> dims)
    {
        int c = dims[^1];
        return new(a.NormalsOf(mean, deviation, dims), a.NormalsOf(1, 0.5f, c), a.Normals(c), a.Normals(c), a.NormalsOf(2, 0.1f,
            c), a.Output(dims), a.Output(c), a.Output(c), a.Normals(dims), a.Output(dims), a.Output(c), a.Output(c));
    }

    [Test]
    public void A_large_mean_costs_no_digits_of_the_variance([Values(1000f, -30000f)] float mean, [Values(3, 64, 200)] int c)
    {
        const int Rows = 5000;
        using var b = new CpuBackend(2);
        using var a = new KernelArrays(b);
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
        using var a = new KernelArrays(b);
        var x = new float[64];
        for (int i = 0; i < 64; i++) x[i] = i == 0 ? 1e4f : i % 2 == 0 ? 1 : -1;
        var r = Make(a, 0, 1, 64, 1) with { X = a.Of(x, 64, 1) };
        r.Forward(b, new BatchNormSpec(0, 1, false));
        double mean = x.Average(v => (double)v), var = x.Sum(v => (v - mean) * (v - mean)) / 63;
        Assert.That(a.Read(r.RunningVar)[0], Is.EqualTo(var).Within(0.001).Percent);
    }

    [Test]
    public void A_class_that_does_not_exist_is_named()
    {
        using var b = new CpuBackend(1);
        using var a = new KernelArrays(b);
        var r = Make(a, 0, 1, 2, 2, 2, 3) with { Gamma = a.Normals(4, 3), Beta = a.Normals(4, 3), Classes = a.Ints([1, 4], 2) };
        Assert.That(() => r.Forward(b, new BatchNormSpec(1e-5f, 0.1f, false)),
            Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains("index 1 is 4"));
    }

    [Test]
    public void Threads_do_not_matter_and_nothing_is_allocated([Values] bool relu)
    {
        var s = new BatchNormSpec(1e-5f, 0.1f, relu);
        KernelChecks.ThreadsDoNotMatter((b, a) =>
        {
            var r = Make(a, 1, 2, 3, 29, 31, 37);
            r.Forward(b, s);
            r.Backward(b, s);
            return [a.Read(r.Y), a.Read(r.Mean), a.Read(r.InvStd), a.Read(r.RunningVar), a.Read(r.DX),
                a.Read(r.DGamma), a.Read(r.DBeta)];
        });
        using var backend = new CpuBackend(2);
        using var arrays = new KernelArrays(backend);
        var run = Make(arrays, 1, 2, 2, 32, 32, 40);
        KernelChecks.AllocatesNothing(() => run.Forward(backend, s));
        KernelChecks.AllocatesNothing(() => run.Backward(backend, s));
    }
}
