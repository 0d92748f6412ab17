using Ssgan.Engine.Kernels.Cpu;

namespace Ssgan.Tests.Kernels;

public class CrossEntropyKernelTests
{
    [Test]
    public void Large_logits_neither_overflow_nor_vanish()
    {
        using var b = new CpuBackend(1);
        using var a = new KernelArrays(b);
        var (x, labels, loss, dx) = (a.Of([1e30f, 0, -1e30f, 5000, 5001, 5000], 2, 3), a.Ints([1, 1], 2),
            a.Output(2), a.Output(2, 3));
        b.SoftmaxCrossEntropy(x, labels, loss);
        b.SoftmaxCrossEntropyBackward(x, labels, a.Of([1, 1], 2), dx);
        double z = 1 + 2 * Math.Exp(-1), p = Math.Exp(-1) / z;
        KernelChecks.Close(a.Read(loss), [1e30, Math.Log(z)], 1e-6, 1e-6);
        KernelChecks.Close(a.Read(dx), [1, -1, 0, p, 1 / z - 1, p], 1e-6);
    }

    [TestCase(-1)]
    [TestCase(4)]
    public void A_label_without_a_class_is_named_before_anything_is_written(int bad)
    {
        using var b = new CpuBackend(1);
        using var a = new KernelArrays(b);
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
        KernelChecks.ThreadsDoNotMatter((b, a) =>
        {
            var (x, labels, loss, dx) =
                (a.Normals(300, 37), a.Ints([.. Enumerable.Range(0, 300).Select(i => i % 37)], 300),
                    a.Output(300), a.Output(300, 37));
            b.SoftmaxCrossEntropy(x, labels, loss);
            b.SoftmaxCrossEntropyBackward(x, labels, loss, dx);
            return [a.Read(loss), a.Read(dx)];
        });
        using var backend = new CpuBackend(2);
        using var arrays = new KernelArrays(backend);
        var (p, at, q, dp) = (arrays.Normals(64, 400), arrays.Ints(new int[64], 64), arrays.Output(64), arrays.Output(64, 400));
        KernelChecks.AllocatesNothing(() => backend.SoftmaxCrossEntropy(p, at, q));
        KernelChecks.AllocatesNothing(() => backend.SoftmaxCrossEntropyBackward(p, at, q, dp));
    }
}
