using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Gan.Losses;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Losses;

/// <summary>R1 and R2, and their gradients through the gradient.</summary>
sealed class ZeroCentredPenaltyTests
{
    const int Batch = 3, Side = 6;

    // A convolution, leaky ReLU, a smooth layer and a linear one; no layer mixes images. What enters leaky ReLU stays on its side
    // of the kink, where the penalty jumps.
    static readonly int[][] s_parameters = [[4, 3, 3, 2], [4], [3, 2, 2, 4], [3], [1, 27]];

    static Tensor Discriminate(Tensor[] p, Tensor x)
    {
        var bias = p[1].Affine(0.1f, 0) + x.Device.Values([4], 3, -3, 3, -3);
        var h = x.Conv2d(p[0] * 0.1f, bias, stride: 2, padding: 1).LeakyRelu(0.2f);
        h = (h.Conv2d(p[2], p[3], padding: 1) * 0.3f).Tanh().Slice(1, 0, 3).Slice(2, 0, 3);
        return h.Reshape(x.Shape[0], -1).MatMul(p[4], transposeB: true);
    }

    static OpCase Case(int seed) => new("Losses", $"zero-centred penalty, seed {seed}", s_parameters, p =>
    {
        var images = p[0].Device.From(Make.Numbers(Batch * Side * Side * 2, 11), new Shape(Batch, Side, Side, 2));
        images.RequiresGrad = true;
        return GradientPenalties.ZeroCentred(Discriminate(p, images), images) * 100;
    })
    {
        Seed = seed, Step = 3e-3f, Tolerance = 1e-2,
    };

    [TestCase(1)]
    [TestCase(2)]
    [TestCase(3)]
    public void Its_parameter_gradients_agree_with_finite_differences(int seed)
    {
        using var device = Device.Cpu(1);
        using var leaks = new NoLeaks(device);
        GradCheck.First(device, Case(seed));
    }

    [Test]
    public void Of_a_linear_discriminator_it_is_half_the_squared_norm_of_the_weights()
    {
        using var device = Device.Cpu(1);
        using var scope = device.Scope();
        var (w, images) = (device.Leaf(5, 1, 12), device.Leaf(1, 3, 2, 2, 3));
        var penalty = GradientPenalties.ZeroCentred(images.Reshape(3, 12).MatMul(w, false, true), images);
        double square = w.ToArray().Sum(static v => (double)v * v);
        Assert.That(penalty.Item(), Is.EqualTo(square / 2).Within(1e-6 * square));
        penalty.Backward();
        Near.All(w.Grad!.ToArray(), [.. w.ToArray().Select(static v => (double)v)]);
        Assert.That(images.Grad, Is.Null.Or.Property(nameof(Tensor.Count)).EqualTo(36), "The images are no parameter.");
    }

    /// <summary>D(x) = Σ x² / 2 has the gradient x: each image by itself.</summary>
    [Test]
    public void Each_image_has_its_own_norm()
    {
        using var device = Device.Cpu(1);
        using var scope = device.Scope();
        var images = device.Values([2, 1, 2, 1], 1, 2, -3, 0.5f);
        images.RequiresGrad = true;
        var logits = (images.Square().Sum(1, 2, 3) * 0.5f).Reshape(2, 1);
        Near.All(GradientPenalties.SquaredNorms(logits, images).ToArray(), [5, 9.25]);
    }

    [Test]
    public void Images_without_a_gradient_or_with_another_count_are_refused()
    {
        using var device = Device.Cpu(1);
        using var scope = device.Scope();
        var images = device.Leaf(1, 2, 2, 2, 1);
        var logits = images.Sum(1, 2, 3).Reshape(2, 1);
        Assert.That(() => GradientPenalties.ZeroCentred(logits.Sum(0), images), Throws.ArgumentException);
        Assert.That(() => GradientPenalties.ZeroCentred(logits, device.Zeros(new(2, 2, 2, 1))), Throws.ArgumentException);
    }
}
