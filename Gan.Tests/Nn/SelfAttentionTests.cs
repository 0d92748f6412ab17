using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Nn;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Nn;

sealed class SelfAttentionTests
{
    Device _device = null!;
    Rng _random = null!;

    [SetUp]
    public void Open()
    {
        _device = Device.Cpu(1);
        _random = new Rng(_device, 9);
    }

    [TearDown]
    public void Close()
    {
        _random.Dispose();
        Assert.That(_device.Pool.LiveBlocks, Is.Zero);
        _device.Dispose();
    }

    [Test]
    public void It_starts_as_the_identity_and_only_gamma_learns_first()
    {
        using var layer = new SelfAttention2d(_random, 16);
        using var scope = _device.Scope();
        var x = _device.Leaf(1, 2, 4, 4, 16);
        var y = layer.Forward(x);
        Assert.That(y.ToArray(), Is.EqualTo(x.ToArray()));
        y.Backward(_device.From(Make.Numbers(512, 2), y.Shape));
        Assert.That(layer.Gamma.Grad!.Item(), Is.Not.Zero);
        foreach (var (name, p) in layer.NamedParameters().Where(static p => p.Name != "gamma"))
            Assert.That(p.Grad!.ToArray(), Is.All.Zero, name);
    }

    [Test]
    public void Its_state_has_no_bias([Values] bool spectral)
    {
        using var layer = new SelfAttention2d(_random, 24, spectral);
        string[] parameters = ["gamma", "theta.weight", "phi.weight", "g.weight", "o.weight"];
        Assert.That(layer.NamedParameters().Select(static p => p.Name), Is.EqualTo(parameters));
        Assert.That(layer.NamedBuffers().Count(), Is.EqualTo(spectral ? 8 : 0));
        var state = layer.StateDict();
        Assert.That(parameters.Select(name => state[name].Shape), Is.EqualTo(new Shape[]
            { new(), new(3, 1, 1, 24), new(3, 1, 1, 24), new(12, 1, 1, 24), new(24, 1, 1, 12) }));
        // PyTorch's default: uniform in ±1/√fan-in.
        Assert.That(state["theta.weight"].ToArray().Max(Math.Abs), Is.InRange(0.9 / Math.Sqrt(24), 1 / Math.Sqrt(24)));
    }

    [Test]
    public void Too_few_channels_are_refused() =>
        Assert.That(() => new SelfAttention2d(_random, 7), Throws.ArgumentException.With.Message.Contains("7 channels"));
}
