using Ssgan.Emulator;
using Ssgan.Engine.Kernels;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Kernels;

/// <summary>
/// Permute, CopyBox, GatherRows and ScatterAddRows on the CPU against index arithmetic; elements of 1, 2 and 4 bytes.
/// </summary>
public class MovementTests
{
    static readonly DType[] Types = [DType.F32, DType.BF16, DType.U8];

    static IEnumerable<TestCaseData> Permutations()
    {
        int[][] shapes = [[2, 3, 5, 7], [9, 8, 17, 33], [1, 5, 1, 9], [3, 1, 4, 1], [0, 3, 2, 1], [2, 66, 3, 70]];
        foreach (int[] s in shapes)
        {
            for (int code = 0; code < 256; code++)
            {
                int[] order = [code & 3, code >> 2 & 3, code >> 4 & 3, code >> 6];
                if (order.Distinct().Count() == 4) yield return new TestCaseData(s, order);
            }
        }
        yield return new TestCaseData((int[])[], (int[])[]);
        yield return new TestCaseData((int[])[11], (int[])[0]);
        yield return new TestCaseData((int[])[300, 257], (int[])[1, 0]);
        yield return new TestCaseData((int[])[3, 20011], (int[])[1, 0]);
        yield return new TestCaseData((int[])[20011, 3], (int[])[1, 0]);
        yield return new TestCaseData((int[])[4, 33, 65], (int[])[2, 0, 1]);
        yield return new TestCaseData((int[])[8, 40, 40, 3], (int[])[0, 3, 1, 2]);
        yield return new TestCaseData((int[])[8, 3, 40, 40], (int[])[0, 2, 3, 1]);
        yield return new TestCaseData((int[])[5, 16, 16, 128], (int[])[0, 3, 1, 2]);
    }

    [TestCaseSource(nameof(Permutations))]
    public void Permute_reorders_axes(int[] dims, int[] order)
    {
        var shape = new Shape(dims);
        var permuted = new Shape(Array.ConvertAll(order, axis => dims[axis]));
        foreach (var type in Types)
        {
            using var arrays = new CpuArrays();
            byte[] x = Bytes(shape.Count * type.Size());
            TensorView source = arrays.From(shape, type, x), y = arrays.New(permuted, type);
            arrays.Cpu.Permute(source, y, order);
            CpuArrays.AssertSame(arrays.Read<byte>(y), Naive(x, dims, order, type.Size()), $"{type}");
        }
    }

    static byte[] Naive(byte[] x, int[] dims, int[] order, int size)
    {
        var y = new byte[x.Length];
        var index = new int[dims.Length];
        for (int at = 0; at < y.Length; at += size)
        {
            int rest = at / size, from = 0;
            for (int i = dims.Length - 1; i >= 0; i--) (rest, index[order[i]]) = Math.DivRem(rest, dims[order[i]]);
            for (int i = 0; i < dims.Length; i++) from = from * dims[i] + index[i];
            Array.Copy(x, from * size, y, at, size);
        }
        return y;
    }

    // x, where in x, y, where in y, extent.
    static readonly int[][][] Boxes =
    [
        [[], [], [], [], []], [[9], [2], [7], [1], [5]], [[9], [2], [7], [1], [0]],
        [[4, 6], [0, 0], [4, 6], [0, 0], [4, 6]], [[4, 6], [1, 2], [5, 4], [2, 0], [3, 4]],
        [[4, 6], [1, 0], [9, 6], [5, 0], [3, 6]], [[2, 3, 4, 5], [1, 0, 2, 1], [3, 4, 5, 6], [0, 1, 1, 3], [1, 3, 2, 3]],
        [[2, 9, 9, 3], [0, 1, 1, 0], [2, 7, 7, 3], [0, 0, 0, 0], [2, 7, 7, 3]],
        [[2, 7, 7, 3], [0, 0, 0, 0], [2, 9, 9, 3], [0, 1, 1, 0], [2, 7, 7, 3]],
        [[3, 50, 70, 16], [0, 0, 0, 0], [3, 50, 70, 40], [0, 0, 0, 24], [3, 50, 70, 16]],
        [[2, 100001], [0, 1], [2, 90000], [0, 7], [2, 80001]], [[3, 4, 5], [0, 0, 0], [3, 8, 5], [0, 4, 0], [3, 4, 5]],
    ];

    [TestCaseSource(nameof(Boxes))]
    public void CopyBox_moves_the_box_and_leaves_the_rest(int[] xDims, int[] xStart, int[] yDims, int[] yStart, int[] extent)
    {
        foreach (var type in Types)
        {
            using var arrays = new CpuArrays();
            int size = type.Size();
            Shape xShape = new(xDims), yShape = new(yDims), box = new(extent);
            byte[] x = Bytes(xShape.Count * size);
            TensorView source = arrays.From(xShape, type, x), y = arrays.New(yShape, type);
            byte[] expected = arrays.Read<byte>(y);
            for (int at = 0; at < box.Count; at++)
            {
                int rest = at;
                var index = new int[extent.Length];
                for (int i = extent.Length - 1; i >= 0; i--) (rest, index[i]) = Math.DivRem(rest, extent[i]);
                int from = 0, to = 0;
                for (int i = 0; i < extent.Length; i++)
                {
                    from = from * xDims[i] + xStart[i] + index[i];
                    to = to * yDims[i] + yStart[i] + index[i];
                }
                Array.Copy(x, from * size, expected, to * size, size);
            }
            arrays.Cpu.CopyBox(source, xStart, y, yStart, extent);
            CpuArrays.AssertSame(arrays.Read<byte>(y), expected, $"{type}");
        }
    }

    [TestCase(5, 3, 7)]
    [TestCase(1, 1, 1)]
    [TestCase(10, 300, 257)]
    [TestCase(4, 0, 3)]
    [TestCase(100, 70, 3073)]
    public void GatherRows_copies_rows(int rows, int n, int width)
    {
        foreach (var type in Types)
        {
            using var arrays = new CpuArrays();
            var random = new Random(1);
            int bytes = width * type.Size();
            int[] index = Enumerable.Range(0, n).Select(_ => random.Next(rows)).ToArray();
            byte[] x = Bytes(rows * bytes);
            TensorView table = arrays.From(new Shape(rows, width), type, x), y = arrays.New(new Shape(n, width), type);
            arrays.Cpu.GatherRows(table, arrays.From(new Shape(n), DType.I32, index), y);
            byte[] expected = index.SelectMany(i => x[(i * bytes)..((i + 1) * bytes)]).ToArray();
            CpuArrays.AssertSame(arrays.Read<byte>(y), expected, $"{type}");
        }
    }

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
        float[] dy = CpuArrays.Numbers((long)n * width, 3), expected = CpuArrays.Numbers((long)rows * width, 4);
        float[] start = (float[])expected.Clone();
        for (int i = 0; i < n; i++) for (int c = 0; c < width; c++) expected[index[i] * width + c] += dy[i * width + c];
        foreach (int threads in (int[])[1, 2, 3])
        {
            using var arrays = new CpuArrays(threads);
            TensorView table = arrays.From(new Shape(rows, width), start);
            arrays.Cpu.ScatterAddRows(arrays.From(new Shape(n, width), dy), arrays.From(new Shape(n), DType.I32, index), table);
            CpuArrays.AssertSame(arrays.Read(table), expected, "the same additions in the same order give the same bits");
        }
    }

    [TestCase(-1)]
    [TestCase(4)]
    public void An_index_out_of_range_is_named_before_anything_is_written(int bad)
    {
        using var arrays = new CpuArrays();
        TensorView table = arrays.Random(new Shape(4, 2), 1), rows = arrays.Random(new Shape(3, 2), 2),
            index = arrays.From(new Shape(3), DType.I32, [0, 3, bad]);
        float[] tableBefore = arrays.Read(table), rowsBefore = arrays.Read(rows);
        string message = $"index 2 is {bad}, but the table (4, 2) has 4 rows";
        var refused = Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains(message);
        Assert.That(() => arrays.Cpu.GatherRows(table, index, rows), refused);
        refused = Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains(message);
        Assert.That(() => arrays.Cpu.ScatterAddRows(rows, index, table), refused);
        CpuArrays.AssertSame(arrays.Read(table), tableBefore);
        CpuArrays.AssertSame(arrays.Read(rows), rowsBefore);
    }

    [Test]
    public void Nothing_is_allocated_in_steady_state()
    {
        using var arrays = new CpuArrays();
        TensorView x = arrays.Random(new Shape(16, 32, 32, 5), 7), y = arrays.New(new Shape(16, 5, 32, 32)),
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

    static byte[] Bytes(long count)
    {
        var bytes = new byte[count];
        new Random(6).NextBytes(bytes);
        return bytes;
    }
}
