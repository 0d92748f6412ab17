namespace Ssgan.Engine.Kernels.Conformance;

/// <summary>Average pooling and its transpose.</summary>
static class Pool2dCases
{
    static readonly Tolerance s_tolerance = new(3e-6, 2e-6);

    internal static readonly (Shape X, PoolSpec Spec)[] Windows =
    [
        (new(1, 1, 1, 1), new(1, 1, 0)), (new(0, 4, 4, 8), new(2, 2, 0)), (new(2, 8, 8, 16), new(2, 2, 0)),
        (new(3, 7, 5, 3), new(2, 2, 0)), (new(2, 7, 6, 8), new(3, 2, 1)), (new(2, 6, 7, 5), new(3, 1, 1)),
        (new(1, 9, 9, 24), new(5, 2, 2)), (new(2, 8, 7, 4), new(2, 3, 0)), (new(5, 4, 4, 33), new(4, 4, 0)),
        (new(4, 16, 16, 40), new(2, 2, 0)), (new(2, 7, 5, 129), new(3, 2, 1)), (new(2, 6, 8, 17), new(2, 1, 0)),
        (new(2, 7, 5, 64), new(2, 2, 0)), (new(2, 6, 5, 1), new(5, 2, 2)), (new(3, 8, 8, 20), new(8, 8, 0)),
    ];

    public static IEnumerable<ConformanceCase> All =>
    [
        .. from type in CaseRun.Storages
           from w in Windows
           from skew in new[] { 0, 1 }
           select new ConformanceCase("Pool2d", $"{w.X} {type} {w.Spec} skewed {skew}",
               run => Forward(run, w.X, w.Spec, type, skew)),
        .. from type in CaseRun.Storages
           from w in Windows
           from skew in new[] { 0, 1 }
           select new ConformanceCase("Pool2d", $"{w.X} {type} {w.Spec} backward skewed {skew}",
               run => Backward(run, w.X, w.Spec, type, skew)),
        .. from type in CaseRun.Storages
           from s in new Shape[] { new(2, 8, 8, 16), new(3, 7, 5, 3) }
           select new ConformanceCase("Pool2d", $"{s} {type} backward special",
               run => Backward(run, s, new(2, 2, 0), type, 0, Draw.Special)),
        .. from type in CaseRun.Storages
           select new ConformanceCase("Pool2d", $"(2, 4, 4, 8) {type} NaN and infinity", run =>
           {
               var values = run.Numbers(256, Draw.Uniform);
               (values[3], values[20]) = (float.NaN, float.PositiveInfinity);
               Pooled(run, run.Input(new(2, 4, 4, 8), values, type), new(2, 2, 0), type);
           }),
    ];

    internal static Shape Output(Shape x, PoolSpec spec) => new(x[0], spec.Output(x[1]), spec.Output(x[2]), x[3]);

    /// <summary>
    /// Calls back for every element of x and of y that a window joins, outputs in order, inputs in row order:
    /// (x's, y's, h·W + w).
    /// </summary>
    internal static void Join(Shape x, PoolSpec s, Action<int, int, int> visit)
    {
        var y = Output(x, s);
        for (int o = 0; o < y.Count; o++)
        {
            int k = o % y[3], q = o / y[3] % y[2] * s.Stride - s.Padding, r = o / y[3] / y[2] % y[1] * s.Stride - s.Padding,
                n = o / y[3] / y[2] / y[1];
            for (int h = Math.Max(r, 0); h < Math.Min(r + s.Kernel, x[1]); h++)
                for (int w = Math.Max(q, 0); w < Math.Min(q + s.Kernel, x[2]); w++)
                    visit(((n * x[1] + h) * x[2] + w) * x[3] + k, o, h * x[2] + w);
        }
    }

    static void Forward(CaseRun run, Shape shape, PoolSpec spec, DType type, int skew) =>
        Pooled(run, run.Input(shape, type, skew: skew), spec, type, skew);

    static void Pooled(CaseRun run, TensorView x, PoolSpec spec, DType type, int skew = 0)
    {
        var y = run.Output(Output(x.Shape, spec), type, skew);
        run.Backend.AvgPool2d(x, y, spec);
        run.Expect("y", y, s_tolerance.In(type), () => Naive(run[x], x.Shape, spec));
    }

    static void Backward(CaseRun run, Shape shape, PoolSpec spec, DType type, int skew, Draw draw = Draw.Uniform)
    {
        var (dy, dx) = (run.Input(Output(shape, spec), type, draw, skew), run.Output(shape, type, skew));
        run.Backend.AvgPool2dBackward(dy, dx, spec);
        run.Expect("dx", dx, s_tolerance.In(type), () =>
        {
            var sums = new double[shape.Count];
            Join(shape, spec, (i, o, _) => sums[i] += run[dy][o] / (spec.Kernel * spec.Kernel));
            return sums;
        });
    }

    static double[] Naive(double[] x, Shape shape, PoolSpec spec)
    {
        var y = new double[Output(shape, spec).Count];
        Join(shape, spec, (i, o, _) => y[o] += x[i] / (spec.Kernel * spec.Kernel));
        return y;
    }
}
