using Ssgan.Engine;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Ops;

sealed class ActivationTests
{
    public static OpCase[] Cases { get; } =
    [
        One("relu", x => x.Relu(), Fill.OffZero),
        One("leaky relu", x => x.LeakyRelu(), Fill.OffZero),
        One("leaky relu with a slope", x => x.LeakyRelu(-0.6f), Fill.OffZero),
        One("tanh", x => x.Tanh(), Fill.Any),
        One("sigmoid", x => x.Sigmoid(), Fill.Any),
        One("softplus", x => x.Softplus(), Fill.Any),
        One("a row of them", x => (x.Tanh() * 2).Sigmoid().Softplus(), Fill.Any),
    ];

    static OpCase One(string name, Func<Tensor, Tensor> run, Fill fill) =>
        new("Activation", name, [[2, 9]], t => run(t[0])) { Fills = [fill] };

    [Test]
    public void Saturation_gives_numbers_and_not_NaN()
    {
        using var device = Device.Cpu(1);
        using var scope = device.Scope();
        var x = device.Values([4], -200, 200, -1e30f, 1e30f);
        x.RequiresGrad = true;
        Near.All(x.Softplus().ToArray(), [0, 200, 0, 1e30]);
        Near.All(x.Sigmoid().ToArray(), [0, 1, 0, 1]);
        Near.All(x.Tanh().ToArray(), [-1, 1, -1, 1]);
        var dy = device.Values([4], 2, 3, 5, 7);
        Near.All(Autograd.Grad([x.Softplus()], [x], [dy])[0].ToArray(), [0, 3, 0, 7]);
        Near.All(Autograd.Grad([x.Sigmoid()], [x], [dy])[0].ToArray(), [0, 0, 0, 0]);
        Near.All(Autograd.Grad([x.Tanh()], [x], [dy])[0].ToArray(), [0, 0, 0, 0]);
    }
}
