namespace Ssgan.Engine.Kernels.Conformance;

/// <summary>Maximum pooling, what it chose, and its transpose.</summary>
static class MaxPool2dCases
{
    public static IEnumerable<ConformanceCase> All =>
    [
        .. from type in CaseRun.Storages
           from w in Pool2dCases.Windows
           from skew in new[] { 0, 1 }
           select new ConformanceCase("MaxPool2d", $"{w.X} {type} {w.Spec} skewed {skew}",
               run => Pool(run, run.Input(w.X, type, skew: skew), w.Spec, type, skew)),
        .. from type in CaseRun.Storages
           from w in Pool2dCases.Windows
           where w.X.Count > 12
           select new ConformanceCase("MaxPool2d", $"{w.X} {type} {w.Spec} special", run =>
               Pool(run, run.Input(w.X, type, Draw.Special), w.Spec, type, 0, Draw.Special)),
        .. from type in CaseRun.Storages
           from w in Pool2dCases.Windows
           select new ConformanceCase("MaxPool2d", $"{w.X} {type} {w.Spec} ties",
               run => Pool(run, run.Input(w.X, Ties(run, w.X), type), w.Spec, type, 0)),
    ];

    /// <summary>Few distinct negative values: the first wins, and a padding zero would show.</summary>
    static float[] Ties(CaseRun run, Shape shape)
    {
        var values = run.Numbers(shape.Count, Draw.Uniform);
        for (int i = 0; i < values.Length; i++) values[i] = MathF.Floor(values[i]) - 3;
        return values;
    }

    static void Pool(CaseRun run, TensorView x, PoolSpec spec, DType type, int skew, Draw upstream = Draw.Uniform)
    {
        var shape = x.Shape;
        var to = Pool2dCases.Output(shape, spec);
        var (y, index, dy) = (run.Output(to, type, skew), run.Output(to, DType.I32, skew), run.Input(to, type, upstream, skew));
        var (dx, again) = (run.Output(shape, type, skew), run.Output(to, type, skew));
        run.Backend.MaxPool2d(x, y, index, spec);
        run.Backend.MaxPool2dGather(x, index, again);
        run.Backend.MaxPool2dBackward(dy, index, dx, spec);
        (double[] Y, double[] Index)? naive = null;
        (double[] Y, double[] Index) Of() => naive ??= Naive(run[x], shape, spec);
        run.Expect("y", y, Tolerance.Exact, () => Of().Y);
        run.Expect("index", index, Tolerance.Exact, () => Of().Index);
        run.Expect("gathered", again, Tolerance.Exact, () => Of().Y);
        run.Expect("dx", dx, Tolerance.Rounding.In(type), () =>
        {
            var sums = new double[shape.Count];
            Pool2dCases.Join(shape, spec, (i, o, position) => sums[i] += Of().Index[o] == position ? run[dy][o] : 0);
            return sums;
        });
    }

    static (double[] Y, double[] Index) Naive(double[] x, Shape shape, PoolSpec spec)
    {
        int count = (int)Pool2dCases.Output(shape, spec).Count;
        double[] y = new double[count], index = new double[count];
        Array.Fill(index, -1);
        Pool2dCases.Join(shape, spec, (i, o, position) =>
        {
            if (index[o] >= 0 && (double.IsNaN(y[o]) || x[i] <= y[o])) return;
            (y[o], index[o]) = (x[i], position);
        });
        return (y, index);
    }
}
