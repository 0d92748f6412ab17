using CsCheck;
using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Ops;

/// <summary>Operations on shapes that are drawn, against loops that say what they mean. Whole numbers have exact sums.</summary>
sealed class PropertyTests
{
    static readonly Gen<int[]> s_shape = Gen.Int[1, 4].Array[1, 4];

    // A permutation of the axes.
    static readonly Gen<(int[] Shape, int[] Order)> s_permuted =
        s_shape.SelectMany(static shape => Gen.Shuffle(Enumerable.Range(0, shape.Length).ToArray()).Select(o => (shape, o)));

    [Test]
    public void Broadcasting() => (from shape in s_shape
            from a in Gen.Bool.Array[shape.Length]
            from b in Gen.Bool.Array[shape.Length]
            from lost in Gen.Int[0, shape.Length - 1]
            select (A: Ones(shape, a), B: Ones(shape, b)[lost..])).Check(static t =>
        {
            using var device = Device.Cpu(1);
            using var scope = device.Scope();
            float[] x = Numbers(t.A, 1), y = Numbers(t.B, 2);
            var sum = device.Values(t.A, x) * 3f + device.Values(t.B, y);
            int[] wide = [.. Enumerable.Repeat(1, t.A.Length - t.B.Length), .. t.B];
            int[] shape = [.. t.A.Zip(wide, static (m, n) => m == 1 ? n : m)];
            Same(sum, shape, [.. Places(shape).Select(at => x[Offset(t.A, at)] * 3 + y[Offset(wide, at)])]);
        });

    [Test]
    public void Indexing() => (from shape in s_shape
            from starts in Gen.Double[0, 1].Array[shape.Length]
            from ends in Gen.Double[0, 1].Array[shape.Length]
            select (Shape: shape, From: shape.Zip(starts, static (n, f) => (int)(f * (n - 0.001))).ToArray(), Ends: ends))
        .Check(static t =>
        {
            using var device = Device.Cpu(1);
            using var scope = device.Scope();
            float[] x = Numbers(t.Shape, 3);
            int[] length = [.. t.Shape.Select((n, i) => 1 + (int)(t.Ends[i] * (n - t.From[i] - 0.001)))];
            var all = device.Values(t.Shape, x);
            var part = all[[.. t.From.Select((f, i) => (TensorIndex)(f..(f + length[i])))]];
            float[] naive = [.. Places(length).Select(at => x[Offset(t.Shape, [.. at.Zip(t.From, static (p, f) => p + f)])])];
            Same(part, length, naive);
            var sliced = all;
            for (int i = 0; i < length.Length; i++) sliced = sliced.Slice(i, t.From[i], length[i]);
            Same(sliced, length, naive);
        });

    [Test]
    public void Permuting() => s_permuted.Check(static t =>
        {
            using var device = Device.Cpu(1);
            using var scope = device.Scope();
            float[] x = Numbers(t.Shape, 4);
            int[] shape = [.. t.Order.Select(axis => t.Shape[axis])];
            Same(device.Values(t.Shape, x).Permute(t.Order), shape, [.. Places(shape).Select(at =>
            {
                int[] place = new int[at.Length];
                for (int i = 0; i < at.Length; i++) place[t.Order[i]] = at[i];
                return x[Offset(t.Shape, place)];
            })]);
        });

    [Test]
    public void Reducing() => (from t in s_permuted
            from count in Gen.Int[1, t.Shape.Length]
            from keep in Gen.Bool
            select (t.Shape, Axes: t.Order[..count], Keep: keep)).Check(static t =>
        {
            using var device = Device.Cpu(1);
            using var scope = device.Scope();
            float[] x = Numbers(t.Shape, 5);
            int[] kept = Ones(t.Shape, [.. t.Shape.Select((_, i) => t.Axes.Contains(i))]);
            float[] sums = new float[kept.Aggregate(1, static (a, b) => a * b)], most = new float[sums.Length];
            Array.Fill(most, float.NegativeInfinity);
            foreach (int[] at in Places(t.Shape))
            {
                sums[Offset(kept, at)] += x[Offset(t.Shape, at)];
                most[Offset(kept, at)] = Math.Max(most[Offset(kept, at)], x[Offset(t.Shape, at)]);
            }
            int[] shape = t.Keep ? kept : [.. kept.Where((_, i) => !t.Axes.Contains(i))];
            var all = device.Values(t.Shape, x);
            Same(all.Sum(t.Axes, t.Keep), shape, sums);
            Same(all.Max(t.Axes, t.Keep), shape, most);
        });

    [Test]
    public void Convolving() => (from n in Gen.Int[1, 2]
            from size in Gen.Int[1, 7].Array[2]
            from kernel in Gen.Int[1, 3].Array[2]
            from groups in Gen.Int[1, 2]
            from channels in Gen.Int[1, 3].Array[2]
            from how in Gen.Int[0, 2].Array[3]
            let stride = 1 + how[0]
            let padding = how[1]
            let dilation = 1 + how[2] / 2
            where size.Zip(kernel).All(s => s.First + 2 * padding > (s.Second - 1) * dilation)
            select (X: (int[])[n, size[0], size[1], channels[0] * groups],
                W: (int[])[channels[1] * groups, kernel[0], kernel[1], channels[0]], groups, stride, padding, dilation))
        .Check(static t =>
        {
            using var device = Device.Cpu(1);
            using var scope = device.Scope();
            float[] x = Numbers(t.X, 6), w = Numbers(t.W, 7);
            var y = device.Values(t.X, x).Conv2d(device.Values(t.W, w), null,
                new ConvSpec(t.stride, t.padding, t.dilation, t.groups));
            int Side(int i) => (t.X[i] + 2 * t.padding - (t.W[i] - 1) * t.dilation - 1) / t.stride + 1;
            int[] shape = [t.X[0], Side(1), Side(2), t.W[0]];
            Same(y, shape, [.. Places(shape).Select(at =>
            {
                float sum = 0;
                int first = at[3] / (t.W[0] / t.groups) * t.W[3];
                foreach (int[] tap in Places(t.W[1..]))
                {
                    int row = at[1] * t.stride - t.padding + tap[0] * t.dilation,
                        column = at[2] * t.stride - t.padding + tap[1] * t.dilation;
                    if (row < 0 || row >= t.X[1] || column < 0 || column >= t.X[2]) continue;
                    sum += x[Offset(t.X, [at[0], row, column, first + tap[2]])]
                        * w[Offset(t.W, [at[3], tap[0], tap[1], tap[2]])];
                }
                return sum;
            })], within: 1e-3);
        });

    /// <summary>A shape with 1 on some axes.</summary>
    static int[] Ones(int[] shape, bool[] where) => [.. shape.Zip(where, static (n, one) => one ? 1 : n)];

    static float[] Numbers(int[] shape, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, shape.Aggregate(1, static (a, b) => a * b)).Select(_ => (float)random.Next(-50, 51))];
    }

    /// <summary>All places of a shape, in the order of memory.</summary>
    static IEnumerable<int[]> Places(int[] shape)
    {
        int count = shape.Aggregate(1, static (a, b) => a * b);
        for (int i = 0; i < count; i++)
        {
            int[] at = new int[shape.Length];
            for (int axis = shape.Length - 1, left = i; axis >= 0; left /= shape[axis--]) at[axis] = left % shape[axis];
            yield return at;
        }
    }

    /// <summary>Where a place is in memory; on axes of one, everything is at 0.</summary>
    static int Offset(int[] shape, int[] at)
    {
        int offset = 0;
        for (int i = 0; i < shape.Length; i++) offset = offset * shape[i] + (shape[i] == 1 ? 0 : at[i]);
        return offset;
    }

    // Thrown, not asserted: the library makes the shapes of what fails smaller, and names them.
    static void Same(Tensor tensor, int[] shape, float[] naive, double within = 0)
    {
        if (tensor.Shape != new Shape(shape)) throw new InvalidOperationException($"{tensor.Shape} is not {new Shape(shape)}");
        float[] values = tensor.ToArray();
        for (int i = 0; i < naive.Length; i++)
            if (Math.Abs(values[i] - naive[i]) > within) throw new InvalidOperationException($"{values[i]} is not {naive[i]}");
    }
}

/// <summary>Draws the same each time: the library takes a seed for its first drawing alone.</summary>
static class Draws
{
    const int Times = 300;

    public static void Check<T>(this Gen<T> gen, Action<T> test)
    {
        for (int i = 0; i < Times; i++) gen.Sample(test, seed: $"{i:D4}KOIPe036", iter: 1, threads: 1);
    }
}
