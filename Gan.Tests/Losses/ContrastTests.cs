using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Gan.Losses;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Losses;

/// <summary>Losses that set a right one against wrong ones: InfoNCE and the multi-class hinge.</summary>
sealed class ContrastTests
{
    static IEnumerable<OpCase> Cases =>
    [
        new("Losses", "InfoNCE", [[3, 2, 1, 4], [3, 4]], static t => InfoNce.Loss(t[0], t[1])),
        new("Losses", "InfoNCE of one image", [[1, 3, 2], [1, 2]], static t => InfoNce.Loss(t[0], t[1])),
        new("Losses", "multi-class hinge", [[4, 3]], static t => MultiClassHinge.Loss(t[0], Labels(t[0].Device))),
    ];

    static Tensor Labels(Device device) => device.From([1, 0, 2, 1], new Shape(4));

    [TestCaseSource(nameof(Cases))]
    public void Gradients_agree_with_finite_differences(OpCase c)
    {
        using var device = Device.Cpu(1);
        using var leaks = new NoLeaks(device);
        GradCheck.First(device, c);
        GradCheck.Second(device, c);
    }

    [Test]
    public void Of_one_image_the_negatives_are_all_constant()
    {
        using var device = Device.Cpu(1);
        using var scope = device.Scope();
        // Scores 1 and −2; two negatives of −10 each.
        var loss = InfoNce.Loss(device.Values([1, 2, 2], 1, 0, 0, -1), device.Values([1, 2], 1, 2));
        double negative = 2 * Math.Exp(-10);
        Assert.That(loss.Shape, Is.EqualTo(new Shape()));
        Assert.That(loss.Item(), Is.EqualTo((Math.Log(1 + negative / Math.E) + Math.Log(1 + negative * Math.Exp(2))) / 2)
            .Within(1e-7));
    }

    [Test]
    public void Scores_far_above_and_below_stay_finite()
    {
        using var device = Device.Cpu(1);
        using var scope = device.Scope();
        var loss = InfoNce.Loss(device.Values([2, 1, 1], 300, -300), device.Values([2, 1], 1, 1));
        // Image 0 is right by 600; image 1 has −300 against 300.
        Assert.That(loss.Item(), Is.EqualTo(300).Within(1e-4));
    }

    [Test]
    public void A_row_that_is_right_by_the_margin_costs_nothing()
    {
        using var device = Device.Cpu(1);
        using var scope = device.Scope();
        var x = device.Values([2, 3], 3, 1, 2, 0, 0.5f, 0);
        x.RequiresGrad = true;
        // Right by 2 and 1; then 0.5 below the margin for each of two.
        var loss = MultiClassHinge.Loss(x, device.From([0, 1], new Shape(2)));
        Assert.That(loss.Item(), Is.EqualTo((0 + 0 + 0.5 + 0.5) / 4).Within(1e-7));
        loss.Backward();
        Near.All(x.Grad!.ToArray(), [0, 0, 0, 0.25, -0.5, 0.25], 1e-7);
    }

    [Test]
    public void What_does_not_fit_is_refused()
    {
        using var device = Device.Cpu(1);
        using var scope = device.Scope();
        Refused(() => InfoNce.Loss(device.Of(2, 3, 4), device.Of(3, 4)), "(2, 3, 4)", "(3, 4)");
        Refused(() => InfoNce.Loss(device.Of(2, 3, 4), device.Of(2, 5)), "(2, 5)");
        Refused(() => InfoNce.Loss(device.Of(2, 4), device.Of(2, 4)), "(N, L, D)");
        Refused(() => InfoNce.Loss(device.Of(2, 0, 4), device.Of(2, 4)), "empty");
        Refused(() => MultiClassHinge.Loss(device.Of(2, 3), device.Ints(3)), "(2, 3)", "(3)");
        Refused(() => MultiClassHinge.Loss(device.Of(2, 1), device.Ints(2)), "no wrong class");
        Refused(() => MultiClassHinge.Loss(device.Of(0, 3), device.Ints(0)), "no row");

        static void Refused(Func<Tensor> call, params string[] fragments)
        {
            var e = Assert.Catch<ArgumentException>(() => call());
            foreach (string fragment in fragments) Assert.That(e!.Message, Does.Contain(fragment));
        }
    }
}
