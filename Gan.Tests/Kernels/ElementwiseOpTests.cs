using System.Numerics;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Kernels.Conformance;

namespace Ssgan.Tests.Kernels;

/// <summary>
/// Every op struct against its formula in double precision: scalar form, vector form in every lane, and special values.
/// </summary>
public class ElementwiseOpTests
{
    static readonly float[] Special = [0f, -0f, 1f, -1f, 0.5f, -0.5f, 1e-5f, -1e-5f, 1e-20f, -1e-20f, 1e-42f, 3e38f, -3e38f, 30f,
        -30f, 87f, -87f, 88.7f, -100f, -103.5f, -103.9f, -104.1f, 0.59999f, 0.6f, -0.6f, 9f, -9f, float.NaN,
        float.PositiveInfinity, float.NegativeInfinity];

    static IEnumerable<TestCaseData> Unaries()
    {
        yield return Row(default(Neg), x => -x, 0);
        yield return Row(default(Abs), Math.Abs, 0);
        yield return Row(default(Square), x => x * x);
        yield return Row(default(Sqrt), Math.Sqrt);
        yield return Row(default(Rsqrt), x => 1 / Math.Sqrt(x), 2e-7);
        yield return Row(default(Reciprocal), x => 1 / x);
        yield return Row(default(Exp), Math.Exp, 3e-7);
        yield return Row(default(Log), Math.Log, 3e-7);
        yield return Row(default(Relu), x => x < 0 ? 0 : x, 0);
        yield return Row(new LeakyRelu(0.2f), x => x > 0 ? x : 0.2f * x);
        yield return Row(default(Tanh), Math.Tanh, 3e-7);
        yield return Row(new ScaledTanh(-1.5f), x => -1.5 * Math.Tanh(x), 3e-7);
        yield return Row(default(Sigmoid), x => x > 0 ? 1 / (1 + Math.Exp(-x)) : Math.Exp(x) / (1 + Math.Exp(x)), 3e-7);
        // For x < −17 the next term of the series, e^2x / 2, is below a double's precision relative to e^x.
        yield return Row(default(Softplus),
            x => x < -17 ? Math.Exp(x) - Math.Exp(2 * x) / 2 : Math.Max(x, 0) + Math.Log(1 + Math.Exp(-Math.Abs(x))), 3e-7);
        yield return Row(new Affine(-1.7f, 0.3f), x => x * -1.7f + 0.3f);
        yield return Row(new DivideBy(-1.7f), x => x / -1.7f);
        yield return Row(default(Step), x => x > 0 ? 1 : 0, 0);
        yield return Row(default(Sign), x => x > 0 ? 1 : x < 0 ? -1 : x, 0);
        yield return Row(new Clamp(-0.75f, 1.25f), x => x < -0.75 ? -0.75 : x > 1.25 ? 1.25 : x, 0);
        yield return Row(new Pow(2.5f), x => Math.Pow(x, 2.5), 2e-7);
        yield return Row(new Pow(-3f), x => Math.Pow(x, -3), 2e-7);
        yield return Row(default(Sin), Math.Sin, 2e-7);
        yield return Row(default(Cos), Math.Cos, 2e-7);
        yield return Row(default(Erf), SmoothFunctions.Erf, 3e-7);
        yield return Row(default(Log1p), SmoothFunctions.Log1p, 4e-7);
        yield return Row(default(Expm1), SmoothFunctions.Expm1, 4e-7);
        yield return Row(default(Gelu), x => x * SmoothFunctions.NormalShare(x), 6e-7, 1e-43);
        yield return Row(default(Silu), x => x > 0 ? x / (1 + Math.Exp(-x)) : x * (Math.Exp(x) / (1 + Math.Exp(x))), 4e-7, 1e-43);
        yield return Row(new Elu(0.75f), x => x > 0 ? x : 0.75 * SmoothFunctions.Expm1(x), 4e-7);
        yield return Row(new EluSlope(0.75f), x => x > 0 ? 1 : 0.75 * Math.Exp(x), 4e-7);
        yield return Row(default(Floor), Math.Floor, 0);
        yield return Row(default(Ceiling), Math.Ceiling, 0);
        yield return Row(default(Round), Math.Round, 0);

        // A subnormal factor has been rounded before it is multiplied with x: hence an absolute error.
        static TestCaseData Row<TOp>(TOp op, Func<double, double> f, double tolerance = 1e-7, double absolute = 0)
            where TOp : unmanaged, IUnary =>
            new TestCaseData((Action)(() => CheckUnary(op, f, tolerance, absolute))).SetName($"{{m}}({op})");
    }

    static IEnumerable<TestCaseData> Binaries()
    {
        yield return Row(default(Add), (a, b) => a + b);
        yield return Row(default(Sub), (a, b) => a - b);
        yield return Row(default(Mul), (a, b) => a * b);
        yield return Row(default(Div), (a, b) => a / b);
        yield return Row(default(Maximum), Math.Max, 0);
        yield return Row(default(Minimum), Math.Min, 0);
        yield return Row(default(AddRelu), (a, b) => a + b < 0 ? 0 : a + b);
        yield return Row(new AddLeakyRelu(0.2f), (a, b) => a + b > 0 ? a + b : 0.2f * (double)(float)(a + b));
        yield return Row(default(ReluGrad), (dy, y) => y > 0 ? dy : 0, 0);
        yield return Row(new LeakyReluGrad(0.2f), (dy, x) => x > 0 ? dy : 0.2f * dy);
        // 1 − y² and 1 − y cancel near one: there the rounding of the product is what counts, so |y| is kept from
        // it by the inputs.
        yield return Row(default(TanhGrad), (dy, y) => dy * (1 - y * y), 1e-6);
        yield return Row(default(SigmoidGrad), (dy, y) => dy * y * (1 - y), 1e-6);
        yield return Row(default(Greater), (a, b) => a > b ? 1 : 0, 0);
        yield return Row(default(Equal), (a, b) => a == b ? 1 : 0, 0);
        yield return Row(new Axpy(-0.3f), (a, b) => a + -0.3f * b);
        // b − a is rounded before it is weighted: relative to the larger operand, not to the result.
        yield return Row(new Lerp(0.125f), (a, b) => a + 0.125 * (b - a), 1e-6);

        static TestCaseData Row<TOp>(TOp op, Func<double, double, double> f, double tolerance = 1e-7)
            where TOp : unmanaged, IBinary =>
            new TestCaseData((Action)(() => CheckBinary(op, f, tolerance))).SetName($"{{m}}({op})");
    }

    [TestCaseSource(nameof(Unaries))]
    public void Unary_forms_follow_the_formula(Action check) => check();

    [TestCaseSource(nameof(Binaries))]
    public void Binary_forms_follow_the_formula(Action check) => check();

    [Test]
    public void Names_are_distinct_and_in_snake_case()
    {
        string[] names = [Name<Neg>(), Name<Abs>(), Name<Square>(), Name<Sqrt>(), Name<Rsqrt>(), Name<Reciprocal>(), Name<Exp>(),
            Name<Log>(), Name<Relu>(), Name<LeakyRelu>(), Name<Tanh>(), Name<ScaledTanh>(), Name<Sigmoid>(), Name<Softplus>(),
            Name<Affine>(), Name<DivideBy>(), Name<Step>(), Name<Sign>(), Name<Clamp>(), Name<Pow>(),
            Name<Sin>(), Name<Cos>(), Name<Erf>(), Name<Log1p>(), Name<Expm1>(), Name<Gelu>(), Name<GeluSlope>(),
            Name<GeluTanh>(),
            Name<GeluTanhSlope>(), Name<Silu>(), Name<SiluSlope>(), Name<Elu>(), Name<EluSlope>(), Name<Floor>(), Name<Ceiling>(),
            Name<Round>(), Product.Name, Name2<Add>(), Name2<Sub>(), Name2<Mul>(), Name2<Div>(),
            Name2<Maximum>(), Name2<Minimum>(), Name2<AddRelu>(),
            Name2<AddLeakyRelu>(), Name2<ReluGrad>(), Name2<LeakyReluGrad>(), Name2<TanhGrad>(), Name2<SigmoidGrad>(),
            Name2<Greater>(), Name2<Equal>(), Name2<Axpy>(), Name2<Lerp>(),
            Sum.Name, Max.Name, Min.Name, SumOfSquares.Name];
        Assert.That(names, Is.Unique);
        Assert.That(names, Has.All.Match("^[a-z]+(_[a-z]+)*$"));

        static string Name<T>() where T : IUnary => T.Name;
        static string Name2<T>() where T : IBinary => T.Name;
    }

    static void CheckUnary<TOp>(TOp op, Func<double, double> f, double tolerance, double absolute)
        where TOp : unmanaged, IUnary
    {
        foreach (float x in Inputs())
        {
            double expected = f(x);
            var v = op.Invoke(Vector.Create(x));
            string? wrong = Wrong(op.Invoke(x), v, expected, tolerance, absolute);
            if (wrong is not null) Assert.Fail($"{TOp.Name}({x:R}): {wrong}");
        }
    }

    static void CheckBinary<TOp>(TOp op, Func<double, double, double> f, double tolerance) where TOp : unmanaged, IBinary
    {
        float[] second = [0f, -0f, 1e-20f, 0.3f, -0.3f, 1.9f, -2.1f, 17f, float.NaN,
            float.PositiveInfinity, float.NegativeInfinity];
        var random = new Random(5);
        foreach (float a in Inputs())
        {
            foreach (float b in (float[])[a, second[random.Next(second.Length)], random.NextSingle() - 0.5f])
            {
                double expected = f(a, b);
                // Cancellation: sums and differences are exact to rounding relative to the operands' size.
                double scale = tolerance > 0 && float.IsFinite(a) && float.IsFinite(b)
                    ? Math.Min(Math.Abs((double)a) + Math.Abs((double)b), 1e30) * tolerance : 0;
                var v = op.Invoke(Vector.Create(a), Vector.Create(b));
                string? wrong = Wrong(op.Invoke(a, b), v, expected, tolerance, scale);
                if (wrong is not null) Assert.Fail($"{TOp.Name}({a:R}, {b:R}): {wrong}");
            }
        }
    }

    static IEnumerable<float> Inputs()
    {
        var random = new Random(3);
        foreach (float x in Special) yield return x;
        for (int i = 0; i < 20000; i++) yield return (random.NextSingle() - 0.5f) * 8;
        for (int i = 0; i < 5000; i++) yield return (random.NextSingle() - 0.5f) * 220;
        for (int i = 0; i < 5000; i++) yield return (random.Next(2) * 2 - 1) * MathF.Pow(10, -38 + 76 * random.NextSingle());
    }

    static string? Wrong(float scalar, Vector<float> vector, double expected, double tolerance, double absolute)
    {
        if (!IsClose(scalar, expected, tolerance, absolute)) return $"the scalar form gives {scalar:R}, expected {expected:R}";
        if (!IsClose(vector[0], expected, tolerance, absolute))
            return $"the vector form gives {vector[0]:R}, expected {expected:R}";
        for (int i = 1; i < Vector<float>.Count; i++)
        {
            if (!vector[i].Equals(vector[0])) return $"lane {i} gives {vector[i]:R}, lane 0 {vector[0]:R}";
        }
        return null;
    }

    /// <summary>
    /// Relative closeness down to the subnormals, whose spacing is 1.4e-45; overflow in single precision is infinity.
    /// </summary>
    static bool IsClose(float actual, double expected, double tolerance, double absolute)
    {
        if (double.IsNaN(expected)) return float.IsNaN(actual);
        // At the very edge of the range rounding decides between the largest number and infinity.
        if (Math.Abs(expected) >= float.MaxValue * 0.999999)
            return actual == (float)expected || Math.Abs(actual) > float.MaxValue * 0.999999;
        return Math.Abs(actual - expected) <= Math.Abs(expected) * tolerance + absolute + (tolerance > 0 ? 3e-45 : 0);
    }
}
