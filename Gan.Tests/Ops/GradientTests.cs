using Ssgan.Engine;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Ops;

/// <summary>The questions that every row of <see cref="OpTable"/> is asked.</summary>
sealed class GradientTests
{
    Device _device = null!;

    [OneTimeSetUp]
    public void Open() => _device = Device.Cpu(1);

    [OneTimeTearDown]
    public void Close() => _device.Dispose();

    [TestCaseSource(typeof(OpTable), nameof(OpTable.Cases))]
    public void First_derivative_agrees_with_finite_differences(OpCase c)
    {
        using var leaks = new NoLeaks(_device);
        GradCheck.First(_device, c);
    }

    [TestCaseSource(typeof(OpTable), nameof(OpTable.Cases))]
    public void Second_derivative_agrees_with_finite_differences(OpCase c)
    {
        using var leaks = new NoLeaks(_device);
        GradCheck.Second(_device, c);
    }

    [TestCaseSource(typeof(OpTable), nameof(OpTable.Refusals))]
    public void What_does_not_fit_is_refused_by_name(Refusal refusal)
    {
        using var leaks = new NoLeaks(_device);
        using var scope = _device.Scope();
        var e = Assert.Catch<ArgumentException>(() => refusal.Call(_device));
        foreach (string fragment in refusal.Fragments) Assert.That(e!.Message, Does.Contain(fragment));
    }

    [TestCaseSource(typeof(OpTable), nameof(OpTable.Cases))]
    public void Without_gradients_nothing_is_recorded(OpCase c)
    {
        using var leaks = new NoLeaks(_device);
        using var scope = _device.Scope();
        var inputs = c.Draw(new Random(c.Seed)).Select((v, i) => _device.Values(c.Shapes[i], v)).ToArray();
        Assert.That(c.Run(inputs).RequiresGrad, Is.False, "No input requires a gradient.");
        foreach (var input in inputs) input.RequiresGrad = true;
        using (_device.NoGrad()) Assert.That(c.Run(inputs).RequiresGrad, Is.False, "Recording is off.");
        Assert.That(c.Run(inputs).RequiresGrad, Is.True);
    }
}
