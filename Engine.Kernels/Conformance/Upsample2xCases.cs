namespace Ssgan.Engine.Kernels.Conformance;

/// <summary>Images at twice the size, and the transpose.</summary>
static class Upsample2xCases
{
    static readonly Shape[] s_shapes =
    [
        new(1, 1, 1, 1), new(0, 4, 4, 8), new(2, 1, 3, 8), new(3, 5, 7, 3), new(2, 8, 8, 16), new(2, 9, 17, 40),
        new(1, 4, 4, 264), new(5, 2, 2, 5), new(2, 3, 1, 100), new(140, 3, 3, 8),
        new(1, 5, 7, 129), new(3, 2, 7, 17), new(2, 5, 1, 64),
    ];

    static readonly UpsampleMode[] s_modes = [UpsampleMode.Nearest, UpsampleMode.Bilinear, UpsampleMode.Binomial];

    public static IEnumerable<ConformanceCase> All =>
    [
        .. from type in CaseRun.Storages
           from mode in s_modes
           from backward in CaseRun.Both
           from s in s_shapes
           from skew in s.Count < 1000 ? new[] { 0, 1 } : [0]
           select new ConformanceCase("Upsample2x", $"{s} {type} {mode}{(backward ? " backward" : "")} skewed {skew}", run =>
           {
               if (backward) Backward(run, s, type, mode, skew);
               else Forward(run, run.Input(s, type, skew: skew), type, mode, skew);
           }),
        .. from type in CaseRun.Storages
           from mode in s_modes
           select new ConformanceCase("Upsample2x", $"(2, 3, 3, 8) {type} {mode} special", run =>
               Forward(run, run.Input(new(2, 3, 3, 8), type, Draw.Special), type, mode, 0)),
        .. from type in CaseRun.Storages
           from mode in s_modes
           select new ConformanceCase("Upsample2x", $"(2, 3, 3, 8) {type} {mode} backward special", run =>
               Backward(run, new(2, 3, 3, 8), type, mode, 0, Draw.Special)),
    ];

    static void Forward(CaseRun run, TensorView x, DType type, UpsampleMode mode, int skew)
    {
        var s = x.Shape;
        var y = run.Output(new(s[0], 2 * s[1], 2 * s[2], s[3]), type, skew);
        run.Backend.Upsample2x(x, y, mode);
        run.Expect("y", y, mode == UpsampleMode.Nearest ? Tolerance.Exact : Tolerance.Rounding.In(type), () =>
        {
            var sums = new double[y.Count];
            Join(s, mode, (i, o, weight) => sums[o] += weight * run[x][i]);
            return sums;
        });
    }

    static void Backward(CaseRun run, Shape s, DType type, UpsampleMode mode, int skew, Draw draw = Draw.Uniform)
    {
        var (dy, dx) = (run.Input(new(s[0], 2 * s[1], 2 * s[2], s[3]), type, draw, skew), run.Output(s, type, skew));
        run.Backend.Upsample2xBackward(dy, dx, mode);
        run.Expect("dx", dx, new Tolerance(2e-6, 2e-6).In(type), () =>
        {
            var sums = new double[dx.Count];
            Join(s, mode, (i, o, weight) => sums[i] += weight * run[dy][o]);
            return sums;
        });
    }

    /// <summary>Calls back for every element of the small and of the large image that a weight joins.</summary>
    static void Join(Shape s, UpsampleMode mode, Action<int, int, double> visit)
    {
        int height = 2 * s[1], width = 2 * s[2];
        for (int n = 0; n < s[0]; n++)
            for (int r = 0; r < height; r++)
                for (int q = 0; q < width; q++)
                    foreach (var (h, a) in Sources(r, s[1], mode))
                        foreach (var (w, b) in Sources(q, s[2], mode))
                            for (int k = 0; k < s[3]; k++)
                                visit(((n * s[1] + h) * s[2] + w) * s[3] + k, ((n * height + r) * width + q) * s[3] + k, a * b);
    }

    /// <summary>Half-pixel centres: output o lies at (o + ½) / 2 − ½ of the input, clamped to it or amid zeros.</summary>
    static IEnumerable<(int At, double Weight)> Sources(int o, int extent, UpsampleMode mode)
    {
        if (mode == UpsampleMode.Nearest) return [(o / 2, 1)];
        double at = (o + 0.5) / 2 - 0.5;
        if (mode == UpsampleMode.Bilinear) at = Math.Clamp(at, 0, extent - 1);
        int low = (int)Math.Floor(at);
        (int At, double Weight)[] sources = at == low ? [(low, 1)] : [(low, 1 - (at - low)), (low + 1, at - low)];
        return sources.Where(s => s.At >= 0 && s.At < extent);
    }
}
