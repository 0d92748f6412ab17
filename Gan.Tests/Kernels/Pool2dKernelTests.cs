using Ssgan.Emulator;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Kernels.Cpu;

namespace Ssgan.Tests.Kernels;

public class Pool2dKernelTests
{
    static readonly PoolSpec[] Specs = [new(2, 2, 0), new(3, 2, 1), new(3, 1, 1), new(2, 1, 0), new(1, 1, 0),
        new(2, 3, 0), new(5, 2, 2)];

    delegate void Visit(int input, int output, int position);

    /// <summary>Calls back for every (input, output) pair that a window joins, outputs in order, inputs in row order.</summary>
    static void Windows(int n, int h, int w, int c, PoolSpec s, Visit visit)
    {
        int oh = s.Output(h), ow = s.Output(w);
        for (int i = 0; i < n; i++)
            for (int r = 0; r < oh; r++)
                for (int q = 0; q < ow; q++)
                    for (int k = 0; k < c; k++)
                        for (int y = r * s.Stride - s.Padding; y < r * s.Stride - s.Padding + s.Kernel; y++)
                            for (int x = q * s.Stride - s.Padding; x < q * s.Stride - s.Padding + s.Kernel; x++)
                                if (y >= 0 && y < h && x >= 0 && x < w)
                                    visit(((i * h + y) * w + x) * c + k, ((i * oh + r) * ow + q) * c + k, y * w + x);
    }

    [Test]
    public void Average_is_the_mean_with_padding_as_zeros([ValueSource(nameof(Specs))] PoolSpec s, [Values(6, 7)] int h,
        [Values(5, 8)] int w, [Values(1, 3, 8, 17, 64, 129)] int c)
    {
        const int N = 2;
        int oh = s.Output(h), ow = s.Output(w);
        using var b = new CpuBackend(2);
        using var a = new NnArrays(b);
        var (x, y, dy, dx) = (a.Normals(N, h, w, c), a.Output(N, oh, ow, c), a.Normals(N, oh, ow, c), a.Output(N, h, w, c));
        b.AvgPool2d(x, y, s);
        b.AvgPool2dBackward(dy, dx, s);
        float[] xs = a.Read(x), dys = a.Read(dy);
        double[] mean = new double[y.Count], spread = new double[x.Count];
        Windows(N, h, w, c, s, (i, o, _) =>
        {
            mean[o] += (double)xs[i] / (s.Kernel * s.Kernel);
            spread[i] += (double)dys[o] / (s.Kernel * s.Kernel);
        });
        // Sums of at most 25 terms of size one.
        NnChecks.Close(a.Read(y), mean, 2e-6);
        NnChecks.Close(a.Read(dx), spread, 2e-6);
        NnChecks.Adjoint(a.Read(y), dys, xs, a.Read(dx));
    }

    [Test]
    public void The_mean_is_added_to_another_array([ValueSource(nameof(Specs))] PoolSpec s,
        [Values(1, 3, 8, 65)] int c, [Values] bool inPlace)
    {
        int oh = s.Output(7), ow = s.Output(6);
        using var b = new CpuBackend(2);
        using var a = new NnArrays(b);
        var (x, other, pooled) = (a.Normals(2, 7, 6, c), a.Normals(2, oh, ow, c), a.Output(2, oh, ow, c));
        var y = inPlace ? other : a.Output(2, oh, ow, c);
        b.AvgPool2d(x, pooled, s);
        double[] expected = [.. a.Read(pooled).Zip(a.Read(other), (p, q) => (double)p + q)];
        b.AvgPool2dAdd(x, other, y, s);
        NnChecks.Close(a.Read(y), expected, 2e-6);
    }

    [Test]
    public void A_window_over_everything_is_the_global_mean()
    {
        using var b = new CpuBackend(2);
        using var a = new NnArrays(b);
        var (x, y) = (a.Normals(3, 8, 8, 20), a.Output(3, 1, 1, 20));
        b.AvgPool2d(x, y, new PoolSpec(8, 8, 0));
        float[] xs = a.Read(x);
        var mean = new double[60];
        for (int i = 0; i < xs.Length; i++) mean[i / (64 * 20) * 20 + i % 20] += xs[i] / 64.0;
        NnChecks.Close(a.Read(y), mean, 2e-6);
    }

    [Test]
    public void Maximum_is_the_first_largest_and_padding_never_wins([ValueSource(nameof(Specs))] PoolSpec s, [Values(6, 7)] int h,
        [Values(1, 3, 8, 17, 64, 129)] int c, [Values] bool nans)
    {
        const int N = 2, W = 5;
        int oh = s.Output(h), ow = s.Output(W);
        using var b = new CpuBackend(2);
        using var a = new NnArrays(b);
        // Few distinct negative values: many ties, and a padding zero would win if it took part.
        var values = new float[N * h * W * c];
        for (int i = 0; i < values.Length; i++) values[i] = nans && a.Random.Next(7) == 0 ? float.NaN : -1 - a.Random.Next(3);
        var (x, y, index, dy, dx, again) = (a.Of(values, N, h, W, c), a.Output(N, oh, ow, c),
            a.Ints(new int[N * oh * ow * c], N, oh, ow, c), a.Normals(N, oh, ow, c),
            a.Output(N, h, W, c), a.Output(N, oh, ow, c));
        b.MaxPool2d(x, y, index, s);
        var max = new double[y.Count];
        var at = new int[y.Count];
        Array.Fill(at, -1);
        Windows(N, h, W, c, s, (i, o, position) =>
        {
            if (at[o] >= 0 && (double.IsNaN(max[o]) || values[i] <= max[o])) return;
            max[o] = values[i];
            at[o] = position;
        });
        NnChecks.Close(a.Read(y), max, 0);
        Assert.That(a.ReadInts(index), Is.EqualTo(at));
        b.MaxPool2dGather(x, index, again);
        NnChecks.Close(a.Read(again), max, 0);
        b.MaxPool2dBackward(dy, index, dx, s);
        float[] dys = a.Read(dy);
        var expected = new double[x.Count];
        for (int o = 0; o < at.Length; o++) expected[(o / (oh * ow * c) * h * W + at[o]) * c + o % c] += dys[o];
        NnChecks.Close(a.Read(dx), expected, 3e-6);
    }

    [Test]
    public void An_empty_batch_is_left_alone()
    {
        using var b = new CpuBackend(2);
        using var a = new NnArrays(b);
        var (x, y, index, s) = (a.Output(0, 4, 4, 3), a.Output(0, 2, 2, 3), a.Ints([], 0, 2, 2, 3), new PoolSpec(2, 2, 0));
        Assert.DoesNotThrow(() =>
        {
            b.AvgPool2d(x, y, s);
            b.AvgPool2dBackward(y, x, s);
            b.MaxPool2d(x, y, index, s);
            b.MaxPool2dGather(x, index, y);
            b.MaxPool2dBackward(y, index, x, s);
        });
    }

    [Test]
    public void Threads_do_not_matter_and_nothing_is_allocated([Values(0, 1)] int which)
    {
        var s = which == 0 ? new PoolSpec(2, 2, 0) : new PoolSpec(3, 2, 1);
        int o = s.Output(33);
        NnChecks.ThreadsDoNotMatter((b, a) =>
        {
            var (x, y, z, dx, dz, index) = (a.Normals(2, 33, 33, 70), a.Output(2, o, o, 70), a.Output(2, o, o, 70),
                a.Output(2, 33, 33, 70), a.Output(2, 33, 33, 70),
                a.Ints(new int[2 * o * o * 70], 2, o, o, 70));
            b.AvgPool2d(x, y, s);
            b.AvgPool2dBackward(y, dx, s);
            b.MaxPool2d(x, z, index, s);
            b.MaxPool2dBackward(y, index, dz, s);
            return [a.Read(y), a.Read(dx), a.Read(z), a.Read(dz)];
        });
        using var backend = new CpuBackend(2);
        using var arrays = new NnArrays(backend);
        var (p, q, at) = (arrays.Normals(2, 33, 33, 70), arrays.Output(2, o, o, 70),
            arrays.Ints(new int[2 * o * o * 70], 2, o, o, 70));
        NnChecks.AllocatesNothing(() => backend.AvgPool2d(p, q, s));
        NnChecks.AllocatesNothing(() => backend.AvgPool2dBackward(q, p, s));
        NnChecks.AllocatesNothing(() => backend.MaxPool2d(p, q, at, s));
        NnChecks.AllocatesNothing(() => backend.MaxPool2dGather(p, at, q));
        NnChecks.AllocatesNothing(() => backend.MaxPool2dBackward(q, at, p, s));
    }
}
