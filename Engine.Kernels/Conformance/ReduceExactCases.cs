namespace Ssgan.Engine.Kernels.Conformance;

/// <summary>Reductions in F64 and in integers, over rows, columns and both, few elements and many.</summary>
static class ReduceExactCases
{
    static readonly (Shape X, Shape Y)[] s_shapes =
    [
        (new(1), new(1)), (new(7), new(1)), (new(5, 9), new(5, 9)), (new(33, 10), new(33, 1)), (new(40, 300), new(40, 1)),
        (new(1000), new(1)), (new(65, 64), new(1, 64)), (new(300, 5), new(1, 5)), (new(4, 5, 6, 3), new(4, 1, 6, 1)),
        (new(4, 5, 6, 3), new(1, 5, 1, 3)), (new(20, 2, 20, 3), new(1, 2, 1, 3)), (new(3, 20, 2, 15), new(3, 1, 2, 1)),
        (new(0, 4), new(0, 1)),
    ];

    public static IEnumerable<ConformanceCase> All =>
    [
        .. from type in new[] { DType.F64, DType.I64, DType.I32, DType.U8 }
           from op in Enum.GetValues<ReduceOp>()
           from s in s_shapes
           select new ConformanceCase("ReduceExact", $"{op} {s.X} to {s.Y} {type}", run => Reduce(run, op, s.X, s.Y, type)),
        new("ReduceExact", "whether any and whether all", run =>
        {
            var x = run.Values(new(3, 4), DType.Bool, [0, 0, 0, 0, 0, 1, 0, 0, 1, 1, 1, 1]);
            TensorView any = run.Output(new(3, 1), DType.Bool), all = run.Output(new(3, 1), DType.Bool);
            run.Backend.ReduceExact(ReduceOp.Maximum, x, any);
            run.Backend.ReduceExact(ReduceOp.Minimum, x, all);
            run.Expect("any", any, Tolerance.Exact, static () => [0, 1, 1]);
            run.Expect("all", all, Tolerance.Exact, static () => [0, 0, 1]);
        }),
    ];

    static void Reduce(CaseRun run, ReduceOp op, Shape from, Shape to, DType type)
    {
        // Small numbers: products of few, and sums, are whole and exact.
        double scale = type == DType.F64 ? 1 : 2, shift = type == DType.U8 ? 2 : 0;
        double[] values = [.. run.Numbers(from.Count, Draw.Uniform)
            .Select(v => type == DType.F64 ? v : Math.Round((v + shift) * scale / 2))];
        TensorView x = run.Values(from, type, values), y = run.Output(to, type);
        run.Backend.ReduceExact(op, x, y);
        // In doubles the order of a sum shows in the last places.
        var tolerance = type == DType.F64 ? new Tolerance(1e-12, 1e-12) : Tolerance.Exact;
        run.Expect("y", y, tolerance, () =>
        {
            var totals = new double[to.Count];
            var seen = new bool[to.Count];
            for (int i = 0; i < from.Count; i++)
            {
                long at = ElementwiseCases.Source(i, from, to);
                totals[at] = seen[at] ? Combined(op, totals[at], run[x][i], type) : run[x][i];
                seen[at] = true;
            }
            return totals;
        });
    }

    static double Combined(ReduceOp op, double a, double b, DType type) => op switch
    {
        ReduceOp.Maximum => Math.Max(a, b),
        ReduceOp.Minimum => Math.Min(a, b),
        ReduceOp.Sum => type == DType.U8 ? (a + b) % 256 : a + b,
        _ => type switch
        {
            DType.F64 => a * b,
            DType.U8 => a * b % 256,
            DType.I32 => unchecked((int)((long)a * (long)b)),
            // The lower 53 bits of a wrapped product are no double's: products of ones, twos and zeros stay small or vanish.
            _ => unchecked((long)a * (long)b),
        },
    };
}
