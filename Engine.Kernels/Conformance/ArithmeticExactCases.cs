namespace Ssgan.Engine.Kernels.Conformance;

/// <summary>Sums, products and their kin in F64 and in integers, on values at the ends of their ranges, and stretched.</summary>
static class ArithmeticExactCases
{
    static readonly DType[] s_types = [DType.F64, DType.I64, DType.I32, DType.U8];

    /// <summary>Values that a type holds and a double does too.</summary>
    internal static double[] Numbers(CaseRun run, DType type, long count)
    {
        double[] first = type switch
        {
            DType.F64 => [0, -0.0, double.NaN, double.PositiveInfinity, double.NegativeInfinity, 1e-320, 1e300, -2.5],
            DType.I64 => [0, 1, -1, 1L << 40, -(1L << 40), 3],
            DType.I32 => [0, 1, -1, int.MaxValue, int.MinValue, 3],
            DType.Bool => [0, 1],
            _ => [0, 1, 255, 128, 3],
        };
        double scale = type switch { DType.F64 => 1, DType.U8 => 50, DType.Bool => 0.25, _ => 1000 };
        double shift = type is DType.U8 or DType.Bool ? 2 : 0;
        return [.. first.Take((int)count), .. run.Numbers(Math.Max(0, count - first.Length), Draw.Uniform)
            .Select(v => type == DType.F64 ? v : Math.Floor((v + shift) * scale))];
    }

    public static IEnumerable<ConformanceCase> All =>
    [
        .. from type in s_types
           from op in Enum.GetValues<ArithmeticOp>()
           where type == DType.F64 ? op is not (ArithmeticOp.And or ArithmeticOp.Or or ArithmeticOp.Xor)
               : op is not (ArithmeticOp.Divide or ArithmeticOp.SquareRoot)
           select Case(op, type, new(17, 1), new(19), new(17, 19)),
        .. from op in new[] { ArithmeticOp.And, ArithmeticOp.Or, ArithmeticOp.Xor }
           select Case(op, DType.Bool, new(7), new(7), new(7)),
        .. from type in s_types
           from s in new (Shape A, Shape B, Shape Y)[]
           {
               (new(), new(), new()), (new(0, 3), new(3), new(0, 3)), (new(5, 7), new(5, 7), new(5, 7)),
               (new(4, 1, 6), new(5, 1), new(4, 5, 6)), (new(1), new(3, 70), new(3, 70)), (new(33, 65), new(65), new(33, 65)),
               (new(2, 1, 3, 1, 2, 1, 3, 1), new(1, 3, 1, 2, 1, 3, 1, 2), new(2, 3, 3, 2, 2, 3, 3, 2)),
           }
           select Case(ArithmeticOp.Subtract, type, s.A, s.B, s.Y),
        .. from type in s_types
           select new ConformanceCase("ArithmeticExact", $"Add {type} in place", run =>
           {
               Shape s = new(40, 9), row = new(9);
               TensorView a = run.Values(s, type, Numbers(run, type, s.Count)), b = run.Values(row, type, Numbers(run, type, 9));
               run.Backend.ArithmeticExact(ArithmeticOp.Add, a, b, a);
               run.Expect("a", a, Tolerance.Exact, () => Expected(ArithmeticOp.Add, type, run[a], s, run[b], row, s));
           }),
        new("ArithmeticExact", "I64 beyond doubles", run =>
        {
            // 2^62 + 1 is no double: only its difference to 2^62 shows that nothing was lost.
            TensorView big = run.Values(new(2), DType.I64, [1L << 62, 1L << 62]), one = run.Values(new(2), DType.I64, [1, -1]);
            TensorView sum = run.Output(new(2), DType.I64), difference = run.Output(new(2), DType.I64);
            run.Backend.ArithmeticExact(ArithmeticOp.Add, big, one, sum);
            run.Backend.ArithmeticExact(ArithmeticOp.Subtract, sum, big, difference);
            run.Expect("difference", difference, Tolerance.Exact, static () => [1, -1]);
        }),
    ];

    static ConformanceCase Case(ArithmeticOp op, DType type, Shape a, Shape b, Shape y) =>
        new("ArithmeticExact", $"{op} {a} {b} {type}", run =>
        {
            bool one = op >= ArithmeticOp.Negate;
            TensorView p = run.Values(one ? y : a, type, Numbers(run, type, one ? y.Count : a.Count)),
                q = one ? p : run.Values(b, type, Numbers(run, type, b.Count)), to = run.Output(y, type);
            run.Backend.ArithmeticExact(op, p, q, to);
            run.Expect("y", to, Tolerance.Exact, () => Expected(op, type, run[p], p.Shape, run[q], q.Shape, y));
        });

    static double[] Expected(ArithmeticOp op, DType type, double[] a, Shape aShape, double[] b, Shape bShape, Shape y) =>
        [.. Enumerable.Range(0, (int)y.Count).Select(i =>
        {
            double p = a[ElementwiseCases.Source(i, y, aShape)], q = b[ElementwiseCases.Source(i, y, bShape)];
            return type == DType.F64 ? Real(op, p, q) : Wrapped(Whole(op, (long)p, (long)q), type);
        })];

    static double Real(ArithmeticOp op, double a, double b) => op switch
    {
        ArithmeticOp.Add => a + b,
        ArithmeticOp.Subtract => a - b,
        ArithmeticOp.Multiply => a * b,
        ArithmeticOp.Divide => a / b,
        ArithmeticOp.Minimum => Math.Min(a, b),
        ArithmeticOp.Maximum => Math.Max(a, b),
        ArithmeticOp.Negate => -a,
        ArithmeticOp.Absolute => Math.Abs(a),
        _ => Math.Sqrt(a),
    };

    static Int128 Whole(ArithmeticOp op, Int128 a, Int128 b) => op switch
    {
        ArithmeticOp.Add => a + b,
        ArithmeticOp.Subtract => a - b,
        ArithmeticOp.Multiply => a * b,
        ArithmeticOp.Minimum => Int128.Min(a, b),
        ArithmeticOp.Maximum => Int128.Max(a, b),
        ArithmeticOp.And => a & b,
        ArithmeticOp.Or => a | b,
        ArithmeticOp.Xor => a ^ b,
        ArithmeticOp.Negate => -a,
        _ => Int128.Abs(a),
    };

    static double Wrapped(Int128 v, DType type) => type switch
    {
        DType.I64 => unchecked((long)v),
        DType.I32 => unchecked((int)v),
        _ => unchecked((byte)v),
    };
}
