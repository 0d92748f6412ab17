namespace Ssgan.Engine.Kernels.Conformance;

/// <summary>Sums, extremes and sums of squares over any axes; logarithms of sums of exponentials.</summary>
static class ReduceCases
{
    /// <summary>From and to: axes that become 1 are reduced.</summary>
    static readonly (Shape X, Shape Y)[] s_shapes =
    [
        (new(1), new(1)), (new(0, 5), new(1, 5)), (new(3, 0), new(3, 1)), (new(0), new(1)),
        (new(7), new(1)), (new(5, 9), new(5, 9)),
        // Rows.
        (new(33, 10), new(33, 1)), (new(40, 1000), new(40, 1)), (new(5, 1500), new(5, 1)), (new(3, 20001), new(3, 1)),
        (new(50000), new(1)), (new(140, 1040), new(140, 1)), (new(1100, 13), new(1100, 1)),
        // Columns.
        (new(100, 3), new(1, 3)), (new(65, 64), new(1, 64)), (new(700, 24), new(1, 24)), (new(3000, 13), new(1, 13)),
        (new(9, 1030), new(1, 1030)), (new(2000, 1), new(1, 1)), (new(140, 9, 12), new(140, 1, 12)),
        // Images: over all but channels, global pooling, over channels, mixes.
        (new(4, 9, 9, 12), new(1, 1, 1, 12)), (new(6, 8, 8, 32), new(6, 1, 1, 32)), (new(5, 7, 7, 3), new(5, 1, 1, 3)),
        (new(4, 5, 6, 24), new(4, 5, 6, 1)),
        (new(6, 5, 7, 16), new(6, 1, 7, 1)), (new(6, 5, 7, 16), new(1, 5, 1, 16)), (new(4, 5, 7, 3), new(4, 1, 7, 3)),
        (new(5, 3, 4, 40), new(1, 3, 4, 1)),
        (new(40, 3, 60, 5), new(1, 3, 1, 5)), (new(3, 40, 2, 60), new(3, 1, 2, 1)),
    ];

    /// <summary>Lengths around the CPU's vectors and blocks, and beyond them.</summary>
    static readonly (Shape X, Shape Y)[] s_blocks =
    [
        (new(), new()), (new(0), new(1)), (new(0, 5), new(1, 5)), (new(5, 0), new(5, 1)), (new(0), new(0)), (new(1), new(1)),
        (new(7), new(1)), (new(8), new(1)), (new(9), new(1)), (new(31), new(1)), (new(33), new(1)), (new(511), new(1)),
        (new(513), new(1)), (new(1000003), new(1)), (new(3, 200001), new(3, 1)), (new(70, 3001), new(70, 1)),
        (new(20011, 3), new(1, 3)), (new(50000, 7), new(1, 7)), (new(9000, 100), new(1, 100)), (new(3000, 257), new(1, 257)),
        (new(2000, 1025), new(1, 1025)), (new(300, 5001), new(1, 5001)), (new(1, 5001), new(1, 5001)),
        (new(40000, 2), new(40000, 1)), (new(8, 500, 64), new(8, 1, 64)), (new(100, 64, 20), new(100, 1, 20)),
        (new(3, 5, 2, 2001), new(1, 5, 1, 2001)), (new(2, 3, 20, 1100), new(1, 3, 1, 1100)),
        (new(2, 5000, 17), new(2, 1, 17)),
        .. from s in new Shape[] { new(2, 3, 5, 7), new(4, 33, 9, 31), new(3, 1, 1, 5), new(1, 6, 1, 1), new(17, 2, 40, 3) }
           from axes in Enumerable.Range(0, 16)
           select (s, new Shape([.. Enumerable.Range(0, 4).Select(i => (axes >> i & 1) != 0 ? 1 : s[i])])),
    ];

    public static IEnumerable<ConformanceCase> All =>
    [
        .. CaseRun.Mapped.SelectMany(static type => new[]
        {
            Each<Sum>(type, "sum", Draw.Uniform, static v => v.Sum()),
            Each<SumOfSquares>(type, "squares", Draw.Uniform, static v => v.Sum(static x => x * x)),
            Each<Max>(type, "max", Draw.Uniform, Largest), Each<Min>(type, "min", Draw.Uniform, Smallest),
            Each<Product>(type, "product", Draw.NearOne, static v => v.Aggregate(1.0, static (a, b) => a * b)),
            Each<Sum>(type, "special sum", Draw.Special, static v => v.Sum()),
            Each<Max>(type, "special max", Draw.Special, Largest), Each<Min>(type, "special min", Draw.Special, Smallest),
            Each<SumOfSquares>(type, "huge squares", Draw.Huge, static v => v.Sum(static x => x * x)),
        }.SelectMany(static rows => rows)),
        .. from skew in new[] { 1, 3 }
           from type in CaseRun.Mapped
           from shapes in new (Shape X, Shape Y)[] { (new(40, 1000), new(40, 1)), (new(3, 20001), new(3, 1)),
               (new(65, 64), new(1, 64)), (new(5), new(1)) }
           select new ConformanceCase("Reduce", $"sum {shapes.X} to {shapes.Y} {type} skewed {skew}", run =>
               Reduce<Sum>(run, shapes.X, shapes.Y, type, DType.F32, Draw.Uniform, static v => v.Sum(), skew)),
        .. from types in new[] { (DType.BF16, DType.BF16), (DType.F32, DType.BF16) }
           from shapes in new (Shape X, Shape Y)[] { (new(6, 8, 8, 32), new(6, 1, 1, 32)), (new(40, 1000), new(40, 1)),
               (new(3000, 13), new(1, 13)), (new(50000), new(1)) }
           select new ConformanceCase("Reduce", $"sum {shapes.X} to {shapes.Y} {types.Item1} to {types.Item2}", run =>
               Reduce<Sum>(run, shapes.X, shapes.Y, types.Item1, types.Item2, Draw.Uniform, static v => v.Sum())),
        .. from s in s_blocks
           select new ConformanceCase("Reduce", $"{s.X} to {s.Y}, all", run => All4(run, s.X, s.Y)) { IsLarge = true },
        .. from at in new[] { 0, 5, 40, 1000 }
           select new ConformanceCase("Reduce", $"a NaN at {at} is the extreme", run =>
           {
               float[] values = run.Numbers(1001, Draw.Uniform);
               values[at] = float.NaN;
               TensorView x = run.Input(new(1001), values), most = run.Output(new(1)), least = run.Output(new(1));
               run.Backend.Reduce<Max>(x, most);
               run.Backend.Reduce<Min>(x, least);
               run.Expect("max", most, Tolerance.Exact, () => [double.NaN]);
               run.Expect("min", least, Tolerance.Exact, () => [double.NaN]);
           }),
        .. from result in CaseRun.Storages
           select new ConformanceCase("Reduce", $"sums beyond BF16 to {result}", run => Overflow(run, result)),
        .. from type in CaseRun.Storages
           from draw in new[] { Draw.Uniform, Draw.Special, Draw.Huge }
           from s in new Shape[]
           {
               new(1), new(1, 1), new(0, 5), new(3, 0), new(7, 4), new(33, 10), new(5, 3, 40), new(40, 1000), new(5, 1500),
               new(3, 20001), new(1100, 13),
           }
           where draw == Draw.Uniform || s.Count is > 1 and < 10000
           from skew in s.Count < 1000 ? new[] { 0, 1 } : [0]
           select new ConformanceCase("Reduce", $"log-sum-exp {s} {type} {draw} skewed {skew}",
               run => LogSumExp(run, s, type, draw, skew)),
    ];

    /// <summary>The promise for any length: 1e-6 of the sum of magnitudes, which here are 1 on average.</summary>
    static void All4(CaseRun run, Shape from, Shape to)
    {
        var sum = new Tolerance(1e-6 * from.Count / Math.Max(1, to.Count), 0);
        Reduce<Sum>(run, from, to, DType.F32, DType.F32, Draw.Uniform, static v => v.Sum(), 0, sum);
        Reduce<SumOfSquares>(run, from, to, DType.F32, DType.F32, Draw.Uniform, static v => v.Sum(static x => x * x), 0,
            new(0, 1e-6));
        Reduce<Max>(run, from, to, DType.F32, DType.F32, Draw.Uniform, Largest, 0, Tolerance.Exact);
        Reduce<Min>(run, from, to, DType.F32, DType.F32, Draw.Uniform, Smallest, 0, Tolerance.Exact);
    }

    static void LogSumExp(CaseRun run, Shape s, DType type, Draw draw, int skew)
    {
        int rows = s[-1] == 0 ? s[0] : (int)s.Count / s[-1];
        TensorView x = run.Input(s, type, draw, skew), y = run.Output(new Shape(rows), skew: skew);
        run.Backend.LogSumExp(x, y);
        run.Expect("y", y, new(2e-6, 2e-6), () => [.. Enumerable.Range(0, rows).Select(row =>
        {
            double[] v = run[x][(row * s[-1])..((row + 1) * s[-1])];
            double top = Math.Clamp(Largest(v), float.MinValue, float.MaxValue);
            return (double)(float)(Math.Log(v.Sum(e => Math.Exp(e - top))) + top);
        })]);
    }

    /// <summary>Sums that are finite in single precision, and in BF16 where they are below its largest number.</summary>
    static void Overflow(CaseRun run, DType result)
    {
        TensorView x = run.Input(new(4, 3), [3e38f, 4e37f, 0, -3e38f, -4e37f, 0, 3e38f, 1e37f, 0, 1, -4, 5]),
            y = run.Output(new(4, 1), result);
        run.Backend.Reduce<Sum>(x, y);
        run.Expect("y", y, Tolerance.Rounding.In(result), () => [3.4e38f, -3.4e38f, 3.1e38f, 2]);
    }

    static double Largest(IEnumerable<double> v) => v.Aggregate(double.NegativeInfinity, Math.Max);

    static double Smallest(IEnumerable<double> v) => v.Aggregate(double.PositiveInfinity, Math.Min);

    static IEnumerable<ConformanceCase> Each<TOp>(DType type, string name, Draw draw, Func<IEnumerable<double>, double> naive)
        where TOp : unmanaged, IReduce =>
        s_shapes.Where(s => draw == Draw.Uniform || s.X.Count is > 0 and < 10000)
            .Select(s => new ConformanceCase("Reduce", $"{name} {s.X} to {s.Y} {type}", run =>
                Reduce<TOp>(run, s.X, s.Y, type, DType.F32, draw, naive)));

    static void Reduce<TOp>(CaseRun run, Shape from, Shape to, DType type, DType result, Draw draw,
        Func<IEnumerable<double>, double> naive, int skew = 0, Tolerance? within = null)
        where TOp : unmanaged, IReduce
    {
        var x = run.Input(from, type, draw, skew);
        var y = run.Output(to, result);
        run.Backend.Reduce<TOp>(x, y);
        // Long sums of numbers of both signs may end near zero: there the absolute error counts, which grows with their length.
        var tolerance = within ??
            new Tolerance(2e-7 * Math.Sqrt(Math.Max(100, from.Count / Math.Max(1, to.Count))), 2e-6).In(result);
        run.Expect("y", y, tolerance, () =>
        {
            var groups = Enumerable.Range(0, (int)to.Count).Select(static _ => new List<double>()).ToArray();
            for (int i = 0; i < from.Count; i++) groups[ElementwiseCases.Source(i, from, to)].Add(run[x][i]);
            return Array.ConvertAll(groups, g => (double)(float)naive(g));
        });
    }
}
