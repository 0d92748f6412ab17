namespace Ssgan.Engine.Kernels.Conformance;

/// <summary>The backward of batch norm, at statistics that are given.</summary>
static class BatchNormBackwardCases
{
    public static IEnumerable<ConformanceCase> All =>
    [
        .. from type in CaseRun.Storages
           from relu in CaseRun.Both
           from s in new Shape[]
           {
               new(1, 1), new(7, 3), new(0, 4, 4, 8), new(4, 5, 5, 8), new(3, 9, 7, 33), new(2, 16, 16, 64), new(1500, 5),
               new(6, 4, 4, 264), new(9, 1030),
           }
           select Row($"{s} {type}{(relu ? " relu" : "")}", s, type, relu),
        .. from type in CaseRun.Storages
           from classes in new[] { 4, 40 }
           from s in new Shape[] { new(5, 3, 3, 8), new(6, 17, 9, 20), new(30, 1, 1, 3), new(0, 2, 2, 3), new(150, 2, 1, 8) }
           select Row($"{s} {type} relu by {classes} classes", s, type, relu: true, classes: classes),
        .. from type in CaseRun.Storages
           from s in new Shape[] { new(4, 5, 5, 8), new(33, 7) }
           from skew in new[] { 0, 1 }
           select Row($"{s} {type} relu in place skewed {skew}", s, type, relu: true, skew: skew, inPlace: true),
        Row("(700, 8) F32 relu a NaN in x", new(700, 8), DType.F32, relu: true, first: float.NaN),
        Row("(40, 3) BF16 relu a NaN in x", new(40, 3), DType.BF16, relu: true, first: float.NaN),
        .. from type in CaseRun.Storages
           select Row($"(40, 8) {type} an infinity in dy", new(40, 8), type, relu: false, firstUpstream: float.PositiveInfinity),
        .. from c in new[] { 3, 8 }
           select new ConformanceCase("BatchNormBackward", $"(2, {c}) overflow of BF16", run => Overflow(run, c)),
    ];

    static ConformanceCase Row(string name, Shape s, DType type, bool relu, int classes = 0, int skew = 0, bool inPlace = false,
        float? first = null, float? firstUpstream = null) =>
        new("BatchNormBackward", name, run =>
        {
            int c = s[-1];
            var values = run.Numbers(s.Count, Draw.Uniform);
            if (first is { } outlier) values[1] = outlier;
            var upstream = run.Numbers(s.Count, Draw.Uniform);
            if (firstUpstream is { } far) upstream[1] = far;
            var table = classes == 0 ? new Shape(c) : new Shape(classes, c);
            var (x, dy) = (run.Input(s, values, type, skew), run.Input(s, upstream, type, skew));
            var (gamma, beta, mean, invStd) = (run.Input(table), run.Input(table), run.Input(new(c)),
                run.Input(new(c), draw: Draw.Positive));
            var of = classes == 0 ? default : run.Ints(new(s[0]), 0, classes);
            var (dx, dgamma, dbeta) = (inPlace ? dy : run.Output(s, type, skew), run.Output(table), run.Output(table));
            run.Backend.BatchNormBackward(x, gamma, beta, of, mean, invStd, dy, dx, dgamma, dbeta,
                new BatchNormSpec(1e-5f, 0.1f, relu));
            Naive? naive = null;
            Naive Of() => naive ??= new Naive(run[x], run[gamma], run[beta], classes == 0 ? null : run[of], run[mean],
                run[invStd], run[dy], s, relu);
            run.Expect("dx", dx, new Tolerance(5e-5, 2e-5).In(type), () => Of().DX);
            run.Expect("dgamma", dgamma, new(2e-4, 2e-5), () => Of().DGamma);
            run.Expect("dbeta", dbeta, new(2e-4, 2e-5), () => Of().DBeta);
        });

    /// <summary>
    /// Gradients of the size of F32's largest numbers, which are past BF16's; sums that vanish, and x at its mean,
    /// leave dy·gamma alone.
    /// </summary>
    static void Overflow(CaseRun run, int c)
    {
        const float Large = 1.7014118e38f;
        Shape s = new(2, c), channel = new(c);
        float[] dys = [.. Enumerable.Range(0, 2 * c).Select(i => i < c ? Large : -Large)];
        TensorView x = run.Input(s, new float[2 * c], DType.BF16), dy = run.Input(s, dys, DType.BF16),
            dx = run.Output(s, DType.BF16);
        TensorView gamma = run.Input(channel, [.. Enumerable.Repeat(1.998f, c)]), beta = run.Input(channel),
            mean = run.Input(channel, new float[c]);
        TensorView invStd = run.Input(channel, [.. Enumerable.Repeat(1f, c)]), dgamma = run.Output(channel),
            dbeta = run.Output(channel);
        run.Backend.BatchNormBackward(x, gamma, beta, default, mean, invStd, dy, dx, dgamma, dbeta,
            new BatchNormSpec(1e-5f, 0.1f, false));
        run.Expect("dx", dx, Tolerance.Exact, () => Array.ConvertAll(run[dy], static v => 1.998f * v));
        run.Expect("dgamma", dgamma, Tolerance.Exact, () => new double[c]);
        run.Expect("dbeta", dbeta, Tolerance.Exact, () => new double[c]);
    }

    sealed class Naive
    {
        public double[] DX { get; }
        public double[] DGamma { get; }
        public double[] DBeta { get; }

        public Naive(double[] x, double[] gamma, double[] beta, double[]? classes, double[] mean, double[] invStd,
            double[] dy, Shape s, bool relu)
        {
            int c = s[-1], m = x.Length / c;
            (DX, DGamma, DBeta) = (new double[x.Length], new double[gamma.Length], new double[gamma.Length]);
            for (int k = 0; k < c; k++)
            {
                double sum = 0, product = 0;
                for (int i = 0; i < m; i++)
                {
                    int e = i * c + k, at = Row(i) + k;
                    double xhat = (x[e] - mean[k]) * invStd[k];
                    // The mask in single precision: at the kink rounding decides.
                    float output = MathF.FusedMultiplyAdd((float)x[e] - (float)mean[k],
                        (float)gamma[at] * (float)invStd[k], (float)beta[at]);
                    double d = relu && output <= 0 ? 0 : dy[e];
                    DBeta[at] += d;
                    DGamma[at] += d * xhat;
                    DX[e] = gamma[at] * d;
                    sum += DX[e];
                    product += DX[e] * xhat;
                }
                for (int i = 0; i < m; i++)
                {
                    int e = i * c + k;
                    DX[e] = invStd[k] * (DX[e] - sum / m - (x[e] - mean[k]) * invStd[k] * product / m);
                }
            }

            int Row(int i) => (classes is null ? 0 : (int)classes[i / (m / s[0])]) * c;
        }
    }
}
