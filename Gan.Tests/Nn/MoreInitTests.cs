using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Nn;

namespace Ssgan.Tests.Nn;

sealed class MoreInitTests
{
    const int Count = 40_000;

    static float[] Values(Initializer init, Shape shape, int fanIn = 1, int fanOut = 1)
    {
        using var device = Device.Cpu(1);
        using var random = new Rng(device, 3);
        using var scope = device.Scope();
        return init(random, shape, fanIn, fanOut).ToArray();
    }

    // The relative deviation of a variance of 40,000 normals is √(2 / n), 0.7 %: four of them.
    [TestCase(false)]
    [TestCase(true)]
    public void Kaimings_and_Xaviers_have_their_deviation(bool fanOut)
    {
        double fan = fanOut ? 200 : 50;
        float[] uniform = Values(Init.KaimingUniform(2, fanOut), [Count], 50, 200),
            normal = Values(Init.KaimingNormal(2, fanOut), [Count], 50, 200),
            xavier = Values(Init.XavierNormal(3), [Count], 50, 200);
        Assert.That(uniform.Average(static v => (double)v * v), Is.EqualTo(4 / fan).Within(3).Percent);
        Assert.That(uniform.Max(Math.Abs), Is.InRange(0.999 * 2 * Math.Sqrt(3 / fan), 1.000001 * 2 * Math.Sqrt(3 / fan)));
        Assert.That(normal.Average(static v => (double)v * v), Is.EqualTo(4 / fan).Within(3).Percent);
        Assert.That(normal.Max(Math.Abs), Is.GreaterThan(3 * 2 / Math.Sqrt(fan)));
        Assert.That(xavier.Average(static v => (double)v * v), Is.EqualTo(9 * 2 / 250.0).Within(3).Percent);
    }

    [Test]
    public void Gains_are_PyTorchs()
    {
        float[] gains = [.. Enum.GetValues<Nonlinearity>().Select(static n => Init.Gain(n, 0.2f))];
        Assert.That(gains, Is.EqualTo(new[] { 1, 5 / 3.0, Math.Sqrt(2), Math.Sqrt(2 / 1.04), 0.75 }).Within(1e-6));
        Assert.That(() => Init.Gain((Nonlinearity)9), Throws.ArgumentException.With.Message.Contains("9"));
    }

    [TestCase(3, 7)]
    [TestCase(7, 3)]
    [TestCase(5, 5)]
    public void Orthogonal_rows_or_columns_are_orthonormal_times_the_gain(int rows, int columns)
    {
        float[] w = Values(Init.Orthogonal(1.5f), [rows, columns]);
        bool tall = rows > columns;
        int count = Math.Min(rows, columns), length = Math.Max(rows, columns);
        for (int i = 0; i < count; i++)
        {
            for (int j = 0; j < count; j++)
            {
                double dot = Enumerable.Range(0, length).Sum(k => (double)At(i, k) * At(j, k));
                Assert.That(dot, Is.EqualTo(i == j ? 2.25 : 0).Within(1e-6), $"{i}, {j}");
            }
        }

        float At(int vector, int k) => tall ? w[k * columns + vector] : w[vector * columns + k];
    }

    [Test]
    public void What_is_truncated_keeps_within_its_bound_and_is_else_normal()
    {
        float[] x = Values(Init.TruncatedNormal(0.5f, 1), [Count]);
        Assert.That(x.Max(Math.Abs), Is.InRange(0.99, 1));
        // Of a standard normal cut at ±2: 1 − 2·2·φ(2) / (2Φ(2) − 1) = 0.7737.
        Assert.That(x.Average(static v => (double)v * v), Is.EqualTo(0.25 * 0.77374).Within(3).Percent);
        Assert.That(Values(Init.TruncatedNormal(0.02f), [Count]).Average(static v => (double)v * v),
            Is.EqualTo(4e-4).Within(3).Percent);
        Assert.That(() => Init.TruncatedNormal(1, 0.1f), Throws.ArgumentException.With.Message.Contains("bound 0.1"));
        Assert.That(() => Init.TruncatedNormal(0), Throws.ArgumentException.With.Message.Contains("deviation 0"));
        Assert.That(() => Values(Init.Orthogonal(), [4]), Throws.ArgumentException.With.Message.Contains("(4)"));
    }
}
