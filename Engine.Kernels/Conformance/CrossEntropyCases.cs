namespace Ssgan.Engine.Kernels.Conformance;

/// <summary>Softmax cross-entropy, its accuracy and its gradient.</summary>
static class CrossEntropyCases
{
    static readonly Shape[] s_shapes = [new(1, 1), new(0, 4), new(7, 4), new(64, 4), new(33, 10), new(5, 1000), new(300, 33),
        new(3, 17)];

    public static IEnumerable<ConformanceCase> All =>
    [
        .. from type in CaseRun.Storages
           from draw in new[] { Draw.Uniform, Draw.Special, Draw.Huge }
           from s in s_shapes
           where draw == Draw.Uniform || s.Count is > 1 and < 1000
           select new ConformanceCase("CrossEntropy", $"{s} {type} {draw}", run => Forward(run, s, type, draw, 0)),
        .. from type in CaseRun.Storages
           from draw in new[] { Draw.Uniform, Draw.Special, Draw.Huge }
           from s in s_shapes
           where draw == Draw.Uniform || s.Count is > 1 and < 1000
           select new ConformanceCase("CrossEntropy", $"backward {s} {type} {draw}",
               run => Backward(run, s, type, draw, 0, false)),
        .. from type in CaseRun.Storages
           select new ConformanceCase("CrossEntropy", $"skewed {type}", run => Forward(run, new(33, 10), type, Draw.Uniform, 1)),
        .. from type in CaseRun.Storages
           select new ConformanceCase("CrossEntropy", $"backward skewed, in place {type}",
               run => Backward(run, new(33, 40), type, Draw.Uniform, 3, true)),
        .. from k in new[] { 3, 8 }
           select new ConformanceCase("CrossEntropy", $"backward of {k} classes, overflow of BF16", run => Overflow(run, k)),
    ];

    static void Forward(CaseRun run, Shape shape, DType type, Draw draw, int skew)
    {
        int n = shape[0], k = shape[1];
        // Half of the uniform rows are of whole numbers, with more than one maximum; half of the labels are the first maximum.
        float[] values = run.Numbers(shape.Count, draw);
        if (draw == Draw.Uniform) for (int i = 0; i < values.Length / 2; i++) values[i] = MathF.Round(values[i]);
        TensorView x = run.Input(shape, values, type, skew);
        int[] random = [.. run.Numbers(n, Draw.Uniform).Select(v => (int)((v + 2) / 4 * k) % k)];
        TensorView labels = run.Ints(new Shape(n),
            [.. random.Select((label, i) => i % 2 == 0 ? label : FirstMaximum(run[x], i, k))]);
        TensorView losses = run.Output(new Shape(n), skew: skew), alone = run.Output(new Shape(n)),
            correct = run.Output(new Shape(n), skew: skew);
        run.Backend.SoftmaxCrossEntropy(x, labels, losses, correct);
        run.Backend.SoftmaxCrossEntropy(x, labels, alone);
        double[] Losses() => [.. Enumerable.Range(0, n).Select(i =>
        {
            var (row, top, sum) = Row(run[x], i, k);
            return (double)(float)(Math.Log(sum) + (top - row[(int)run[labels][i]]));
        })];
        run.Expect("losses", losses, new(2e-6, 2e-6), Losses);
        run.Expect("losses without correct", alone, new(2e-6, 2e-6), Losses);
        run.Expect("correct", correct, Tolerance.Exact,
            () => [.. Enumerable.Range(0, n).Select(i => FirstMaximum(run[x], i, k) == run[labels][i] ? 1.0 : 0)]);
    }

    static int FirstMaximum(double[] x, int i, int k)
    {
        double[] row = Row(x, i, k).Row;
        int nan = Array.FindIndex(row, double.IsNaN);
        return nan >= 0 ? nan : Array.IndexOf(row, row.Max());
    }

    static void Backward(CaseRun run, Shape shape, DType type, Draw draw, int skew, bool inPlace)
    {
        int n = shape[0], k = shape[1];
        TensorView x = run.Input(shape, type, draw, skew), labels = run.Ints(new Shape(n), 0, k),
            dlosses = run.Input(new Shape(n), skew: skew);
        var dx = inPlace ? x : run.Output(shape, type, skew: skew);
        run.Backend.SoftmaxCrossEntropyBackward(x, labels, dlosses, dx);
        run.Expect("dlogits", dx, new Tolerance(1e-6, 2e-6).In(type), () => [.. Enumerable.Range(0, n).SelectMany(i =>
        {
            var (row, top, sum) = Row(run[x], i, k);
            return row.Select((v, j) => (Math.Exp(v - top) / sum - (j == (int)run[labels][i] ? 1 : 0)) * run[dlosses][i]);
        })]);
    }

    /// <summary>A certain mistake under a gradient past BF16's largest number but not F32's.</summary>
    static void Overflow(CaseRun run, int k)
    {
        const float Large = 3.4e38f;
        TensorView x = run.Input(new(1, k), [0, .. Enumerable.Repeat(-200f, k - 1)], DType.BF16), labels = run.Ints(new(1), [1]);
        TensorView dlosses = run.Input(new(1), [Large]), dx = run.Output(new(1, k), DType.BF16);
        run.Backend.SoftmaxCrossEntropyBackward(x, labels, dlosses, dx);
        run.Expect("dlogits", dx, Tolerance.Exact, () => [Large, -Large, .. new double[k - 2]]);
    }

    /// <summary>A row, its largest but NaN, and the sum of exponentials relative to that, where a NaN shows.</summary>
    static (double[] Row, double Top, double Sum) Row(double[] x, int i, int k)
    {
        double[] row = x[(i * k)..((i + 1) * k)];
        double top = row.Where(static v => !double.IsNaN(v)).DefaultIfEmpty(double.NegativeInfinity).Max();
        return (row, top, row.Sum(v => Math.Exp(v - top)));
    }
}
