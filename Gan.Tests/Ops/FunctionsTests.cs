using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Ops;

sealed class FunctionsTests
{
    public static OpCase[] Cases { get; } =
    [
        One("sin", x => x.Sin()), One("cos", x => x.Cos()), One("erf", x => x.Erf()), One("expm1", x => x.Expm1()),
        One("log1p", x => x.Log1p()) with { Fills = [Fill.Positive] },
        // Flat between integers, from which 0.05 keep away.
        One("floor", x => x.Floor() * x + x), One("ceiling", x => x.Ceiling() * x + x),
        One("round", x => (x * 0.8f).Round() * x + x),
    ];

    public static Refusal[] Refusals { get; } =
    [
        new("sine of integers", d => d.Ints(2).Sin(), "Sin", "I32"),
        new("error function of doubles", d => d.Zeros(new Shape(2), DType.F64).Erf(), "Erf", "F64"),
    ];

    static OpCase One(string name, Func<Tensor, Tensor> run) =>
        new("Functions", name, [[3, 7]], t => run(t[0])) { Fills = [Fill.DistinctOdd] };

    [Test]
    public void Sines_of_huge_numbers_are_those_of_double_precision()
    {
        using var device = Device.Cpu(1);
        using var scope = device.Scope();
        float[] x = [29999, 30001, 1e5f, 3.1415927e6f, -1e10f, 1e20f, -3.4028235e38f, 16777216, 710706.4f, 5.4210109e-20f];
        Near.All(device.Values([x.Length], x).Sin().ToArray(), [.. x.Select(v => Math.Sin(v))], 2e-7);
        Near.All(device.Values([x.Length], x).Cos().ToArray(), [.. x.Select(v => Math.Cos(v))], 2e-7);
    }

    [Test]
    public void Halves_go_to_even()
    {
        using var device = Device.Cpu(1);
        using var scope = device.Scope();
        var x = device.Values([4], 0.5f, 1.5f, -2.5f, -0.2f);
        Near.All(x.Round().ToArray(), [0, 2, -2, 0], 0);
        Near.All(x.Floor().ToArray(), [0, 1, -3, -1], 0);
        Near.All(x.Ceiling().ToArray(), [1, 2, -2, 0], 0);
    }
}
