using Ssgan.Engine;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Ops;

sealed class HingeTests
{
    public static OpCase[] Cases { get; } =
    [
        // Logits at least 0.3 from zero: shifted by one, the hinges lie off every kink.
        new("Hinge", "both sides of the hinge", [[6, 1], [4, 1]],
            t => Tensor.HingeDiscriminator(t[0] + 1, t[1] - 1)) { Fills = [Fill.OffZero, Fill.OffZero] },
        new("Hinge", "scaled by a constant", [[3], [5]],
            t => Tensor.HingeDiscriminator(t[0] + 1, t[1] - 1) * 2.5f) { Fills = [Fill.OffZero, Fill.OffZero] },
        new("Hinge", "of products", [[4, 1], [4, 1]],
            t => Tensor.HingeDiscriminator(t[0] * t[1] + 1, t[0] * t[1] - 1)) { Fills = [Fill.OffZero, Fill.OffZero] },
    ];

    public static Refusal[] Refusals { get; } =
    [
        new("no real logits", d => Tensor.HingeDiscriminator(d.Of(0, 1), d.Of(2, 1)), "HingeDiscriminator", "(0, 1)", "empty"),
        new("integer logits", d => Tensor.HingeDiscriminator(d.Ints(2, 1), d.Of(2, 1)), "HingeDiscriminator", "F32 is needed"),
    ];

    [Test]
    public void It_agrees_with_the_composition()
    {
        using var device = Device.Cpu(1);
        using var scope = device.Scope();
        float[] real = Make.Numbers(7, 1), fake = Make.Numbers(5, 2);
        float loss = Tensor.HingeDiscriminator(device.Values([7, 1], real), device.Values([5, 1], fake)).Item();
        double expected = real.Average(x => Math.Max(0.0, 1.0 - x)) + fake.Average(x => Math.Max(0.0, 1.0 + x));
        Assert.That(loss, Is.EqualTo(expected).Within(1e-6));
    }
}
