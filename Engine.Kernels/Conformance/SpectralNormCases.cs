namespace Ssgan.Engine.Kernels.Conformance;

/// <summary>Power iteration, sigma, W / sigma and its gradient, for layers of many sizes at once.</summary>
static class SpectralNormCases
{
    const float Epsilon = 1e-12f;

    /// <summary>
    /// Rows and columns. Filters read as matrices, heads, and what exceeds a block's memory in either direction.
    /// </summary>
    static readonly (int Rows, int Columns)[] s_mixed =
        [(1, 1), (1, 128), (4, 128), (5, 27), (16, 27), (64, 100), (129, 8), (33, 36), (128, 132), (3, 1), (7, 8)];

    public static IEnumerable<ConformanceCase> All =>
    [
        .. from type in CaseRun.Storages
           from iterations in new[] { 0, 1, 3 }
           select new ConformanceCase("SpectralNorm", $"a network, {iterations} iterations, {type}",
               run => Forward(run, s_mixed, iterations, type)),
        .. from size in new (int, int)[] { (150, 257), (1200, 36), (4, 4500), (2, 4099), (500, 68), (3000, 5) }
           from iterations in new[] { 0, 2 }
           select new ConformanceCase("SpectralNorm", $"one layer {size}, {iterations} iterations",
               run => Forward(run, [size], iterations, DType.F32)),
        .. from size in new (int, int)[] { (33, 3000), (300, 257), (4, 40000), (64, 1152), (2, 70000) }
           from iterations in new[] { 0, 1, 3 }
           select new ConformanceCase("SpectralNorm", $"one layer {size}, {iterations} iterations",
               run => Forward(run, [size], iterations, DType.F32)) { IsLarge = true },
        .. from size in new (int, int)[] { (129, 33), (64, 1152), (2, 70000) }
           select new ConformanceCase("SpectralNorm", $"backward of one layer {size}",
               run => Backward(run, [size], DType.F32, 0)) { IsLarge = true },
        new("SpectralNorm", "a large layer beside small ones",
            run => Forward(run, [(2, 3), (256, 288), (1, 40), (40, 1)], 1, DType.BF16)),
        // More layers than one launch takes.
        new("SpectralNorm", "70 layers",
            run => Forward(run, [.. Enumerable.Range(0, 70).Select(static i => (1 + i % 5, 1 + i % 9))], 1, DType.F32)),
        new("SpectralNorm", "skewed", run => Forward(run, s_mixed, 1, DType.F32, skew: 1)),
        new("SpectralNorm", "skewed BF16", run => Forward(run, s_mixed, 1, DType.BF16, skew: 3)),
        new("SpectralNorm", "no layers", static run => run.Backend.SpectralNormForward([], 1, Epsilon)),
        new("SpectralNorm", "a NaN stays in its layer",
            run => Forward(run, [(40, 36), (5, 27)], 1, DType.F32, firstWeight: float.NaN)),
        new("SpectralNorm", "an infinity stays in its layer", run =>
            Forward(run, [(40, 36), (5, 27)], 1, DType.F32, firstWeight: float.PositiveInfinity)),
        .. from type in CaseRun.Storages
           select new ConformanceCase("SpectralNorm", $"a zero u, {type}",
               run => Forward(run, [(40, 36), (5, 27)], 1, type, zeroU: true)),
        .. from type in CaseRun.Storages
           from skew in new[] { 0, 1 }
           select new ConformanceCase("SpectralNorm", $"backward {type}{(skew > 0 ? " skewed" : "")}",
               run => Backward(run, s_mixed, type, skew)),
        new("SpectralNorm", "overflow of W / sigma in BF16", Overflow),
        .. from type in CaseRun.Storages
           from first in new[] { float.NaN, float.PositiveInfinity }
           select new ConformanceCase("SpectralNorm", $"backward {type}, {first} stays in its layer", run =>
               Backward(run, [(40, 36), (5, 27)], type, 0, first)),
        new("SpectralNorm", "backward of a large layer beside small ones",
            run => Backward(run, [(2, 3), (256, 288), (1, 40), (40, 1), (300, 65)], DType.BF16, 0)),
        new("SpectralNorm", "backward of 70 layers", run =>
            Backward(run, [.. Enumerable.Range(0, 70).Select(static i => (1 + i % 5, 1 + i % 9))], DType.F32, 0)),
    ];

    /// <summary>
    /// Weights with a mean, and u and v of positive numbers: the largest singular value stands out, and sigma is
    /// far from 0 at once.
    /// </summary>
    static SpectralLayer Layer(CaseRun run, int rows, int columns, DType type, int skew, float? firstWeight, bool zeroU)
    {
        float[] w = Array.ConvertAll(run.Numbers((long)rows * columns, Draw.Uniform), static x => x + 0.7f);
        if (firstWeight is { } first) w[0] = first;
        float[] u = zeroU ? new float[rows] : Unit(run, rows);
        return new SpectralLayer(run.Input(new Shape(rows, columns), w, skew: skew), run.Input(new Shape(rows), u, skew: skew),
            run.Input(new Shape(columns), Unit(run, columns), skew: skew), run.Output(new Shape(1)),
            run.Output(new Shape(rows, columns), type, skew));
    }

    static float[] Unit(CaseRun run, int n)
    {
        float[] x = run.Numbers(n, Draw.Positive);
        float norm = MathF.Sqrt(x.Sum(static v => v * v));
        return Array.ConvertAll(x, v => v / norm);
    }

    static void Forward(CaseRun run, (int Rows, int Columns)[] sizes, int iterations, DType type, int skew = 0,
        float? firstWeight = null, bool zeroU = false)
    {
        SpectralLayer[] layers =
            [.. sizes.Select((s, i) => Layer(run, s.Rows, s.Columns, type, skew, i == 0 ? firstWeight : null, zeroU && i == 0))];
        run.Backend.SpectralNormForward(layers, iterations, Epsilon);
        for (int i = 0; i < layers.Length; i++)
        {
            var layer = layers[i];
            (double[] U, double[] V, double Sigma) Naive() => Iterate(run[layer.W], run[layer.U], run[layer.V], iterations);
            run.Expect($"u {i}", layer.U, Tolerance.Sum, () => Naive().U);
            run.Expect($"v {i}", layer.V, Tolerance.Sum, () => Naive().V);
            run.Expect($"sigma {i}", layer.Sigma, Tolerance.Sum, () => [Naive().Sigma]);
            run.Expect($"normalized {i}", layer.Normalized, Tolerance.Sum.In(type), () =>
            {
                double sigma = Naive().Sigma;
                return Array.ConvertAll(run[layer.W], w => w / sigma);
            });
        }
    }

    static (double[] U, double[] V, double Sigma) Iterate(double[] w, double[] u, double[] v, int iterations)
    {
        for (int t = 0; t < iterations; t++)
        {
            var (z, y) = (new double[v.Length], new double[u.Length]);
            for (int i = 0; i < w.Length; i++) z[i % v.Length] += w[i] * u[i / v.Length];
            v = Normalized(z);
            for (int i = 0; i < w.Length; i++) y[i / v.Length] += w[i] * v[i % v.Length];
            u = Normalized(y);
        }
        double sigma = 0;
        for (int i = 0; i < w.Length; i++) sigma += u[i / v.Length] * w[i] * v[i % v.Length];
        return (u, v, sigma);
    }

    static double[] Normalized(double[] x)
    {
        double norm = Math.Max(Math.Sqrt(x.Sum(static v => v * v)), Epsilon);
        return Array.ConvertAll(x, v => v / norm);
    }

    /// <summary>At sigma 1, weights past BF16's largest number but not F32's.</summary>
    static void Overflow(CaseRun run)
    {
        float[] weights = [1, 3.4e38f, -3.4e38f, 2, -3, 1e38f];
        var layer = new SpectralLayer(run.Input(new Shape(2, 3), weights), run.Input(new Shape(2), [1, 0]),
            run.Input(new Shape(3), [1, 0, 0]), run.Output(new Shape(1)), run.Output(new Shape(2, 3), DType.BF16));
        run.Backend.SpectralNormForward([layer], 0, Epsilon);
        run.Expect("sigma", layer.Sigma, Tolerance.Exact, () => [1]);
        run.Expect("normalized", layer.Normalized, Tolerance.Exact, () => run[layer.W]);
    }

    static void Backward(CaseRun run, (int Rows, int Columns)[] sizes, DType type, int skew, float? firstUpstream = null)
    {
        SpectralLayer[] layers = [.. sizes.Select(s => new SpectralLayer(
            run.Input(new Shape(s.Rows, s.Columns), skew: skew), run.Input(new Shape(s.Rows), Unit(run, s.Rows)),
            run.Input(new Shape(s.Columns), Unit(run, s.Columns)), run.Input(new Shape(1), draw: Draw.Positive), default))];
        TensorView[] dn = [.. sizes.Select((s, i) =>
        {
            float[] values = run.Numbers((long)s.Rows * s.Columns, Draw.Uniform);
            if (i == 0 && firstUpstream is { } first) values[0] = first;
            return run.Input(new Shape(s.Rows, s.Columns), values, type, skew);
        })];
        TensorView[] dw = [.. sizes.Select(s => run.Input(new Shape(s.Rows, s.Columns), skew: skew))];
        run.Backend.SpectralNormBackward(layers, dn, dw);
        for (int k = 0; k < layers.Length; k++)
        {
            var (layer, upstream, result) = (layers[k], dn[k], dw[k]);
            run.Expect($"dw {k}", result, Tolerance.Sum, () =>
            {
                double[] w = run[layer.W], u = run[layer.U], v = run[layer.V], g = run[upstream], before = run[result];
                double sigma = run[layer.Sigma][0], dot = w.Select((x, i) => x * g[i]).Sum();
                return [.. before.Select((x, i) => x + g[i] / sigma - dot / (sigma * sigma) * u[i / v.Length] * v[i % v.Length])];
            });
        }
    }
}
