namespace Ssgan.Engine.Kernels.Conformance;

/// <summary>Comparisons of all types, with NaN and infinities among the values.</summary>
static class CompareCases
{
    static readonly DType[] s_types = [DType.F32, DType.F64, DType.I64, DType.I32, DType.U8, DType.Bool];

    public static IEnumerable<ConformanceCase> All =>
    [
        .. from type in s_types
           from op in Enum.GetValues<ComparisonOp>()
           from s in new (Shape A, Shape B, Shape Y)[] { (new(20, 1), new(20), new(20, 20)), (new(33), new(33), new(33)) }
           select Case(op, type, s.A, s.B, s.Y),
        .. from s in new (Shape A, Shape B, Shape Y)[]
           {
               (new(), new(), new()), (new(0), new(1), new(0)), (new(300, 7), new(), new(300, 7)),
               (new(2, 1, 3, 1, 2, 1, 3, 1), new(1, 3, 1, 2, 1, 3, 1, 2), new(2, 3, 3, 2, 2, 3, 3, 2)),
           }
           select Case(ComparisonOp.Less, DType.F32, s.A, s.B, s.Y),
    ];

    static ConformanceCase Case(ComparisonOp op, DType type, Shape a, Shape b, Shape y) =>
        new("Compare", $"{op} {a} {b} {type}", run =>
        {
            double[] Numbers(long count) => type == DType.F32
                ? [.. run.Numbers(count, Draw.Special).Select(static v => (double)v)]
                : ArithmeticExactCases.Numbers(run, type, count);
            TensorView p = run.Values(a, type, Numbers(a.Count)), q = run.Values(b, type, Numbers(b.Count)),
                to = run.Output(y, DType.Bool);
            run.Backend.Compare(op, p, q, to);
            run.Expect("y", to, Tolerance.Exact, () => [.. Enumerable.Range(0, (int)y.Count).Select(i =>
                Holds(op, run[p][ElementwiseCases.Source(i, y, a)], run[q][ElementwiseCases.Source(i, y, b)]) ? 1.0 : 0)]);
        });

    static bool Holds(ComparisonOp op, double a, double b) => op switch
    {
        ComparisonOp.Equal => a == b,
        ComparisonOp.NotEqual => a != b,
        ComparisonOp.Less => a < b,
        _ => a <= b,
    };
}
