using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Gan.Losses;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Losses;

sealed class LossTests
{
    static readonly float[] Real = [-2.5f, -0.4f, 0.3f, 0.9f, 1.7f, 30, -30], Fake = [1.4f, -1.6f, 0.2f, -0.7f, 3, -40, 40];

    static double Softplus(double x) => x > 0 ? x + Math.Log(1 + Math.Exp(-x)) : Math.Log(1 + Math.Exp(x));

    static double Relu(double x) => Math.Max(0, x);

    static readonly (string Name, Func<Tensor, Tensor, Tensor> Loss, Func<double, double, double> Term)[] Discriminators =
    [
        ("hinge", Hinge.Discriminator, (r, f) => Relu(1 - r) + Relu(1 + f)),
        ("non-saturating", NonSaturating.Discriminator, (r, f) => Softplus(-r) + Softplus(f)),
        ("minimax", Minimax.Discriminator, (r, f) => Softplus(-r) + Softplus(f)),
        ("Wasserstein", Wasserstein.Discriminator, (r, f) => f - r),
        ("relativistic pairing", RelativisticPairing.Discriminator, (r, f) => Softplus(f - r)),
        ("relativistic pairing, swapped", RelativisticPairing.Generator, (r, f) => Softplus(r - f)),
    ];

    static readonly (string Name, Func<Tensor, Tensor> Loss, Func<double, double> Term)[] Generators =
    [
        ("hinge", Hinge.Generator, f => -f),
        ("non-saturating", NonSaturating.Generator, f => Softplus(-f)),
        ("minimax", Minimax.Generator, f => -Softplus(f)),
        ("Wasserstein", Wasserstein.Generator, f => -f),
    ];

    static IEnumerable<OpCase> Cases =>
    [
        .. Discriminators.Select(
            l => new OpCase("Losses", $"{l.Name} of the discriminator", [[7, 1], [7, 1]], t => l.Loss(t[0], t[1])) { Seed = 4 }),
        .. Generators.Select(l => new OpCase("Losses", $"{l.Name} of the generator", [[7, 1]], t => l.Loss(t[0]))),
        new OpCase("Losses", "rotation", [[5, 4]],
            t => Rotation.Loss(t[0], t[0].Device.From([0, 1, 3, 2, 1], new Shape(5))).Loss),
    ];

    [TestCaseSource(nameof(Cases))]
    public void Gradients_agree_with_finite_differences(OpCase c)
    {
        using var device = Device.Cpu(1);
        using var leaks = new NoLeaks(device);
        GradCheck.First(device, c);
        GradCheck.Second(device, c);
    }

    [Test]
    public void Values_follow_the_formulas()
    {
        using var device = Device.Cpu(1);
        using var scope = device.Scope();
        var (real, fake) = (device.Values([7, 1], Real), device.Values([7, 1], Fake));
        foreach (var (name, loss, term) in Discriminators)
        {
            var y = loss(real, fake);
            Assert.That(y.Shape, Is.EqualTo(new Shape()), name);
            Assert.That(y.Item(), Is.EqualTo(Real.Zip(Fake, (r, f) => term(r, f)).Average()).Within(1e-5), name);
        }
        foreach (var (name, loss, term) in Generators)
            Assert.That(loss(fake).Item(), Is.EqualTo(Fake.Average(f => term(f))).Within(1e-5), name);
    }

    [Test]
    public void Batches_of_unequal_size_are_averaged_each_by_itself()
    {
        using var device = Device.Cpu(1);
        using var scope = device.Scope();
        var (real, fake) = (device.Values([2, 1], 0.5f, -1), device.Values([3, 1], 0.5f, -3, 2));
        Assert.That(Hinge.Discriminator(real, fake).Item(), Is.EqualTo((0.5 + 2) / 2 + (1.5 + 0 + 3) / 3).Within(1e-6));
        Assert.That(Wasserstein.Discriminator(real, fake).Item(), Is.EqualTo(-0.5 / 3 + 0.25).Within(1e-6));
    }

    [Test]
    public void Batches_of_unequal_size_are_not_paired()
    {
        using var device = Device.Cpu(1);
        using var scope = device.Scope();
        var (one, three) = (device.Values([1, 1], 1), device.Values([3, 1], 1, 2, 3));
        foreach (Func<Tensor, Tensor, Tensor> loss in new[] { RelativisticPairing.Discriminator, RelativisticPairing.Generator })
            Assert.That(() => loss(one, three), Throws.ArgumentException.With.Message.Contains("(1, 1)")
                .And.Message.Contains("(3, 1)"));
    }

    [Test]
    public void Rotation_loss_is_the_mean_cross_entropy()
    {
        float[] logits = Make.Numbers(12, 5);
        int[] labels = [3, 0, 2];
        using var device = Device.Cpu(1);
        using var scope = device.Scope();
        double expected = Enumerable.Range(0, 3).Average(i =>
            Math.Log(Enumerable.Range(0, 4).Sum(k => Math.Exp(logits[4 * i + k]))) - logits[4 * i + labels[i]]);
        Assert.That(Rotation.Loss(device.Values([3, 4], logits), device.From(labels, new Shape(3))).Loss.Item(),
            Is.EqualTo(expected).Within(1e-6));
    }
}
