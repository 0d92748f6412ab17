using Ssgan.Engine;
using Ssgan.Engine.Kernels;

namespace Ssgan.Tests.Support;

/// <summary>
/// Derivatives against central finite differences of L = Σ y·r, where r is random (with ones the gradient of a softmax or
/// a normalisation is 0, right or wrong)
/// and the sum is taken in double on the host.
/// </summary>
static class GradCheck
{
    /// <summary>Elements checked per input; larger inputs are sampled.</summary>
    const int Samples = 24;

    /// <summary>d L / d inputs.</summary>
    public static void First(Device device, OpCase c)
    {
        var random = new Random(c.Seed);
        var inputs = c.Draw(random);
        float[] upstream;
        float[][] analytic;
        using (device.Scope())
        {
            var leaves = Leaves(device, c.Shapes, inputs);
            var y = c.Run(leaves);
            upstream = Randoms(random, y.Count);
            analytic = Read(Autograd.Grad([y], leaves, [device.From(upstream, y.Shape)]));
        }
        Compare(c, inputs, analytic, random, () =>
        {
            using var scope = device.Scope();
            return Dot(c.Run(Tensors(device, c.Shapes, inputs)).ToArray(), upstream);
        });
    }

    /// <summary>
    /// d (Σ over inputs of (d L / d input)·r₂) / d (inputs and r): the backward is differentiable, in everything that it is a
    /// function of. The differences are taken of the first gradient without a graph, so that fused backwards are held against
    /// their differentiable form.
    /// </summary>
    public static void Second(Device device, OpCase c)
    {
        var random = new Random(c.Seed);
        var inputs = c.Draw(random);
        float[] upstream;
        float[][] first, weights, analytic;
        using (device.Scope())
        {
            var leaves = Leaves(device, c.Shapes, inputs);
            var y = c.Run(leaves);
            upstream = Randoms(random, y.Count);
            var dy = device.From(upstream, y.Shape);
            dy.RequiresGrad = true;
            var gradients = Autograd.Grad([y], leaves, [dy], createGraph: true);
            first = Read(gradients);
            weights = [.. first.Select(g => Randoms(random, g.Length))];
            var (outputs, seeds) = (new List<Tensor>(), new List<Tensor>());
            for (int i = 0; i < gradients.Length; i++)
            {
                if (!gradients[i].RequiresGrad) continue;
                outputs.Add(gradients[i]);
                seeds.Add(device.From(weights[i], gradients[i].Shape));
            }
            Assert.That(outputs, Is.Not.Empty, "No gradient depends on its upstream gradient.");
            analytic = Read(Autograd.Grad(outputs, [.. leaves, dy], seeds));
        }
        Same(first, FirstGradients(device, c, inputs, upstream), c.Tolerance);
        float[][] all = [.. inputs, upstream];
        Compare(c, all, analytic, random, () =>
        {
            double sum = 0;
            var gradients = FirstGradients(device, c, inputs, upstream);
            for (int i = 0; i < gradients.Length; i++) sum += Dot(gradients[i], weights[i]);
            return sum;
        });
    }

    static float[][] FirstGradients(Device device, OpCase c, float[][] inputs, float[] upstream)
    {
        using var scope = device.Scope();
        var leaves = Leaves(device, c.Shapes, inputs);
        var y = c.Run(leaves);
        return Read(Autograd.Grad([y], leaves, [device.From(upstream, y.Shape)]));
    }

    static void Compare(OpCase c, float[][] inputs, float[][] analytic, Random random, Func<double> loss)
    {
        for (int i = 0; i < inputs.Length; i++)
        {
            var (x, g) = (inputs[i], analytic[i]);
            double scale = Math.Max(1, g.Length == 0 ? 0 : g.Max(Math.Abs));
            foreach (int j in Picks(x.Length, random))
            {
                double expected = Slope(x, j, c.Step, loss);
                if (!(Math.Abs(g[j] - expected) <= c.Tolerance * scale))
                    Assert.Fail($"{c}: the derivative by element {j} of input {i} is {g[j]:R}; finite differences give "
                        + $"{expected:R} (scale {scale:G4}).");
            }
        }
    }

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

    static IEnumerable<int> Picks(int length, Random random)
    {
        if (length <= Samples) return Enumerable.Range(0, length);
        return Enumerable.Range(0, Samples).Select(_ => random.Next(length)).Distinct();
    }

    static void Same(float[][] actual, float[][] expected, double tolerance)
    {
        for (int i = 0; i < actual.Length; i++)
        {
            double scale = Math.Max(1, expected[i].Length == 0 ? 0 : expected[i].Max(Math.Abs));
            for (int j = 0; j < actual[i].Length; j++)
            {
                if (!(Math.Abs(actual[i][j] - expected[i][j]) <= tolerance * scale))
                    Assert.Fail($"Gradient {i}, element {j}: {actual[i][j]:R} with a graph, {expected[i][j]:R} without.");
            }
        }
    }

    public static double Dot(float[] a, float[] b)
    {
        Assert.That(a, Has.Length.EqualTo(b.Length));
        double sum = 0;
        for (int i = 0; i < a.Length; i++) sum += (double)a[i] * b[i];
        return sum;
    }

    /// <summary>Uniform in ±[0.5, 1.5): no upstream gradient is negligible.</summary>
    public static float[] Randoms(Random random, long count)
    {
        var values = new float[count];
        for (int i = 0; i < values.Length; i++) values[i] = (random.Next(2) == 0 ? -1 : 1) * (0.5f + random.NextSingle());
        return values;
    }

    static Tensor[] Tensors(Device device, int[][] shapes, float[][] values) =>
        [.. shapes.Select((s, i) => device.From(values[i], new Shape(s)))];

    static Tensor[] Leaves(Device device, int[][] shapes, float[][] values)
    {
        var leaves = Tensors(device, shapes, values);
        foreach (var leaf in leaves) leaf.RequiresGrad = true;
        return leaves;
    }

    static float[][] Read(Tensor[] tensors) => [.. tensors.Select(static t => t.ToArray())];
}
