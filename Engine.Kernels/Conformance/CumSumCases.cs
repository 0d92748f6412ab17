namespace Ssgan.Engine.Kernels.Conformance;

/// <summary>Running sums along an axis, from either end.</summary>
static class CumSumCases
{
    static readonly (Shape X, int Axis)[] s_rows =
    [
        (new(1), 0), (new(0), 0), (new(3, 0), 1), (new(0, 3), 1), (new(7), 0), (new(64), 0), (new(65), 0), (new(5000), 0),
        (new(9, 33), 1), (new(9, 2049), 1), (new(33, 9), 0), (new(3, 40, 5), 1), (new(2, 5, 300), 1), (new(2, 3, 70, 2), 2),
    ];

    public static IEnumerable<ConformanceCase> All =>
    [
        .. from type in new[] { DType.F32, DType.F64, DType.I32, DType.I64 }
           from row in s_rows
           from backwards in CaseRun.Both
           select new ConformanceCase("CumSum", $"{row.X} along {row.Axis} {type}{(backwards ? " backwards" : "")}",
               run => CumSum(run, row.X, row.Axis, type, backwards, Draw.Uniform)),
        .. from row in new (Shape X, int Axis)[] { (new(3, 100), 1), (new(30, 7), 0) }
           select new ConformanceCase("CumSum", $"special {row.X} along {row.Axis}",
               run => CumSum(run, row.X, row.Axis, DType.F32, false, Draw.Special)),
        new("CumSum", "in place", run =>
        {
            var x = run.Ints(new(3, 2500), -9, 9);
            run.Backend.CumSum(x, x, 1, true);
            run.Expect("x", x, Tolerance.Exact, () => Naive(run[x], x.Shape, 1, true));
        }),
        new("CumSum", "blocks", run => CumSum(run, new(5, 300, 700), 1, DType.F32, false, Draw.Uniform)) { IsLarge = true },
    ];

    static void CumSum(CaseRun run, Shape shape, int axis, DType type, bool backwards, Draw draw)
    {
        var x = type == DType.F32 ? run.Input(shape, type, draw)
            : run.Values(shape, type, [.. run.Numbers(shape.Count, draw).Select(v => Math.Round(1000 * (double)v))]);
        var y = run.Output(shape, type);
        run.Backend.CumSum(x, y, axis, backwards);
        run.Expect("y", y, type == DType.F32 ? Tolerance.Rounding : Tolerance.Exact,
            () => Array.ConvertAll(Naive(run[x], shape, axis, backwards), v => type == DType.F32 ? (float)v : v));
    }

    static double[] Naive(double[] x, Shape shape, int axis, bool backwards)
    {
        var (_, length, inner) = AxisLines.Of(shape, axis);
        var y = new double[x.Length];
        for (int step = 0; step < x.Length; step++)
        {
            int i = backwards ? x.Length - 1 - step : step, k = (int)(i / inner % length);
            bool first = k == (backwards ? length - 1 : 0);
            y[i] = x[i] + (first ? 0 : y[i + (int)(backwards ? inner : -inner)]);
        }
        return y;
    }
}
