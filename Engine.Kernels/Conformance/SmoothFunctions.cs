namespace Ssgan.Engine.Kernels.Conformance;

/// <summary>In double precision what .NET's mathematics has not.</summary>
static class SmoothFunctions
{
    /// <summary>Kahan's: exact where 1 + x rounds.</summary>
    public static double Log1p(double x) =>
        1 + x == 1 || double.IsPositiveInfinity(x) ? x : Math.Log(1 + x) * (x / (1 + x - 1));

    /// <summary>By way of tanh, which does not cancel: e^x − 1 = 2t / (1 − t), t = tanh(x / 2).</summary>
    public static double Expm1(double x)
    {
        if (Math.Abs(x) >= 1) return Math.Exp(x) - 1;
        double t = Math.Tanh(x / 2);
        return 2 * t / (1 - t);
    }

    /// <summary>The series at zero, all of whose terms are of one sign (Abramowitz and Stegun 7.1.6).</summary>
    public static double Erf(double x)
    {
        if (!(Math.Abs(x) < 3)) return double.IsNaN(x) ? x : Math.Sign(x) * (1 - Erfc(Math.Abs(x)));
        double term = x, sum = x;
        for (int n = 1; Math.Abs(term) > 1e-17 * Math.Abs(sum); n++) sum += term *= 2 * x * x / (2 * n + 1);
        return 2 / Math.Sqrt(Math.PI) * Math.Exp(-x * x) * sum;
    }

    /// <summary>For a ≥ 0: 1 − erf, or the continued fraction (7.1.14) from its end.</summary>
    static double Erfc(double a)
    {
        if (a < 3) return 1 - Erf(a);
        double rest = a;
        for (int n = 60; n > 0; n--) rest = a + n / 2.0 / rest;
        return a > 30 ? 0 : Math.Exp(-a * a) / Math.Sqrt(Math.PI) / rest;
    }

    public static double NormalShare(double x) =>
        x < 0 ? Erfc(-x / Math.Sqrt(2)) / 2 : double.IsNaN(x) ? x : 1 - Erfc(x / Math.Sqrt(2)) / 2;

    public static double GeluSlope(double x) => NormalShare(x) + x * (Math.Exp(-x * x / 2) / Math.Sqrt(2 * Math.PI));

    /// <summary>Twice the argument of GELU's tanh.</summary>
    public static double Twice(double x) => 2 * Math.Sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x);

    public static double GeluTanhSlope(double x)
    {
        x = Math.Clamp(x, -30, 30);
        double s = Sigmoid(Twice(x));
        return s + x * (2 * Math.Sqrt(2 / Math.PI) * (1 + 3 * 0.044715 * x * x)) * (s * (1 - s));
    }

    public static double SiluSlope(double x)
    {
        double s = Sigmoid(x);
        return s + x * (s * (1 - s));
    }

    static double Sigmoid(double x) => x < 0 ? Math.Exp(x) / (1 + Math.Exp(x)) : 1 / (1 + Math.Exp(-x));
}
