using Ssgan.Emulator;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Kernels.Cuda;
using Ssgan.Engine.Kernels.Measurement;

namespace Ssgan.Tests.Kit;

sealed class TimingTests
{
    [TestCase(new double[] { 3 }, 3, 3, 3)]
    [TestCase(new double[] { 9, 1, 2 }, 2, 1, 9)]
    [TestCase(new double[] { 4, 1, 9, 2 }, 3, 1, 9)]
    public void MedianIsTheMiddleOfTheSortedTimes(double[] times, double median, double least, double most)
    {
        Assert.That(Timing.Of(times), Is.EqualTo(new Timing(median, least, most, times.Length)));
        Assert.That(Timing.Of(times).Each(2).MedianMs, Is.EqualTo(median / 2));
    }

    [Test]
    public void WarmUpIsNotTimedAndTheBudgetEndsTheRepetitions()
    {
        using var cuda = new EmulatedCuda();
        using var card = new CudaBackend(cuda);
        using var timer = new EventTimer(card);
        int runs = 0;
        Assert.That(timer.Measure(() => runs++, warmup: 3, repetitions: 4).Repetitions, Is.EqualTo(4));
        Assert.That(runs, Is.EqualTo(7));
        Assert.That(timer.Measure(() => runs++, warmup: 0, repetitions: 4, budgetSeconds: 0).Repetitions, Is.EqualTo(1));
    }

    [Test]
    public void CopyIsTheDriversAndCopiesEveryByte()
    {
        using var cuda = new EmulatedCuda();
        using var card = new CudaBackend(cuda);
        using (var memory = new Blocks(card))
        {
            var (x, y) = (memory.Numbers(new Shape(33)), memory.Empty(new Shape(33)));
            card.Copy(x, y);
            var (from, to) = (new byte[x.Bytes], new byte[y.Bytes]);
            card.Download(x, from);
            card.Download(y, to);
            Assert.That(to, Is.EqualTo(from).And.Some.Not.Zero);
            Assert.That(() => card.Copy(x, y.As(new Shape(32))),
                Throws.ArgumentException.With.Message.Contains("132 bytes into 128"));
        }
        Assert.That(cuda.Calls("cuMemcpyDtoDAsync_v2"), Is.EqualTo(1));
    }

    [TestCase(90, "f32 tf32 bf16")]
    [TestCase(75, "f32")]
    public void SpeedIsMeasuredInEachPrecisionOfTheCard(int capability, string precisions)
    {
        using var cuda = new EmulatedCuda(new EmulatorOptions { ComputeCapability = capability });
        using (var card = new CudaBackend(cuda))
        {
            var speed = CardSpeed.Measure(card, copyBytes: 1 << 12, side: 16);
            Assert.That(speed.CopyBytesPerSecond, Is.Positive);
            Assert.That(speed.Products.Select(static p => p.Precision), Is.EqualTo(precisions.Split(' ')));
            Assert.That(speed.Products.Select(static p => p.OperationsPerSecond), Is.All.Positive);
            Assert.That(card.AllowTf32, Is.False);
        }
        Assert.That(cuda.Leaks(), Is.Empty);
    }
}
