using Ssgan.Emulator;
using Ssgan.Engine.Kernels;
using Ssgan.Gan.Settings;
using Ssgan.Runner.Commands;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Kernels;

/// <summary>Reduce, LogSumExp and ArgMax on the CPU against loops in double precision, over every set of axes.</summary>
public class ReduceTests
{
    static IEnumerable<TestCaseData> Axes()
    {
        int[][] shapes = [[2, 3, 5, 7], [4, 33, 9, 31], [3, 1, 1, 5], [1, 6, 1, 1], [17, 2, 40, 3]];
        foreach (int[] s in shapes)
        {
            for (int mask = 0; mask < 16; mask++)
            {
                yield return new TestCaseData(s, Enumerable.Range(0, 4).Select(i => (mask >> i & 1) != 0 ? 1 : s[i]).ToArray());
            }
        }
        int[][] more = [[], [], [0], [1], [0, 5], [1, 5], [5, 0], [5, 1], [0], [0], [1], [1], [7], [1], [8], [1], [9],
            [1], [31], [1], [33], [1], [511], [1], [513], [1], [1000003], [1], [3, 200001], [3, 1], [70, 3001], [70, 1],
            [20011, 3], [1, 3], [50000, 7],
            [1, 7], [9000, 100], [1, 100], [3000, 257], [1, 257], [2000, 1025], [1, 1025], [300, 5001], [1, 5001], [1, 5001],
            [1, 5001], [40000, 2], [40000, 1], [8, 500, 64], [8, 1, 64], [100, 64, 20], [100, 1, 20], [3, 5, 2, 2001],
            [1, 5, 1, 2001], [2, 3, 20, 1100],
            [1, 3, 1, 1100], [2, 5000, 17], [2, 1, 17]];
        for (int i = 0; i < more.Length; i += 2) yield return new TestCaseData(more[i], more[i + 1]);
    }

    [TestCaseSource(nameof(Axes))]
    public void Reduces_over_the_axes_where_y_is_one(int[] x, int[] y)
    {
        using var arrays = new CpuArrays();
        TensorView vx = arrays.Random(new Shape(x), 1, -1, 3), vy = arrays.New(new Shape(y));
        float[] values = arrays.Read(vx);
        double[] size = Naive(vx.Shape, values, vy.Shape, 0, (s, v) => s + Math.Abs(v));
        double[] energy = Naive(vx.Shape, values, vy.Shape, 0, (s, v) => s + v * v);
        // The promise: 1e-6 of the sum of magnitudes, for any length.
        arrays.Cpu.Reduce<Sum>(vx, vy);
        Check(arrays.Read(vy), Naive(vx.Shape, values, vy.Shape, 0, (s, v) => s + v), size);
        arrays.Cpu.Reduce<SumOfSquares>(vx, vy);
        Check(arrays.Read(vy), energy, energy);
        arrays.Cpu.Reduce<Max>(vx, vy);
        Check(arrays.Read(vy), Naive(vx.Shape, values, vy.Shape, double.NegativeInfinity, Math.Max), null);
        arrays.Cpu.Reduce<Min>(vx, vy);
        Check(arrays.Read(vy), Naive(vx.Shape, values, vy.Shape, double.PositiveInfinity, Math.Min), null);
    }

    static void Check(float[] actual, double[] expected, double[]? scale)
    {
        Assert.That(actual, Has.Length.EqualTo(expected.Length));
        for (int i = 0; i < actual.Length; i++)
        {
            bool close = scale is null ? actual[i] == expected[i] : Math.Abs(actual[i] - expected[i]) <= 1e-6 * scale[i];
            if (!close) Assert.Fail($"element {i} is {actual[i]:R}, expected {expected[i]:R}");
        }
    }

    static double[] Naive(Shape xShape, float[] x, Shape yShape, double identity, Func<double, double, double> combine)
    {
        Shape x4 = xShape.To4D(), y4 = yShape.To4D();
        var y = new double[yShape.Count];
        Array.Fill(y, identity);
        int at = 0;
        for (int i = 0; i < x4[0]; i++)
            for (int j = 0; j < x4[1]; j++) for (int k = 0; k < x4[2]; k++) for (int l = 0; l < x4[3]; l++)
            {
                ref double to = ref y[((i % y4[0] * y4[1] + j % y4[1]) * y4[2] + k % y4[2]) * y4[3] + l % y4[3]];
                to = combine(to, x[at++]);
            }
        return y;
    }

    // Equal terms round in one direction, so that a plain chain of additions drifts far: the hard case for a sum.
    [TestCase(1, 1000003, true)]
    [TestCase(20, 100003, true)]
    [TestCase(1000003, 1, false)]
    [TestCase(333331, 3, false)]
    [TestCase(60000, 40, false)]
    [TestCase(5000, 1100, false)]
    public void A_long_sum_of_equal_terms_stays_accurate(int rows, int columns, bool along)
    {
        using var arrays = new CpuArrays();
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
        float[] x = CpuArrays.Numbers((long)rows * columns, 4);
        float[]? first = null;
        foreach (int threads in (int[])[1, 2, 3])
        {
            using var arrays = new CpuArrays(threads);
            TensorView y = arrays.New(new Shape(yRows, yColumns));
            arrays.Cpu.Reduce<Sum>(arrays.From(new Shape(rows, columns), x), y);
            first ??= arrays.Read(y);
            CpuArrays.AssertSame(arrays.Read(y), first);
        }
    }

    [TestCase(0)]
    [TestCase(5)]
    [TestCase(40)]
    [TestCase(1000)]
    public void A_NaN_anywhere_is_the_maximum_and_the_minimum(int at)
    {
        using var arrays = new CpuArrays();
        float[] values = CpuArrays.Numbers(1001, 5);
        values[at] = float.NaN;
        TensorView x = arrays.From(new Shape(1001), values), y = arrays.New(new Shape(1)),
            index = arrays.New(new Shape(1), DType.I32);
        arrays.Cpu.Reduce<Max>(x, y);
        Assert.That(arrays.Read(y)[0], Is.NaN);
        arrays.Cpu.Reduce<Min>(x.As(new Shape(1001, 1)), y.As(new Shape(1, 1)));
        Assert.That(arrays.Read(y)[0], Is.NaN);
        arrays.Cpu.ArgMax(x, index);
        Assert.That(arrays.Read<int>(index)[0], Is.EqualTo(at));
    }

    [Test]
    public void Empty_reductions_give_the_identity()
    {
        using var arrays = new CpuArrays();
        TensorView x = arrays.New(new Shape(0, 3)), y = arrays.New(new Shape(1, 3));
        arrays.Cpu.Reduce<Sum>(x, y);
        CpuArrays.AssertSame(arrays.Read(y), (float[])[0, 0, 0]);
        arrays.Cpu.Reduce<Max>(x, y);
        Assert.That(arrays.Read(y), Is.All.EqualTo(float.NegativeInfinity));
        arrays.Cpu.Reduce<Min>(x, y);
        Assert.That(arrays.Read(y), Is.All.EqualTo(float.PositiveInfinity));
    }

    [TestCase(1, 1)]
    [TestCase(5, 4)]
    [TestCase(3000, 10)]
    [TestCase(3, 20001)]
    [TestCase(0, 4)]
    [TestCase(4, 0)]
    public void LogSumExp_is_the_logarithm_of_the_sum(int rows, int columns)
    {
        using var arrays = new CpuArrays();
        TensorView x = arrays.Random(new Shape(rows, columns), 8, -3, 90), y = arrays.New(new Shape(rows));
        arrays.Cpu.LogSumExp(x, y);
        float[] actual = arrays.Read(y), values = arrays.Read(x);
        for (int r = 0; r < rows; r++)
        {
            double expected = Math.Log(values[(r * columns)..((r + 1) * columns)].Sum(static v => Math.Exp(v)));
            Assert.That(actual[r], Is.EqualTo((float)expected).Within(1).Ulps);
        }
    }

    [TestCase(1, 1)]
    [TestCase(5, 4)]
    [TestCase(3000, 10)]
    [TestCase(3, 20001)]
    [TestCase(0, 4)]
    public void ArgMax_is_the_first_maximum(int rows, int columns)
    {
        using var arrays = new CpuArrays();
        var random = new Random(6);
        // Few distinct values, so that ties are common.
        float[] x = Enumerable.Range(0, rows * columns)
            .Select(_ => random.Next(-3, 3) + (random.Next(500) == 0 ? float.NaN : 0)).ToArray();
        TensorView y = arrays.New(new Shape(rows), DType.I32);
        arrays.Cpu.ArgMax(arrays.From(new Shape(rows, columns), x), y);
        int[] actual = arrays.Read<int>(y);
        for (int r = 0; r < rows; r++)
        {
            float[] row = x[(r * columns)..((r + 1) * columns)];
            int nan = Array.FindIndex(row, float.IsNaN);
            Assert.That(actual[r], Is.EqualTo(nan >= 0 ? nan : Array.IndexOf(row, row.Max())));
        }
    }

    [Test]
    public void ArgMax_of_nothing_is_refused()
    {
        using var arrays = new CpuArrays();
        TensorView x = arrays.New(new Shape(2, 0)), y = arrays.New(new Shape(2), DType.I32);
        Assert.That(() => arrays.Cpu.ArgMax(x, y), Throws.ArgumentException.With.Message.Contains("(2, 0)"));
    }

    [Test]
    public void Nothing_is_allocated_in_steady_state()
    {
        using var arrays = new CpuArrays();
        TensorView x = arrays.Random(new Shape(64, 32, 32, 3), 7), all = arrays.New(new Shape(1, 1, 1, 1)),
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
