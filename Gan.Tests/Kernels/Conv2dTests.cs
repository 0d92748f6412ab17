using Ssgan.Engine.Kernels;
using Ssgan.Engine.Kernels.Cpu;
using Ssgan.Engine.Kernels.Cpu.Gemm;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Kernels;

[TestFixture(SimdPath.Vector128, 2)]
[TestFixture(SimdPath.Vector256, 2)]
[TestFixture(SimdPath.Vector512, 2)]
[TestFixture(SimdPath.Auto, 1)]
[TestFixture(SimdPath.Auto, 3)]
sealed class Conv2dTests(SimdPath simd, int threads)
{
    readonly CpuBackend _backend = new(threads, simd);

    [OneTimeTearDown]
    public void DisposeBackend() => _backend.Dispose();

    [TestCase(3, 34, 37), TestCase(3, 24, 40)]
    [TestCase(30, 3, 5), TestCase(30, 20, 3)]
    public void Same_bytes_whatever_the_number_of_threads(int n, int channels, int filters)
    {
        var t = new ConvCase(n, 9, 11, channels, filters, 3, 3, 1, 1);
        float[][]? first = null;
        foreach (int count in (int[])[1, 1, 2, 4])
        {
            using var backend = new CpuBackend(count, simd);
            var results = RunAll(backend, t);
            first ??= results;
            for (int i = 0; i < 3; i++) Assert.That(results[i].AsSpan().SequenceEqual(first[i]), $"op {i}, {count} threads");
        }
    }

    [Test]
    public void Allocates_nothing_in_steady_state()
    {
        var t = new ConvCase(2, 12, 12, 24, 40, 3, 3, 1, 1);
        using var a = new Arrays(_backend, t);
        Assert.That(Allocations.PerRound(() => a.Forward(_backend, t)), Is.Zero, "forward");
        Assert.That(Allocations.PerRound(() => a.BackwardData(_backend, t)), Is.Zero, "data gradient");
        Assert.That(Allocations.PerRound(() => a.BackwardFilter(_backend, t)), Is.Zero, "filter gradient");
    }

    [TestCase(3, 3, 16, 4e-6)]
    [TestCase(5, 5, 32, 4e-6)]
    [TestCase(1, 7, 32, 8e-6)]
    [TestCase(7, 1, 32, 8e-6)]
    public void Winograds_method_rounds_little(int height, int width, int filters, double most)
    {
        // Sums over 256 channels or 192 pixels: what F32 sums of that length lose themselves is about 1e-6 of the result's size.
        var t = new ConvCase(1, 12, 16, 256, filters, height, width, 1, Math.Min(height, width) / 2);
        double[] y = new double[t.DyShape.Count], dx = new double[t.XShape.Count], dw = new double[t.WShape.Count];
        t.ForEachTerm((xi, wi, yi) =>
        {
            y[yi] += (double)t.X[xi] * t.W[wi];
            dx[xi] += (double)t.W[wi] * t.Dy[yi];
            dw[wi] += (double)t.X[xi] * t.Dy[yi];
        });
        for (int i = 0; i < y.Length; i++) y[i] += t.Bias[i % t.Bias.Length];
        var results = RunAll(_backend, t);
        foreach (var (name, result, expected) in (ReadOnlySpan<(string, float[], double[])>)[("y", results[0], y),
            ("dx", results[1], dx), ("dw", results[2], dw)])
        {
            double error = Math.Sqrt(result.Zip(expected, static (a, b) => (a - b) * (a - b))
                .Sum() / expected.Sum(static b => b * b));
            TestContext.Out.WriteLine($"{name}: {error:E2}");
            Assert.That(error, Is.LessThan(most), name);
        }
    }

    static IEnumerable<TestCaseData> Outliers() =>
        from value in (float[])[1e6f, -1e30f, float.PositiveInfinity, float.NegativeInfinity, float.NaN]
        from shape in (int[][])[[3, 3, 0], [3, 3, 1], [3, 3, 2], [5, 5, 2], [1, 7, 0], [7, 1, 0]]
        select new TestCaseData(value, shape[0], shape[1], shape[2]);

    [TestCaseSource(nameof(Outliers))]
    public void An_outlier_spoils_only_what_its_window_holds(float outlier, int height, int width, int padding)
    {
        var t = new ConvCase(2, 18, 21, 32, 40, height, width, 1, padding);
        t.X[((0 * 18 + 9) * 21 + 10) * 32 + 5] = outlier;
        t.Dy[((t.DyShape[1] + 8) * t.DyShape[2] + 9) * 40 + 3] = outlier;
        double[] y = new double[t.DyShape.Count], dx = new double[t.XShape.Count];
        double[] size = new double[y.Length], sizeOfDx = new double[dx.Length];
        t.ForEachTerm((xi, wi, yi) =>
        {
            y[yi] += (double)t.X[xi] * t.W[wi];
            size[yi] += Math.Abs((double)t.X[xi] * t.W[wi]);
            dx[xi] += (double)t.W[wi] * t.Dy[yi];
            sizeOfDx[xi] += Math.Abs((double)t.W[wi] * t.Dy[yi]);
        });
        for (int i = 0; i < y.Length; i++) y[i] += t.Bias[i % t.Bias.Length];
        // All results of such a tile may hold the outlier, some times a small tap: they are as exact as where it is large.
        if (height != width || height > 3)
            for (int i = 0; i < size.Length; i += 40) Array.Fill(size, size.AsSpan(i, 40).ToArray().Max(), i, 40);
        var results = RunAll(_backend, t);
        AssertSummed(results[0], y, size, "y");
        AssertSummed(results[1], dx, sizeOfDx, "dx");
    }

    /// <summary>
    /// Each result is off by what sums of its own terms lose, or of terms 256 times as large by Winograd's method; what is not
    /// finite is told apart.
    /// </summary>
    static void AssertSummed(float[] actual, double[] expected, double[] size, string name)
    {
        for (int i = 0; i < actual.Length; i++)
        {
            bool right = double.IsFinite(expected[i])
                ? Math.Abs(actual[i] - expected[i]) <= 1e-4 * (1 + size[i]) : expected[i].Equals(actual[i]);
            Assert.That(right, $"{name}[{i}] is {actual[i]}, not {expected[i]}");
        }
    }

    [Test]
    public void Filters_that_pass_an_image_on_pass_huge_ones_on()
    {
        var t = new ConvCase(1, 16, 16, 16, 16, 3, 3, 1, 1);
        Array.Fill(t.X, 1e38f);
        Array.Fill(t.Dy, 1e38f);
        Array.Fill(t.Bias, 0);
        Array.Clear(t.W);
        for (int k = 0; k < 16; k++) t.W[(k * 9 + 4) * 16 + k] = 1;
        var results = RunAll(_backend, t);
        Assert.That(results[0], Is.All.EqualTo(1e38f), "y");
        Assert.That(results[1], Is.All.EqualTo(1e38f), "dx");
    }

    [Test]
    public void A_filter_gradient_that_is_infinite_is_summed_plainly()
    {
        var t = new ConvCase(1, 16, 16, 16, 16, 3, 3, 1, 1);
        Array.Fill(t.Dy, 1);
        t.X[(8 * 16 + 8) * 16 + 5] = float.PositiveInfinity;
        var dw = RunAll(_backend, t)[2];
        for (int i = 0; i < dw.Length; i++)
            Assert.That(float.IsPositiveInfinity(dw[i]), Is.EqualTo(i % 16 == 5), $"{i}: {dw[i]}");
        Assert.That(dw, Has.None.NaN);
    }

    [Test]
    public void The_error_of_Winograds_method_stays_within_its_bound([Values(16, 256)] int channels, [Values] bool alternate)
    {
        // Largest pixels and taps of 1; signs at random, or alternating as the transforms' largest rows do.
        var t = new ConvCase(1, 16, 16, channels, 16, 3, 3, 1, 0);
        var random = new Random(channels);
        Array.Clear(t.Bias);
        for (int i = 0; i < t.X.Length; i++)
            t.X[i] = alternate ? (i / channels % 2 == 0 ? 1 : -0.999f) : random.NextSingle() * 2 - 1;
        for (int i = 0; i < t.W.Length; i++) t.W[i] = alternate ? 1 - 0.001f * (i % 7) : random.NextSingle() * 2 - 1;
        var expected = new double[t.DyShape.Count];
        t.ForEachTerm((x, f, y) => expected[y] += (double)t.X[x] * t.W[f]);
        double worst = RunAll(_backend, t)[0].Zip(expected, static (a, b) => Math.Abs(a - b)).Max();
        Assert.That(worst, Is.LessThan(channels * (channels + 25) * 752 * Math.Pow(2, -24)));
    }

    [Test]
    public void Plain_sums_can_be_asked_for()
    {
        // Where nothing is negative plain sums are not either, and 0 stays 0; Winograd's method leaves rounding errors.
        using var plain = new CpuBackend(threads, simd) { AllowWinograd = false };
        var t = new ConvCase(1, 16, 16, 64, 16, 3, 3, 1, 1);
        Array.Clear(t.Bias);
        foreach (float[] values in (float[][])[t.X, t.W, t.Dy])
            for (int i = 0; i < values.Length; i++) values[i] = Math.Abs(values[i]);
        for (int pixel = 0; pixel < 256; pixel++) if (pixel % 16 > 8) Array.Clear(t.X, pixel * 64, 64);
        for (int pixel = 0; pixel < 256; pixel++) if (pixel % 16 > 8) Array.Clear(t.Dy, pixel * 16, 16);
        float[][] sums = RunAll(plain, t), fast = RunAll(_backend, t);
        for (int i = 0; i < sums[0].Length; i++) if (i / 16 % 16 > 9) Assert.That(sums[0][i], Is.Zero, $"y[{i}]");
        Assert.That(sums[1], Is.All.GreaterThanOrEqualTo(0), "dx");
        Assert.That(sums[2], Is.All.GreaterThanOrEqualTo(0), "dw");
        Assert.That(fast[0], Is.Not.EqualTo(sums[0]));
        Assert.That(fast[0], Is.EqualTo(sums[0]).Within(1e-3), "errors of 1e-5 of sums of some 150");
    }

    [Test]
    public void Filters_done_in_turn_equal_those_done_at_once()
    {
        // More of both than Winograd's method transforms at a time.
        const int many = 512, filters = 240, half = filters / 2;
        var t = new ConvCase(1, 8, 24, many, filters, 3, 3, 1, 1);
        var whole = RunAll(_backend, t);
        for (int first = 0; first < filters; first += half)
        {
            var part = RunAll(_backend, t.Filters(first, half));
            Assert.That(part[0], Is.EqualTo(ConvCase.Channels(whole[0], filters, first, half)), $"y of filters from {first}");
            Assert.That(part[2].AsSpan().SequenceEqual(whole[2].AsSpan(first * 9 * many, half * 9 * many)),
                $"dw of filters from {first}");
        }
        var turned = new ConvCase(1, 8, 24, filters, many, 3, 3, 1, 1);
        var dx = RunAll(_backend, turned)[1];
        for (int first = 0; first < filters; first += half)
        {
            var part = RunAll(_backend, turned.InputChannels(first, half))[1];
            Assert.That(part, Is.EqualTo(ConvCase.Channels(dx, filters, first, half)), $"dx of channels from {first}");
        }
    }

    static float[][] RunAll(CpuBackend backend, ConvCase t)
    {
        using var a = new Arrays(backend, t);
        a.Forward(backend, t);
        a.BackwardData(backend, t);
        a.BackwardFilter(backend, t);
        return [a.Y.Read(), a.Dx.Read(), a.Dw.Read()];
    }

    /// <summary>A case's arrays on a backend.</summary>
    sealed class Arrays(CpuBackend backend, ConvCase t) : IDisposable
    {
        readonly GuardedArray _x = new(backend, t.XShape, t.X), _w = new(backend, t.WShape, t.W),
            _dy = new(backend, t.DyShape, t.Dy);
        readonly GuardedArray _bias = new(backend, new Shape(t.Bias.Length), t.Bias);

        public GuardedArray Y { get; } = new(backend, t.DyShape);
        public GuardedArray Dx { get; } = new(backend, t.XShape);
        public GuardedArray Dw { get; } = new(backend, t.WShape);

        public void Forward(CpuBackend on, ConvCase c) => on.Conv2dForward(_x.View, _w.View, _bias.View, Y.View, c.Spec);
        public void BackwardData(CpuBackend on, ConvCase c) => on.Conv2dBackwardData(_dy.View, _w.View, Dx.View, c.Spec);
        public void BackwardFilter(CpuBackend on, ConvCase c) => on.Conv2dBackwardFilter(_x.View, _dy.View, Dw.View, c.Spec);

        public void Dispose()
        {
            foreach (var array in (GuardedArray[])[_x, _w, _dy, _bias, Y, Dx, Dw]) array.Dispose();
        }
    }
}
