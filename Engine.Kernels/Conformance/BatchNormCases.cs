namespace Ssgan.Engine.Kernels.Conformance;

/// <summary>Batch norm with the batch's statistics.</summary>
static class BatchNormCases
{
    static readonly Shape[] s_shapes =
    [
        new(2, 1), new(7, 3), new(0, 4, 4, 8), new(4, 5, 5, 8), new(3, 9, 7, 33), new(2, 16, 16, 64),
        new(1500, 5), new(6, 4, 4, 264), new(2000, 16), new(130, 1030), new(64, 129), new(65, 17), new(300, 300),
    ];

    public static IEnumerable<ConformanceCase> All =>
    [
        .. from type in CaseRun.Storages
           from relu in CaseRun.Both
           from s in s_shapes
           select Row($"{s} {type}{(relu ? " relu" : "")}", s, type, relu),
        .. from type in CaseRun.Storages
           from s in new Shape[] { new(5, 3, 3, 8), new(6, 7, 5, 20), new(3, 1, 1, 3), new(150, 2, 1, 8) }
           select Row($"{s} {type} relu by class", s, type, relu: true, classes: 4),
        .. from type in CaseRun.Storages
           from s in new Shape[] { new(4, 5, 5, 8), new(33, 7) }
           from skew in new[] { 0, 1 }
           select Row($"{s} {type} relu in place skewed {skew}", s, type, relu: true, skew: skew, inPlace: true),
        Row("(2, 16, 16, 24) F32 mean 1e4", new(2, 16, 16, 24), DType.F32, relu: false, offset: 1e4f),
        Row("(3000, 3) F32 mean 1e4", new(3000, 3), DType.F32, relu: false, offset: 1e4f),
        Row("(700, 8) F32 an outlier first", new(700, 8), DType.F32, relu: false, outlier: 3e3f),
        Row("(700, 8) F32 relu a NaN", new(700, 8), DType.F32, relu: true, outlier: float.NaN),
        Row("(700, 8) F32 an infinity", new(700, 8), DType.F32, relu: false, outlier: float.PositiveInfinity, at: 20),
        Row("(40, 3) BF16 relu a NaN", new(40, 3), DType.BF16, relu: true, outlier: float.NaN),
        Row("(40, 3) BF16 an infinity", new(40, 3), DType.BF16, relu: false, outlier: float.PositiveInfinity, at: 20),
        Row("(40, 3) BF16 beyond its largest number", new(40, 3), DType.BF16, relu: false, scale: 1.5e38f),
    ];

    static ConformanceCase Row(string name, Shape s, DType type, bool relu, int classes = 0, int skew = 0, bool inPlace = false,
        float offset = 0, float? outlier = null, int at = 0, float scale = 1) =>
        new("BatchNorm", name, run =>
        {
            int c = s[-1];
            var values = run.Numbers(s.Count, Draw.Uniform);
            for (int i = 0; i < values.Length; i++) values[i] += offset;
            if (outlier is { } value) values[at * c + 1] = value;
            var table = classes == 0 ? new Shape(c) : new Shape(classes, c);
            var x = run.Input(s, values, type, skew);
            var (gamma, beta) = (run.Input(table, Array.ConvertAll(run.Numbers(table.Count, Draw.Uniform), v => v * scale)),
                run.Input(table));
            var (mean, invStd, runningMean, runningVar) = (run.Output(new(c)), run.Output(new(c)), run.Input(new(c)),
                run.Input(new(c), draw: Draw.Positive));
            var of = classes == 0 ? default : run.Ints(new(s[0]), 0, classes);
            var y = inPlace ? x : run.Output(s, type, skew);
            var spec = new BatchNormSpec(1e-5f, 0.1f, relu);
            run.Backend.BatchNormForward(x, gamma, beta, of, runningMean, runningVar, y, mean, invStd, spec);
            if (s.Count == 0) return;
            Naive? naive = null;
            Naive Of() => naive ??= new Naive(run[x], run[gamma], run[beta], classes == 0 ? null : run[of], run[runningMean],
                run[runningVar], s, spec);
            // A mean of 1e4 is known to 5e-4 in F32, and so are the means of the CPU's blocks of rows.
            run.Expect("y", y, new Tolerance(1e-5 + 2e-7 * offset, 1e-5).In(type), () => Of().Y);
            // A first value that is an outlier takes its own digits from the others where it is what sums are relative to; the
            // deviation is as large.
            double slack = outlier is { } far && float.IsFinite(far) ? 1e-8 * far : 0;
            run.Expect("mean", mean, new(2e-6 + slack, 1e-6), () => Of().Mean);
            run.Expect("inv std", invStd, new(0, 1e-5 + 3e-9 * offset), () => Of().InvStd);
            run.Expect("running mean", runningMean, new(2e-6, 1e-6), () => Of().RunningMean);
            run.Expect("running variance", runningVar, new(0, 1e-5 + 3e-9 * offset), () => Of().RunningVar);
        });

    sealed class Naive
    {
        public double[] Y { get; }
        public double[] Mean { get; }
        public double[] InvStd { get; }
        public double[] RunningMean { get; }
        public double[] RunningVar { get; }

        public Naive(double[] x, double[] gamma, double[] beta, double[]? classes, double[] runningMean, double[] runningVar,
            Shape s, BatchNormSpec spec)
        {
            int c = s[-1], m = x.Length / c;
            (Y, Mean, InvStd, RunningMean, RunningVar) = (new double[x.Length], new double[c], new double[c],
                new double[c], new double[c]);
            for (int k = 0; k < c; k++)
            {
                double sum = 0, squares = 0;
                for (int i = 0; i < m; i++) sum += x[i * c + k];
                Mean[k] = sum / m;
                for (int i = 0; i < m; i++) squares += (x[i * c + k] - Mean[k]) * (x[i * c + k] - Mean[k]);
                InvStd[k] = 1 / Math.Sqrt(squares / m + spec.Epsilon);
                RunningMean[k] = (1 - (double)spec.Momentum) * runningMean[k] + spec.Momentum * Mean[k];
                RunningVar[k] = (1 - (double)spec.Momentum) * runningVar[k] + spec.Momentum * squares / (m - 1);
                for (int i = 0; i < m; i++)
                {
                    int at = (classes is null ? 0 : (int)classes[i / (m / s[0])]) * c + k;
                    double v = gamma[at] * (x[i * c + k] - Mean[k]) * InvStd[k] + beta[at];
                    Y[i * c + k] = spec.Relu && v <= 0 ? 0 : v;
                }
            }
        }
    }
}
