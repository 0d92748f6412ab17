namespace Ssgan.Tests.Emulator;

/// <summary>
/// Approximations stay within their documented error, and are not exact: a kernel cannot come to rely on a better function.
/// </summary>
[TestFixture]
public class ApproximationTests
{
    static readonly double s_twoUnits = Math.Pow(2, -22);

    static IEnumerable<TestCaseData> Cases()
    {
        yield return Row("ex2.approx.f32", -20, 20, x => Math.Pow(2, x), Math.Pow(2, -22.5), 0);
        yield return Row("lg2.approx.f32", 1e-3, 1e3, Math.Log2, s_twoUnits, s_twoUnits);
        yield return Row("sin.approx.f32", -3.1, 3.1, Math.Sin, 0, Math.Pow(2, -20.5));
        yield return Row("cos.approx.f32", -3.1, 3.1, Math.Cos, 0, Math.Pow(2, -20.5));
        yield return Row("tanh.approx.f32", -5, 5, Math.Tanh, Math.Pow(2, -11), 0);
        yield return Row("rsqrt.approx.f32", 1e-3, 1e3, x => 1 / Math.Sqrt(x), Math.Pow(2, -22.9), 0);
        yield return Row("rcp.approx.ftz.f32", 1e-3, 1e3, x => 1 / x, Math.Pow(2, -23), 0);
        yield return Row("sqrt.approx.f32", 1e-3, 1e3, Math.Sqrt, Math.Pow(2, -23), 0);
    }

    static TestCaseData Row(string op, double low, double high, Func<double, double> exact, double relative, double absolute) =>
        new TestCaseData(op, low, high, exact, relative, absolute).SetName($"{{m}}({op})");

    [TestCaseSource(nameof(Cases))]
    public void IsWithinItsError(string op, double low, double high, Func<double, double> exact, double relative, double absolute)
    {
        const int Count = 1024;
        var random = new Random(5);
        float[] x = [.. Enumerable.Range(0, Count).Select(_ => (float)(low + random.NextDouble() * (high - low)))];
        using var bench = new PtxBench();
        ulong from = bench.Upload<float>(x), to = bench.Reserve(Count * 4);
        bench.Run(PtxBench.Kernel($"""
            mul.wide.u32 %rd2, %r0, 4;
            add.s64 %rd3, %rd2, %rd0;
            add.s64 %rd4, %rd2, %rd1;
            ld.global.f32 %f1, [%rd3];
            {op} %f2, %f1;
            st.global.f32 [%rd4], %f2;
            ret;
        """), from, to, Count);
        float[] y = bench.Download<float>(to, Count);
        int moved = 0;
        for (int k = 0; k < Count; k++)
        {
            double want = exact(x[k]);
            Assert.That(Math.Abs(y[k] - want), Is.LessThanOrEqualTo(Math.Max(absolute, relative * Math.Abs(want))),
                $"{op} of {x[k]:R}");
            if (y[k] != (float)want) moved++;
        }
        Assert.That(moved, Is.GreaterThan(Count / 10));
    }
}
