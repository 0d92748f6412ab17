namespace Ssgan.Engine.Kernels.Conformance;

/// <summary>
/// Functions of one and of two numbers: every functor on special values, and every way to walk memory with a few of them.
/// </summary>
static class ElementwiseCases
{
    /// <summary>
    /// a, b and y: every stretch of either operand, ranks that differ, axes of size one, and rows longer than a work item.
    /// </summary>
    static readonly (Shape A, Shape B, Shape Y)[] s_blocks =
    [
        (new(), new(), new()), (new(5), new(), new(5)), (new(), new(37), new(37)), (new(1), new(1), new(3)),
        (new(0), new(1), new(0)), (new(3, 0), new(3, 1), new(3, 0)), (new(4, 3), new(3), new(4, 3)),
        (new(3), new(4, 3), new(4, 3)), (new(2, 5, 7, 3), new(3), new(2, 5, 7, 3)),
        (new(2, 33, 31, 3), new(3), new(2, 33, 31, 3)), (new(1001, 100), new(100), new(1001, 100)),
        (new(100), new(1001, 100), new(1001, 100)), (new(9, 700), new(1, 700), new(9, 700)),
        (new(2, 40000), new(40000), new(2, 40000)), (new(6, 10), new(6, 1), new(6, 10)), (new(6, 1), new(6, 10), new(6, 10)),
        (new(2, 40000), new(2, 1), new(2, 40000)), (new(6, 1), new(1, 10), new(6, 10)), (new(1, 10), new(6, 1), new(6, 10)),
        (new(3, 4, 5, 6), new(3, 1, 1, 6), new(3, 4, 5, 6)), (new(3, 1, 1, 6), new(3, 4, 5, 6), new(3, 4, 5, 6)),
        (new(3, 4, 5, 6), new(3, 1, 1, 1), new(3, 4, 5, 6)), (new(3, 1, 5, 1), new(1, 4, 1, 6), new(3, 4, 5, 6)),
        (new(1, 4, 1, 6), new(3, 1, 5, 1), new(3, 4, 5, 6)), (new(3, 4, 1, 6), new(4, 5, 1), new(3, 4, 5, 6)),
        (new(3, 1, 5, 6), new(1, 4, 5, 6), new(3, 4, 5, 6)), (new(1, 1, 5, 6), new(3, 4, 1, 1), new(3, 4, 5, 6)),
        (new(1, 1, 1, 1), new(5, 1), new(2, 3, 5, 4)), (new(16, 1, 1, 9), new(16, 33, 33, 9), new(16, 33, 33, 9)),
        (new(2, 1, 3, 1, 2, 1, 3, 1), new(1, 3, 1, 2, 1, 3, 1, 2), new(2, 3, 3, 2, 2, 3, 3, 2)),
        (new(2, 3, 1, 4, 1, 5), new(3, 2, 1, 2, 5), new(2, 3, 2, 4, 2, 5)),
        (new(33, 1, 65), new(1, 17, 65), new(33, 17, 65)), (new(40, 1, 50, 9), new(1, 41, 1, 9), new(40, 41, 50, 9)),
    ];

    public static IEnumerable<ConformanceCase> All =>
    [
        .. from n in new[] { 0, 1, 7, 8, 9, 31, 33, 16384, 16385, 50001, 1000003 }
           from skew in new[] { 0, 1 }
           select new ConformanceCase("Elementwise", $"Affine and Sub ({n}) skewed {skew}", run => Lengths(run, new(n), skew))
               { IsLarge = true },
        .. from s in s_blocks
           from inPlace in CaseRun.Both
           select new ConformanceCase("Elementwise", $"Axpy {s.A} {s.B} to {s.Y}{(inPlace ? " in place" : "")}",
               run => Stretch(run, s.A, s.B, s.Y, inPlace)) { IsLarge = true },
        .. CaseRun.Mapped.SelectMany(UnaryFunctors),
        .. CaseRun.Mapped.SelectMany(BinaryFunctors),
        .. CaseRun.Mapped.SelectMany(UnaryMemory),
        .. CaseRun.Mapped.SelectMany(Broadcasts),
        .. MixedStorage(),
    ];

    static readonly Shape s_odd = new(3, 5, 7, 11), s_several = new(3, 41, 33, 8), s_waves = new(270_001);

    static double F(double x) => (float)x;

    static double Relu(double x) => x < 0 ? 0 : x;

    static double Sigmoid(double x) => x < 0 ? Math.Exp(x) / (1 + Math.Exp(x)) : 1 / (1 + Math.Exp(-x));

    static double Softplus(double x) => Math.Max(x, 0) + (x == 0 ? Math.Log(2) : Log1p(Math.Exp(-Math.Abs(x))));

    static double Log1p(double u) => SmoothFunctions.Log1p(u);

    static IEnumerable<ConformanceCase> UnaryFunctors(DType type) =>
    [
        Map(type, new Neg(), static x => -x), Map(type, new Abs(), Math.Abs), Map(type, new Square(), static x => x * x),
        Map(type, new Sqrt(), Math.Sqrt), Map(type, new Rsqrt(), static x => 1 / Math.Sqrt(x)),
        Map(type, new Reciprocal(), static x => 1 / x), Map(type, new Exp(), Math.Exp), Map(type, new Log(), Math.Log),
        Map(type, new Relu(), Relu), Map(type, new LeakyRelu(0.2f), static x => x > 0 ? x : 0.2f * x),
        Map(type, new Tanh(), Math.Tanh), Map(type, new ScaledTanh(1.25f), static x => 1.25 * Math.Tanh(x)),
        Map(type, new Sigmoid(), Sigmoid), Map(type, new Softplus(), Softplus),
        Map(type, new Affine(0.75f, -0.5f), static x => 0.75 * x - 0.5), Map(type, new DivideBy(3), static x => x / 3),
        Map(type, new DivideBy(-1e-40f), static x => x / -1e-40f), Map(type, new Step(), static x => x > 0 ? 1 : 0),
        Map(type, new Sign(), static x => x > 0 ? 1 : x < 0 ? -1 : x),
        Map(type, new Clamp(-0.5f, 0.75f), static x => x < -0.5 ? -0.5 : x > 0.75 ? 0.75 : x),
        Map(type, new Pow(3), static x => Math.Pow(x, 3)), Map(type, new Pow(-0.5f), static x => Math.Pow(x, -0.5)),
        Map(type, new Sin(), Math.Sin), Map(type, new Cos(), Math.Cos), Map(type, new Erf(), SmoothFunctions.Erf),
        Map(type, new Log1p(), SmoothFunctions.Log1p), Map(type, new Expm1(), SmoothFunctions.Expm1),
        Map(type, new Gelu(), static x => x * SmoothFunctions.NormalShare(x)),
        Map(type, new GeluSlope(), SmoothFunctions.GeluSlope),
        Map(type, new GeluTanh(), static x => x * Sigmoid(SmoothFunctions.Twice(x))),
        Map(type, new GeluTanhSlope(), SmoothFunctions.GeluTanhSlope),
        Map(type, new Silu(), static x => x * Sigmoid(x)), Map(type, new SiluSlope(), SmoothFunctions.SiluSlope),
        Map(type, new Elu(0.75f), static x => x > 0 ? x : 0.75 * SmoothFunctions.Expm1(x)),
        Map(type, new EluSlope(0.75f), static x => x > 0 ? 1 : 0.75 * Math.Exp(x)),
        Map(type, new Floor(), Math.Floor), Map(type, new Ceiling(), Math.Ceiling), Map(type, new Round(), Math.Round),
        Map(type, new Pow(0), static _ => 1),
        Map(type, new Pow(2.75f), static x => Math.Pow(x, 2.75)), Map(type, new Pow(-2), static x => Math.Pow(x, -2)),
    ];

    static IEnumerable<ConformanceCase> BinaryFunctors(DType type) =>
    [
        Pairs(type, new Add(), static (a, b) => a + b), Pairs(type, new Sub(), static (a, b) => a - b),
        Pairs(type, new Mul(), static (a, b) => a * b),
        Pairs(type, new Div(), static (a, b) => a / b), Pairs(type, new Maximum(), Math.Max),
        Pairs(type, new Minimum(), Math.Min), Pairs(type, new AddRelu(), static (a, b) => Relu(a + b)),
        Pairs(type, new AddLeakyRelu(0.2f), static (a, b) => F(a + b) > 0 ? a + b : 0.2f * F(a + b)),
        Pairs(type, new ReluGrad(), static (a, b) => b > 0 ? a : 0),
        Pairs(type, new LeakyReluGrad(0.2f), static (a, b) => b > 0 ? a : 0.2f * a),
        Pairs(type, new TanhGrad(), static (a, b) => a * F(1 - F(b * b))),
        Pairs(type, new SigmoidGrad(), static (a, b) => F(a * b) * (1 - b)),
        Pairs(type, new Greater(), static (a, b) => a > b ? 1 : 0), Pairs(type, new Equal(), static (a, b) => a == b ? 1 : 0),
        Pairs(type, new Axpy(-0.3f), static (a, b) => a + (double)-0.3f * b),
        Pairs(type, new Lerp(0.25f), static (a, b) => a + 0.25 * F(b - a)),
    ];

    /// <summary>A functor on ordinary and special values.</summary>
    static ConformanceCase Map<TOp>(DType type, TOp op, Func<double, double> f) where TOp : unmanaged, IUnary =>
        new("Elementwise", $"{op} {type}", run => Map(run, op, f, s_odd, type, Draw.Special));

    /// <summary>A functor on all pairs of special values.</summary>
    static ConformanceCase Pairs<TOp>(DType type, TOp op, Func<double, double, double> f) where TOp : unmanaged, IBinary =>
        new("Elementwise", $"{op} {type}", run =>
        {
            Shape rows = new(24, 1), columns = new(40);
            Zip(run, op, f, run.Input(rows, type, Draw.Special), run.Input(columns, type, Draw.Special), new Shape(24, 40), type);
        });

    static IEnumerable<ConformanceCase> UnaryMemory(DType type) =>
    [
        new("Elementwise", $"Neg {s_waves} {type}", run => Map(run, new Neg(), static x => -x, s_waves, type, Draw.Uniform)),
        .. from s in new Shape[] { new(1), new(0, 4), new(31), s_several }
           select new ConformanceCase("Elementwise", $"Exp {s} {type}",
               run => Map(run, new Exp(), Math.Exp, s, type, Draw.Uniform)),
        .. from skew in new[] { (1, 0), (0, 1), (3, 3) }
           select new ConformanceCase("Elementwise", $"Square {type} skewed {skew}", run =>
               Map(run, new Square(), static x => x * x, s_odd, type, Draw.Uniform, skew.Item1, skew.Item2)),
        new("Elementwise", $"Relu {type} in place", run =>
        {
            var x = run.Input(s_odd, type, Draw.Special);
            run.Backend.Unary(new Relu(), x, x);
            run.Expect("x", x, Tolerance.Exact, () => Array.ConvertAll(run[x], Relu));
        }),
    ];

    static IEnumerable<ConformanceCase> Broadcasts(DType type)
    {
        (Shape A, Shape B, Shape Y)[] shapes =
        [
            (new(1), new(1), new(1)), (new(0, 3), new(3), new(0, 3)), (s_several, s_several, s_several),
            (s_waves, s_waves, s_waves), (new(4, 6), new(1, 4, 6), new(1, 4, 6)),
            (s_odd, new(), s_odd), (new(1), s_odd, s_odd), (new(5, 7, 9, 16), new(16), new(5, 7, 9, 16)),
            (new(3), new(6, 5, 5, 3), new(6, 5, 5, 3)), (new(4, 5, 6, 24), new(4, 1, 1, 24), new(4, 5, 6, 24)),
            (new(3, 5, 6, 1), new(3, 5, 6, 8), new(3, 5, 6, 8)), (new(2, 1, 3, 1), new(1, 4, 1, 5), new(2, 4, 3, 5)),
            (new(2, 4, 3, 8), new(2, 1, 3, 1), new(2, 4, 3, 8)), (new(2, 1, 3, 16), new(1, 4, 1, 16), new(2, 4, 3, 16)),
            (new(70, 1), new(1, 130), new(70, 130)),
            (new(1), new(), new(2, 3)),
            (new(2, 1, 3, 1, 2, 1, 3, 1), new(1, 3, 1, 2, 1, 3, 1, 8), new(2, 3, 3, 2, 2, 3, 3, 8)),
            (new(3, 2, 1, 5, 1, 8), new(3, 1, 2, 1, 4, 8), new(3, 2, 2, 5, 4, 8)),
        ];
        foreach (var (a, b, y) in shapes)
        {
            yield return new("Elementwise", $"Sub {a} {b} {type}", run =>
                Zip(run, new Sub(), static (p, q) => p - q, run.Input(a, type), run.Input(b, type), y, type));
        }
        foreach (var (p, q, r) in new[] { (1, 0, 0), (0, 1, 0), (0, 0, 1), (1, 1, 1) })
        {
            yield return new("Elementwise", $"AddRelu of a bias, {type} skewed {(p, q, r)}", run =>
                Zip(run, new AddRelu(), static (a, b) => Relu(a + b), run.Input(new(5, 7, 16), type, skew: p),
                    run.Input(new(16), type, skew: q), new(5, 7, 16), type, r));
        }
        yield return new("Elementwise", $"Add {type} in place of the first", run =>
        {
            var (a, b) = (run.Input(s_odd, type), run.Input(s_odd, type));
            run.Backend.Binary(new Add(), a, b, a);
            run.Expect("a", a, Tolerance.Rounding.In(type),
                () => Zip(static (p, q) => p + q, run[a], s_odd, run[b], s_odd, s_odd));
        });
        // Largest in BF16, and finite in F32 with the second.
        yield return new("Elementwise", $"Add {type} beyond BF16", run => Zip(run, new Add(), static (p, q) => p + q,
            run.Input(new(3), [3.38953139e38f, -3.38953139e38f, 3e38f], type), run.Input(new(2, 1), [1e36f, -1e36f], type),
            new(2, 3), type));
        yield return new("Elementwise", $"Sub {type} in place of the second", run =>
        {
            var (a, b) = (run.Input(new(11), type), run.Input(s_odd, type));
            run.Backend.Binary(new Sub(), a, b, b);
            run.Expect("b", b, Tolerance.Rounding.In(type),
                () => Zip(static (p, q) => p - q, run[a], new(11), run[b], s_odd, s_odd));
        });
    }

    static void Lengths(CaseRun run, Shape shape, int skew)
    {
        var op = new Affine(-1.5f, 0.25f);
        TensorView x = run.Input(shape, skew: skew), b = run.Input(shape), y = run.Output(shape, skew: skew),
            z = run.Output(shape);
        run.Backend.Unary(op, x, y);
        run.Backend.Binary(new Sub(), x, b, z);
        run.Backend.Unary(op, x, x);
        run.Expect("y", y, Tolerance.Rounding, () => Array.ConvertAll(run[x], static v => -1.5 * v + 0.25));
        run.Expect("z", z, Tolerance.Rounding, () => [.. run[x].Zip(run[b], static (p, q) => F(p - q))]);
        run.Expect("in place", x, Tolerance.Rounding, () => Array.ConvertAll(run[x], static v => -1.5 * v + 0.25));
    }

    static void Stretch(CaseRun run, Shape a, Shape b, Shape y, bool inPlace)
    {
        TensorView p = run.Input(a), q = run.Input(b);
        var to = inPlace && a == y ? p : inPlace && b == y ? q : run.Output(y);
        run.Backend.Binary(new Axpy(-0.7f), p, q, to);
        run.Expect("y", to, Tolerance.Rounding, () => Zip(static (u, v) => u + (double)-0.7f * v, run[p], a, run[q], b, y));
    }

    /// <summary>Parameters stay F32 beside 16-bit activations.</summary>
    static IEnumerable<ConformanceCase> MixedStorage() =>
        from type in new[] { DType.BF16, DType.F16 }
        from c in new[] { 16, 3 }
        from skew in new[] { 0, 1 }
        from left in CaseRun.Both
        select new ConformanceCase("Elementwise",
            $"Sub of {type} and F32, {c} channels{(left ? ", F32 first" : "")}, skewed {skew}", run =>
        {
            Shape image = new(2, 5, 5, c), bias = new(c);
            var x = run.Input(image, type);
            var v = run.Input(bias, skew: skew);
            Zip(run, new Sub(), static (a, b) => a - b, left ? v : x, left ? x : v, image, type);
        });

    static void Map<TOp>(CaseRun run, TOp op, Func<double, double> f, Shape shape, DType type, Draw draw,
        int xSkew = 0, int ySkew = 0)
        where TOp : unmanaged, IUnary
    {
        var x = run.Input(shape, type, draw, xSkew);
        var y = run.Output(shape, type, ySkew);
        run.Backend.Unary(op, x, y);
        run.Expect("y", y, Tolerance.Rounding.In(type), () => Array.ConvertAll(run[x], v => F(f(v))));
    }

    static void Zip<TOp>(CaseRun run, TOp op, Func<double, double, double> f, TensorView a, TensorView b,
        Shape shape, DType type, int skew = 0)
        where TOp : unmanaged, IBinary
    {
        var y = run.Output(shape, type, skew);
        run.Backend.Binary(op, a, b, y);
        run.Expect("y", y, Tolerance.Rounding.In(type), () => Zip(f, run[a], a.Shape, run[b], b.Shape, shape));
    }

    static double[] Zip(Func<double, double, double> f, double[] a, Shape aShape, double[] b, Shape bShape, Shape shape)
    {
        var y = new double[shape.Count];
        for (int i = 0; i < y.Length; i++) y[i] = F(f(a[Source(i, shape, aShape)], b[Source(i, shape, bShape)]));
        return y;
    }

    /// <summary>Where element i of shape s lies in an operand whose ones stretch.</summary>
    internal static long Source(long i, Shape s, Shape operand)
    {
        long at = 0, step = 1;
        for (int axis = 0; axis < s.Rank; axis++)
        {
            if (operand.FromEnd(axis) != 1) at += i % s.FromEnd(axis) * step;
            step *= operand.FromEnd(axis);
            i /= s.FromEnd(axis);
        }
        return at;
    }
}
