using Ssgan.Engine;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Ops;

sealed class SoftmaxTests
{
    public static OpCase[] Cases { get; } =
    [
        new("Softmax", "along the first axis", [[3, 4]], t => t[0].Softmax(0)),
        new("Softmax", "logarithm along an inner axis", [[2, 3, 4]], t => t[0].LogSoftmax(1)),
        new("Softmax", "of rows", [[3, 5]], t => t[0].Softmax()),
        new("Softmax", "of one row", [[4]], t => t[0].Softmax()),
        new("Softmax", "of rank 3", [[2, 3, 4]], t => t[0].Softmax()),
        new("Softmax", "logarithm", [[3, 5]], t => t[0].LogSoftmax()),
        new("Softmax", "logarithm of rank 4", [[2, 1, 2, 3]], t => t[0].LogSoftmax()),
    ];

    public static Refusal[] Refusals { get; } =
    [
        new("softmax of a scalar", d => d.Of().Softmax(), "Softmax", "scalar"),
        new("softmax of integers", d => d.Ints(2, 3).Softmax(), "Softmax", "I32"),
        new("log-softmax of a scalar", d => d.Of().LogSoftmax(), "LogSoftmax", "scalar"),
        new("log-softmax of integers", d => d.Ints(2, 3).LogSoftmax(), "LogSoftmax", "I32"),
    ];

    [Test]
    public void Large_scores_do_not_overflow_and_a_far_one_keeps_its_logarithm()
    {
        using var device = Device.Cpu(1);
        using var scope = device.Scope();
        var x = device.Values([2, 3], 1000, 1000, -1000, -500, -500, -500);
        // ln Σ eˣ of about 1000 is a float within 3e-5; so much of itself a share may be off.
        Near.All(x.Softmax().ToArray(), [0.5, 0.5, 0, 1.0 / 3, 1.0 / 3, 1.0 / 3], 3e-5);
        Near.All(x.LogSoftmax().ToArray(), [-Math.Log(2), -Math.Log(2), -2000 - Math.Log(2), -Math.Log(3), -Math.Log(3),
            -Math.Log(3)], 2e-4);
    }

    [Test]
    public void An_empty_batch_stays_empty()
    {
        using var device = Device.Cpu(1);
        using var scope = device.Scope();
        Assert.That(device.Of(0, 3).Softmax().Shape, Is.EqualTo(device.Of(0, 3).Shape));
    }
}
