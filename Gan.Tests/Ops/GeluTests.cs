using Ssgan.Engine;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Ops;

sealed class GeluTests
{
    public static OpCase[] Cases { get; } =
    [
        One("exact", x => x.Gelu()), One("with tanh", x => x.GeluTanh()), One("silu", x => x.Silu()),
        One("elu", x => x.Elu(0.7f)) with { Fills = [Fill.OffZero] },
    ];

    public static Refusal[] Refusals { get; } = [new("gelu of integers", d => d.Ints(2).Gelu(), "Gelu", "I32")];

    static OpCase One(string name, Func<Tensor, Tensor> run) => new("Gelu", name, [[3, 7]], t => run(t[0]));

    // torch.nn.functional of the same numbers in double precision.
    [Test]
    public void Values_are_those_of_torch()
    {
        using var device = Device.Cpu(1);
        using var scope = device.Scope();
        var x = device.Values([4], -3, -0.5f, 0, 2);
        Near.All(x.Gelu().ToArray(), [-0.00404969409, -0.154268769, 0, 1.95449974]);
        Near.All(x.GeluTanh().ToArray(), [-0.00363739208, -0.15428599, 0, 1.95459769]);
        Near.All(x.Silu().ToArray(), [-0.14227762, -0.188770334, 0, 1.76159416]);
        Near.All(x.Elu(0.5f).ToArray(), [-0.475106466, -0.19673467, 0, 2]);
    }
}
