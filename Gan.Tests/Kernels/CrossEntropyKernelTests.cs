using Ssgan.Emulator;
using Ssgan.Engine.Kernels.Cpu;

namespace Ssgan.Tests.Kernels;

public class CrossEntropyKernelTests
{
    [Test]
    public void Loss_and_gradient_are_the_formula([Values(0, 1, 3, 64)] int n, [Values(1, 4, 17, 1000)] int k)
    {
        using var b = new CpuBackend(2);
        using var a = new NnArrays(b);
        int[] labels = [.. Enumerable.Range(0, n).Select(_ => a.Random.Next(k))];
        var (x, label, dl, loss, dx) = (a.NormalsOf(0, 3, n, k), a.Ints(labels, n), a.Normals(n), a.Output(n), a.Output(n, k));
        b.SoftmaxCrossEntropy(x, label, loss);
        b.SoftmaxCrossEntropyBackward(x, label, dl, dx);
        float[] xs = a.Read(x), dls = a.Read(dl);
        double[] losses = new double[n], gradient = new double[n * k];
        for (int i = 0; i < n; i++)
        {
            double sum = 0;
            for (int j = 0; j < k; j++) sum += Math.Exp(xs[i * k + j]);
            losses[i] = Math.Log(sum) - xs[i * k + labels[i]];
            for (int j = 0; j < k; j++) gradient[i * k + j] = (Math.Exp(xs[i * k + j]) / sum - (j == labels[i] ? 1 : 0)) * dls[i];
        }
        NnChecks.Close(a.Read(loss), losses, 1e-6, 1e-6);
        NnChecks.Close(a.Read(dx), gradient, 1e-7, 1e-6);
    }

    [Test]
    public void Large_logits_neither_overflow_nor_vanish()
    {
        using var b = new CpuBackend(1);
        using var a = new NnArrays(b);
        var (x, labels, loss, dx) = (a.Of([1e30f, 0, -1e30f, 5000, 5001, 5000], 2, 3), a.Ints([1, 1], 2),
            a.Output(2), a.Output(2, 3));
        b.SoftmaxCrossEntropy(x, labels, loss);
        b.SoftmaxCrossEntropyBackward(x, labels, a.Of([1, 1], 2), dx);
        double z = 1 + 2 * Math.Exp(-1), p = Math.Exp(-1) / z;
        NnChecks.Close(a.Read(loss), [1e30, Math.Log(z)], 1e-6, 1e-6);
        NnChecks.Close(a.Read(dx), [1, -1, 0, p, 1 / z - 1, p], 1e-6);
    }

    [Test]
    public void A_NaN_logit_gives_a_NaN_loss()
    {
        using var b = new CpuBackend(1);
        using var a = new NnArrays(b);
        var loss = a.Output(2);
        b.SoftmaxCrossEntropy(a.Of([0, float.NaN, 0, 0], 2, 2), a.Ints([0, 1], 2), loss);
        NnChecks.Close(a.Read(loss), [double.NaN, Math.Log(2)], 1e-6);
    }

    [Test]
    public void Correct_is_whether_the_first_maximum_is_the_label()
    {
        using var b = new CpuBackend(1);
        using var a = new NnArrays(b);
        var (loss, correct) = (a.Output(5), a.Output(5));
        var x = a.Of([1, 2, 2, 1, 2, 2, 3, 2, 2, 9, float.NaN, 7, 0, -1, float.NegativeInfinity], 5, 3);
        b.SoftmaxCrossEntropy(x, a.Ints([1, 2, 0, 1, 1], 5), loss, correct);
        Assert.That(a.Read(correct), Is.EqualTo(new[] { 1f, 0, 1, 1, 0 }));
    }

    [TestCase(-1)]
    [TestCase(4)]
    public void A_label_without_a_class_is_named_before_anything_is_written(int bad)
    {
        using var b = new CpuBackend(1);
        using var a = new NnArrays(b);
        var (x, labels, loss, dx) = (a.Normals(3, 4), a.Ints([0, 3, bad], 3), a.Of([7, 7, 7], 3), a.Output(3, 4));
        var e = Assert.Throws<ArgumentOutOfRangeException>(() => b.SoftmaxCrossEntropy(x, labels, loss));
        Assert.That(e!.Message, Does.Contain($"labels[2] is {bad}").And.Contain("4 classes"));
        Assert.Throws<ArgumentOutOfRangeException>(() => b.SoftmaxCrossEntropyBackward(x, labels, a.Of([1, 1, 1], 3), dx));
        Assert.That(a.Read(loss), Is.EqualTo(new float[] { 7, 7, 7 }));
        Assert.That(a.Read(dx), Is.All.NaN);
    }

    [Test]
    public void Threads_do_not_matter_and_nothing_is_allocated()
    {
        NnChecks.ThreadsDoNotMatter((b, a) =>
        {
            var (x, labels, loss, dx) =
                (a.Normals(300, 37), a.Ints([.. Enumerable.Range(0, 300).Select(i => i % 37)], 300),
                    a.Output(300), a.Output(300, 37));
            b.SoftmaxCrossEntropy(x, labels, loss);
            b.SoftmaxCrossEntropyBackward(x, labels, loss, dx);
            return [a.Read(loss), a.Read(dx)];
        });
        using var backend = new CpuBackend(2);
        using var arrays = new NnArrays(backend);
        var (p, at, q, dp) = (arrays.Normals(64, 400), arrays.Ints(new int[64], 64), arrays.Output(64), arrays.Output(64, 400));
        NnChecks.AllocatesNothing(() => backend.SoftmaxCrossEntropy(p, at, q));
        NnChecks.AllocatesNothing(() => backend.SoftmaxCrossEntropyBackward(p, at, q, dp));
    }
}
