using Ssgan.Engine.Kernels;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Kernels;

/// <summary>Reduce and ArgMax on the CPU: long sums, threads, and what is refused.</summary>
public class ReduceTests
{
    // Equal terms round in one direction, so that a plain chain of additions drifts far: the hard case for a sum.
    [TestCase(1, 1000003, true)]
    [TestCase(20, 100003, true)]
    [TestCase(1000003, 1, false)]
    [TestCase(333331, 3, false)]
    [TestCase(60000, 40, false)]
    [TestCase(5000, 1100, false)]
    public void A_long_sum_of_equal_terms_stays_accurate(int rows, int columns, bool along)
    {
        using var arrays = KernelArrays.OnCpu();
        TensorView x = arrays.New(new Shape(rows, columns)), y = arrays.New(along ? new Shape(rows, 1) : new Shape(1, columns));
        arrays.Cpu.Fill(x, 0.1f);
        arrays.Cpu.Reduce<Sum>(x, y);
        double expected = (double)0.1f * (along ? columns : rows);
        Assert.That(arrays.Read(y), Is.All.EqualTo(expected).Within(1e-6 * expected));
    }

    [TestCase(1000003, 1, 1, 1)]
    [TestCase(3, 300007, 3, 1)]
    [TestCase(50000, 3, 1, 3)]
    [TestCase(5000, 100, 1, 100)]
    [TestCase(700, 2000, 1, 2000)]
    [TestCase(900, 130, 900, 1)]
    public void The_number_of_threads_changes_no_bit(int rows, int columns, int yRows, int yColumns)
    {
        float[] x = KernelArrays.Numbers((long)rows * columns, 4);
        float[]? first = null;
        foreach (int threads in (int[])[1, 2, 3])
        {
            using var arrays = KernelArrays.OnCpu(threads);
            TensorView y = arrays.New(new Shape(yRows, yColumns));
            arrays.Cpu.Reduce<Sum>(arrays.From(new Shape(rows, columns), x), y);
            first ??= arrays.Read(y);
            KernelChecks.AssertSame(arrays.Read(y), first);
        }
    }

    [Test]
    public void ArgMax_of_nothing_is_refused()
    {
        using var arrays = KernelArrays.OnCpu();
        TensorView x = arrays.New(new Shape(2, 0)), y = arrays.New(new Shape(2), DType.I32);
        Assert.That(() => arrays.Cpu.ArgMax(x, y), Throws.ArgumentException.With.Message.Contains("(2, 0)"));
    }

    [Test]
    public void Nothing_is_allocated_in_steady_state()
    {
        using var arrays = KernelArrays.OnCpu();
        TensorView x = arrays.Uniform(new Shape(64, 32, 32, 3), 7), all = arrays.New(new Shape(1, 1, 1, 1)),
            bias = arrays.New(new Shape(1, 1, 1, 3));
        TensorView pooled = arrays.New(new Shape(64, 1, 1, 3)), index = arrays.New(new Shape(64, 32, 32), DType.I32);
        Assert.That(Allocations.PerRound(() =>
        {
            arrays.Cpu.Reduce<Sum>(x, all);
            arrays.Cpu.Reduce<Sum>(x, bias);
            arrays.Cpu.Reduce<Max>(x, pooled);
            arrays.Cpu.ArgMax(x, index);
        }), Is.Zero);
    }
}
