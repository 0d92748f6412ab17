using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Testing;
using Check = Ssgan.Testing.GradCheck;

namespace Ssgan.Tests.Support;

/// <summary>The library's checks of derivatives, of a row of the table of operations.</summary>
static class GradCheck
{
    /// <summary>d L / d inputs.</summary>
    public static void First(Device device, OpCase c) => Check.First(device, c.Run, Inputs(c), Options(c));

    /// <summary>The derivatives of those by the inputs and the upstream gradient.</summary>
    public static void Second(Device device, OpCase c) => Check.Second(device, c.Run, Inputs(c), Options(c));

    /// <summary>(L(x + h) − L(x − h)) / 2h in element j, with the step that F32 really takes.</summary>
    public static double Slope(float[] x, int j, float step, Func<double> loss)
    {
        float at = x[j], h = step * Math.Max(1, Math.Abs(at)), high = at + h, low = at - h;
        x[j] = high;
        double above = loss();
        x[j] = low;
        double below = loss();
        x[j] = at;
        return (above - below) / ((double)high - low);
    }

    public static double Dot(float[] a, float[] b)
    {
        Assert.That(a, Has.Length.EqualTo(b.Length));
        double sum = 0;
        for (int i = 0; i < a.Length; i++) sum += (double)a[i] * b[i];
        return sum;
    }

    static GradInput[] Inputs(OpCase c) =>
        [.. c.Draw(new Random(c.Seed)).Select((values, i) => new GradInput(new Shape(c.Shapes[i]), values))];

    static GradCheckOptions Options(OpCase c) =>
        new() { Name = c.ToString(), Tolerance = c.Tolerance, Step = c.Step, Seed = c.Seed + 1 };
}
