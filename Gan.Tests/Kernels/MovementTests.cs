using Ssgan.Engine.Kernels;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Kernels;

/// <summary>Movement on the CPU: the order of additions, what is refused, and memory.</summary>
public class MovementTests
{
    [TestCase(5, 3, 7)]
    [TestCase(1, 1, 1)]
    [TestCase(7, 3000, 33)]
    [TestCase(300, 3000, 16)]
    [TestCase(3, 40, 3073)]
    [TestCase(4, 0, 3)]
    [TestCase(5, 20000, 2)]
    public void ScatterAddRows_adds_in_order_whatever_the_threads(int rows, int n, int width)
    {
        var random = new Random(2);
        int[] index = Enumerable.Range(0, n).Select(_ => random.Next(rows)).ToArray();
        float[] dy = KernelArrays.Numbers((long)n * width, 3), expected = KernelArrays.Numbers((long)rows * width, 4);
        float[] start = (float[])expected.Clone();
        for (int i = 0; i < n; i++) for (int c = 0; c < width; c++) expected[index[i] * width + c] += dy[i * width + c];
        foreach (int threads in (int[])[1, 2, 3])
        {
            using var arrays = KernelArrays.OnCpu(threads);
            TensorView table = arrays.From(new Shape(rows, width), start);
            arrays.Cpu.ScatterAddRows(arrays.From(new Shape(n, width), dy), arrays.From(new Shape(n), DType.I32, index), table);
            KernelChecks.AssertSame(arrays.Read(table), expected, "the same additions in the same order give the same bits");
        }
    }

    [TestCase(-1)]
    [TestCase(4)]
    public void An_index_out_of_range_is_named_before_anything_is_written(int bad)
    {
        using var arrays = KernelArrays.OnCpu();
        TensorView table = arrays.Uniform(new Shape(4, 2), 1), rows = arrays.Uniform(new Shape(3, 2), 2),
            index = arrays.From(new Shape(3), DType.I32, [0, 3, bad]);
        float[] tableBefore = arrays.Read(table), rowsBefore = arrays.Read(rows);
        string message = $"index 2 is {bad}, but the table (4, 2) has 4 rows";
        var refused = Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains(message);
        Assert.That(() => arrays.Cpu.GatherRows(table, index, rows), refused);
        refused = Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains(message);
        Assert.That(() => arrays.Cpu.ScatterAddRows(rows, index, table), refused);
        KernelChecks.AssertSame(arrays.Read(table), tableBefore);
        KernelChecks.AssertSame(arrays.Read(rows), rowsBefore);
    }

    [Test]
    public void Nothing_is_allocated_in_steady_state()
    {
        using var arrays = KernelArrays.OnCpu();
        TensorView x = arrays.Uniform(new Shape(16, 32, 32, 5), 7), y = arrays.New(new Shape(16, 5, 32, 32)),
            part = arrays.New(new Shape(16, 30, 30, 5));
        TensorView index = arrays.From(new Shape(16), DType.I32, Enumerable.Range(0, 16).ToArray()), rows = arrays.New(x.Shape);
        Assert.That(Allocations.PerRound(() =>
        {
            arrays.Cpu.Permute(x, y, [0, 3, 1, 2]);
            arrays.Cpu.CopyBox(x, [0, 1, 1, 0], part, [0, 0, 0, 0], [16, 30, 30, 5]);
            arrays.Cpu.GatherRows(x, index, rows);
            arrays.Cpu.ScatterAddRows(x, index, rows);
        }), Is.Zero);
    }
}
