using Ssgan.Emulator;
using Ssgan.Engine.Kernels;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Kernels;

/// <summary>Fill, Unary, Binary and Cast on the CPU over awkward sizes, broadcasts and special values.</summary>
public class ElementwiseTests
{
    static readonly int[] Sizes = [0, 1, 7, 8, 9, 31, 33, 16384, 16385, 50001, 1000003];

    // a, b and y: every stretch of either operand, ranks that differ, axes of size one, and rows longer than a work item.
    static readonly int[][][] Broadcasts =
    [
        [[], [], []], [[5], [], [5]], [[], [37], [37]], [[1], [1], [3]], [[0], [1], [0]], [[3, 0], [3, 1], [3, 0]],
        [[4, 3], [3], [4, 3]], [[3], [4, 3], [4, 3]], [[2, 5, 7, 3], [3], [2, 5, 7, 3]], [[2, 33, 31, 3], [3], [2, 33, 31, 3]],
        [[1001, 100], [100], [1001, 100]], [[100], [1001, 100], [1001, 100]], [[9, 700], [1, 700], [9, 700]],
        [[2, 40000], [40000], [2, 40000]], [[6, 10], [6, 1], [6, 10]], [[6, 1], [6, 10], [6, 10]],
        [[2, 40000], [2, 1], [2, 40000]], [[6, 1], [1, 10], [6, 10]], [[1, 10], [6, 1], [6, 10]],
        [[3, 4, 5, 6], [3, 1, 1, 6], [3, 4, 5, 6]], [[3, 1, 1, 6], [3, 4, 5, 6], [3, 4, 5, 6]],
        [[3, 4, 5, 6], [3, 1, 1, 1], [3, 4, 5, 6]], [[3, 1, 5, 1], [1, 4, 1, 6], [3, 4, 5, 6]],
        [[1, 4, 1, 6], [3, 1, 5, 1], [3, 4, 5, 6]],
        [[3, 4, 1, 6], [4, 5, 1], [3, 4, 5, 6]], [[3, 1, 5, 6], [1, 4, 5, 6], [3, 4, 5, 6]],
        [[1, 1, 5, 6], [3, 4, 1, 1], [3, 4, 5, 6]],
        [[1, 1, 1, 1], [5, 1], [2, 3, 5, 4]], [[16, 1, 1, 9], [16, 33, 33, 9], [16, 33, 33, 9]],
        [[33, 1, 65], [1, 17, 65], [33, 17, 65]], [[40, 1, 50, 9], [1, 41, 1, 9], [40, 41, 50, 9]],
    ];

    [TestCaseSource(nameof(Sizes))]
    public void Unary_maps_every_element_also_in_place_and_misaligned(int n)
    {
        using var arrays = new CpuArrays();
        float[] x = CpuArrays.Numbers(n, 1);
        var expected = Array.ConvertAll(x, v => MathF.FusedMultiplyAdd(v, -1.5f, 0.25f));
        foreach (bool misaligned in (bool[])[false, true])
        {
            TensorView source = arrays.New(new Shape(n), DType.F32, misaligned),
                y = arrays.New(new Shape(n), DType.F32, misaligned);
            arrays.Cpu.Upload(System.Runtime.InteropServices.MemoryMarshal.AsBytes<float>(x), source);
            arrays.Cpu.Unary(new Affine(-1.5f, 0.25f), source, y);
            CpuArrays.AssertSame(arrays.Read(y), expected);
            CpuArrays.AssertSame(arrays.Read(source), x, "the input stays");
            arrays.Cpu.Unary(new Affine(-1.5f, 0.25f), source, source);
            CpuArrays.AssertSame(arrays.Read(source), arrays.Read(y), "in place");
        }
    }

    [Test]
    public void A_value_does_not_depend_on_its_position_or_on_the_threads()
    {
        float[] x = CpuArrays.Numbers(200003, 2, -6, 6);
        using var arrays = new CpuArrays(1);
        TensorView whole = arrays.From(new Shape(x.Length), x), y = arrays.New(whole.Shape);
        arrays.Cpu.Unary(default(Tanh), whole, y);
        float[] once = arrays.Read(y);
        for (int start = 1; start < 9; start++)
        {
            TensorView part = arrays.From(new Shape(x.Length - start), x[start..]), z = arrays.New(part.Shape);
            arrays.Cpu.Unary(default(Tanh), part, z);
            CpuArrays.AssertSame(arrays.Read(z), once[start..]);
        }
        using var three = new CpuArrays(3);
        TensorView again = three.From(new Shape(x.Length), x);
        three.Cpu.Unary(default(Tanh), again, again);
        CpuArrays.AssertSame(three.Read(again), once);
    }

    [TestCaseSource(nameof(Sizes))]
    public void Binary_of_equal_shapes_also_in_place_of_either_operand(int n)
    {
        using var arrays = new CpuArrays();
        float[] a = CpuArrays.Numbers(n, 3), b = CpuArrays.Numbers(n, 4);
        TensorView va = arrays.From(new Shape(n), a), vb = arrays.From(new Shape(n), b), y = arrays.New(new Shape(n));
        arrays.Cpu.Binary(default(Sub), va, vb, y);
        float[] expected = a.Zip(b, (p, q) => p - q).ToArray();
        CpuArrays.AssertSame(arrays.Read(y), expected);
        TensorView left = arrays.From(new Shape(n), a), right = arrays.From(new Shape(n), b);
        arrays.Cpu.Binary(default(Sub), left, vb, left);
        arrays.Cpu.Binary(default(Sub), va, right, right);
        CpuArrays.AssertSame(arrays.Read(left), expected);
        CpuArrays.AssertSame(arrays.Read(right), expected);
    }

    [TestCaseSource(nameof(Broadcasts))]
    public void Binary_broadcasts(int[] a, int[] b, int[] y)
    {
        using var arrays = new CpuArrays();
        TensorView va = arrays.Random(new Shape(a), 5), vb = arrays.Random(new Shape(b), 6), vy = arrays.New(new Shape(y));
        float[] expected = Naive(va.Shape, arrays.Read(va), vb.Shape, arrays.Read(vb), vy.Shape);
        arrays.Cpu.Binary(new Axpy(-0.7f), va, vb, vy);
        CpuArrays.AssertSame(arrays.Read(vy), expected);
        if (va.Count == vy.Count)
        {
            arrays.Cpu.Binary(new Axpy(-0.7f), va, vb, va);
            CpuArrays.AssertSame(arrays.Read(va), arrays.Read(vy), "in place over a");
        }
        else if (vb.Count == vy.Count)
        {
            arrays.Cpu.Binary(new Axpy(-0.7f), va, vb, vb);
            CpuArrays.AssertSame(arrays.Read(vb), arrays.Read(vy), "in place over b");
        }
    }

    static float[] Naive(Shape aShape, float[] a, Shape bShape, float[] b, Shape yShape)
    {
        Shape a4 = aShape.To4D(), b4 = bShape.To4D(), y4 = yShape.To4D();
        var y = new float[yShape.Count];
        int at = 0;
        for (int i = 0; i < y4[0]; i++)
            for (int j = 0; j < y4[1]; j++) for (int k = 0; k < y4[2]; k++) for (int l = 0; l < y4[3]; l++)
                y[at++] = MathF.FusedMultiplyAdd(-0.7f, b[At(b4, i, j, k, l)], a[At(a4, i, j, k, l)]);
        return y;

        static int At(Shape s, int i, int j, int k, int l) => ((i % s[0] * s[1] + j % s[1]) * s[2] + k % s[2]) * s[3] + l % s[3];
    }

    [Test]
    public void NaN_and_infinity_pass_through()
    {
        using var arrays = new CpuArrays();
        float[] special = [float.NaN, float.PositiveInfinity, float.NegativeInfinity, -3f, 2f];
        float[] x = [.. special, .. special, .. special];
        TensorView v = arrays.From(new Shape(15), x), one = arrays.From(new Shape([]), 1f), y = arrays.New(new Shape(15));
        arrays.Cpu.Unary(default(Relu), v, y);
        Assert.That(arrays.Read(y)[10..], Is.EqualTo((float[])[float.NaN, float.PositiveInfinity, 0f, 0f, 2f]));
        arrays.Cpu.Binary(default(Maximum), one, v, y);
        Assert.That(arrays.Read(y)[10..], Is.EqualTo((float[])[float.NaN, float.PositiveInfinity, 1f, 1f, 2f]));
        arrays.Cpu.Binary(default(Minimum), v, one, y);
        Assert.That(arrays.Read(y)[..5], Is.EqualTo((float[])[float.NaN, 1f, float.NegativeInfinity, -3f, 1f]));
    }

    [Test]
    public void Nothing_is_allocated_in_steady_state()
    {
        using var arrays = new CpuArrays();
        TensorView x = arrays.Random(new Shape(64, 32, 32, 3), 7), bias = arrays.Random(new Shape(3), 8), y = arrays.New(x.Shape);
        TensorView rows = arrays.Random(new Shape(64, 1, 1, 3), 9), bytes = arrays.New(x.Shape, DType.U8);
        Assert.That(Allocations.PerRound(() =>
        {
            arrays.Cpu.Fill(y, 1);
            arrays.Cpu.Unary(default(Tanh), x, y);
            arrays.Cpu.Binary(default(Add), x, bias, y);
            arrays.Cpu.Binary(default(Mul), y, rows, y);
            arrays.Cpu.Cast(y, bytes);
        }), Is.Zero);
    }
}
