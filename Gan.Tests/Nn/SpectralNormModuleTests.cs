using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Nn;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Nn;

sealed class SpectralNormModuleTests
{
    Device _device = null!;

    [SetUp]
    public void Open() => _device = Device.Cpu(1);

    [TearDown]
    public void Close()
    {
        Assert.That(_device.Pool.LiveBlocks, Is.Zero);
        _device.Dispose();
    }

    [Test]
    public void U_and_v_start_as_unit_vectors_and_are_saved_not_trained()
    {
        using var random = new Rng(_device, 4);
        using var layer = new Conv2d(random, 3, 5, 3, spectral: true);
        var norm = layer.Spectral!;
        Assert.That((norm.U.Shape, norm.V.Shape), Is.EqualTo((new Shape(5), new Shape(27))));
        Assert.That(norm.U.ToArray().Sum(x => (double)x * x), Is.EqualTo(1).Within(1e-5));
        Assert.That(norm.V.ToArray().Sum(x => (double)x * x), Is.EqualTo(1).Within(1e-5));
        Assert.That(layer.NamedBuffers().Select(b => b.Name), Is.EqualTo(new[] { "spectral.u", "spectral.v" }));
        Assert.That(layer.NamedParameters().Select(p => p.Name), Is.EqualTo(new[] { "weight", "bias" }));
        Assert.That(() => new SpectralNorm(random, layer.Weight, 0),
            Throws.ArgumentException.With.Message.Contains("at least 1"));
    }

    [TestCase(new[] { 0f }, new[] { 1f })]
    [TestCase(new[] { 0f, 0, 0 }, new[] { 1f, 0, 0 })]
    [TestCase(new[] { 3f, -4 }, new[] { 0.6f, -0.8f })]
    [TestCase(new[] { -2f }, new[] { -1f })]
    public void A_first_estimate_is_a_unit_vector_even_where_all_numbers_drawn_are_0(float[] drawn, float[] expected)
    {
        using var t = _device.From(drawn, new Shape(drawn.Length));
        SpectralNorm.Normalize(t);
        Near.All(t.ToArray(), [.. expected.Select(static x => (double)x)]);
    }

    [Test]
    public void U_and_v_move_in_training_only()
    {
        using var random = new Rng(_device, 4);
        using var layer = new Linear(random, 6, 4, spectral: true);
        using var scope = _device.Scope();
        var norm = layer.Spectral!;
        float[] u = norm.U.ToArray(), v = norm.V.ToArray();
        layer.Eval();
        _ = norm.Take();
        Assert.That(norm.U.ToArray(), Is.EqualTo(u));
        Assert.That(norm.V.ToArray(), Is.EqualTo(v));
        layer.Train();
        _ = norm.Take();
        Assert.That(norm.U.ToArray(), Is.Not.EqualTo(u));
        Assert.That(norm.V.ToArray(), Is.Not.EqualTo(v));
    }

    [Test]
    public void Iterating_in_evaluation_leaves_u_and_v_but_uses_the_better_estimate()
    {
        using var random = new Rng(_device, 4);
        using var layer = new Linear(random, 6, 4, spectral: true, iterateInEvaluation: true);
        using var scope = _device.Scope();
        var norm = layer.Spectral!;
        float[] u = norm.U.ToArray(), v = norm.V.ToArray();
        layer.Eval();
        float[] evaluated = norm.Take().ToArray();
        Assert.That(norm.Take().ToArray(), Is.EqualTo(evaluated));
        Assert.That(norm.U.ToArray(), Is.EqualTo(u));
        Assert.That(norm.V.ToArray(), Is.EqualTo(v));
        layer.Train();
        Assert.That(norm.Take().ToArray(), Is.EqualTo(evaluated));
        Assert.That(norm.U.ToArray(), Is.Not.EqualTo(u));
    }

    [Test]
    public void Prepared_together_equals_taken_alone()
    {
        float[][] together = Run(norms => SpectralNorm.Prepare(norms)), alone = Run(_ => { });
        Assert.That(together, Is.EqualTo(alone));

        float[][] Run(Action<SpectralNorm[]> prepare)
        {
            using var random = new Rng(_device, 8);
            using var a = new Conv2d(random, 3, 5, 3, spectral: true);
            using var b = new Linear(random, 7, 2, spectral: true);
            using var c = new Linear(random, 4, 4, spectral: true, iterateInEvaluation: true);
            // Two kinds at once: c iterates, a and b do not.
            c.Eval();
            b.Eval();
            using var scope = _device.Scope();
            var results = new List<float[]>();
            for (int i = 0; i < 3; i++)
            {
                prepare([a.Spectral!, b.Spectral!, c.Spectral!]);
                foreach (var n in new[] { a.Spectral!, b.Spectral!, c.Spectral! })
                {
                    results.Add(n.Take().ToArray());
                    results.Add(n.U.ToArray());
                }
            }
            return [.. results];
        }
    }

    [Test]
    public void A_weight_prepared_in_one_type_is_given_in_another()
    {
        using var random = new Rng(_device, 4);
        using var layer = new Linear(random, 6, 4, spectral: true);
        using var scope = _device.Scope();
        layer.Eval();
        float[] normalised = layer.Spectral!.Take().ToArray();
        SpectralNorm.Prepare([layer.Spectral!]);
        var half = layer.Spectral!.Take(DType.BF16);
        Assert.That(half.Type, Is.EqualTo(DType.BF16));
        Assert.That(half.Cast(DType.F32).ToArray(),
            Is.EqualTo(normalised.Select(static x => BFloat16.ToSingle(BFloat16.FromSingle(x)))));
    }

    [Test]
    public void The_largest_singular_value_tends_to_one()
    {
        using var random = new Rng(_device, 4);
        using var layer = new Linear(random, 9, 5, spectral: true);
        layer.Weight.CopyFrom<float>([.. layer.Weight.ToArray().Select(x => 3 * x)]);
        using var scope = _device.Scope();
        Tensor last = layer.Spectral!.Take();
        for (int i = 0; i < 300; i++) last = layer.Spectral!.Take();
        Assert.That(LargestSingularValue(last.ToArray(), 5, 9), Is.EqualTo(1).Within(1e-4));
    }

    [Test]
    public void Gradients_reach_the_weight_behind_the_normalisation()
    {
        using var random = new Rng(_device, 4);
        using var layer = new Linear(random, 6, 4, spectral: true);
        using var scope = _device.Scope();
        for (int i = 0; i < 50; i++) _ = layer.Spectral!.Take();
        layer.Eval();
        var n = layer.Spectral!.Take();
        n.Backward(n.Detach());
        // ⟨dL/dW, W⟩ is 0: the scale of W does not matter.
        Assert.That(GradCheck.Dot(layer.Weight.Grad!.ToArray(), layer.Weight.ToArray()), Is.Zero.Within(1e-4));
        Assert.That(layer.Weight.Grad!.ToArray().Max(Math.Abs), Is.GreaterThan(0.1f));
    }

    /// <summary>Power iteration on W·Wᵀ in double.</summary>
    static double LargestSingularValue(float[] w, int rows, int columns)
    {
        double[] u = [.. Enumerable.Range(0, rows).Select(i => 1.0 + i % 3)];
        double sigma = 0;
        for (int step = 0; step < 2000; step++)
        {
            double[] v = [.. Enumerable.Range(0, columns)
                .Select(c => Enumerable.Range(0, rows).Sum(r => w[r * columns + c] * u[r]))];
            double norm = Math.Sqrt(v.Sum(x => x * x));
            u = [.. Enumerable.Range(0, rows)
                .Select(r => Enumerable.Range(0, columns).Sum(c => w[r * columns + c] * v[c] / norm))];
            sigma = Math.Sqrt(u.Sum(x => x * x));
            for (int r = 0; r < rows; r++) u[r] /= sigma;
        }
        return sigma;
    }
}
