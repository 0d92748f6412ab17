using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Gan.Augmentation;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Golden;

/// <summary>Augmentations with given random numbers, and their gradients, against PyTorch.</summary>
sealed class AugmentationGoldenTests
{
    // A pixel takes a dozen roundings of numbers up to 4 at most, and a place to sample one of 16.
    const double Tolerance = 1e-5;

    static readonly GoldenFile File = GoldenFile.Load("augment");

    [TestCase("color", "color")]
    [TestCase("translation", "translation")]
    [TestCase("cutout", "cutout")]
    [TestCase("color,translation,cutout", "all")]
    public void DiffAugment_is_pytorchs(string policy, string name)
    {
        using var device = Device.Cpu(1);
        using var leaks = new NoLeaks(device);
        using var augment = new DiffAugment(device, 16, policy);
        using var scope = device.Scope();
        var x = File.Tensor(device, "diff_augment/x", requiresGrad: true);
        var y = augment.Apply(x, Table(device, "diff_augment/numbers"));
        File.Matches(y, $"diff_augment/y_{name}", Tolerance);
        var dx = Autograd.Grad([y], [x], [File.Tensor(device, "diff_augment/dy")])[0];
        File.Matches(dx, $"diff_augment/dx_{name}", Tolerance);
    }

    [Test]
    public void Adaptive_augmentation_is_pytorchs()
    {
        using var device = Device.Cpu(1);
        using var leaks = new NoLeaks(device);
        using var augment = new AdaptiveAugmentation(device, 16, 0.6f, keepsUpright: false);
        using var state = (AdaptiveProbability)augment.State;
        state.Value.CopyFrom<float>([(float)File.Setting("adaptive", "p")]);
        using var scope = device.Scope();
        var x = File.Tensor(device, "adaptive/x", requiresGrad: true);
        var y = augment.Apply(x, Table(device, "adaptive/uniforms"), Table(device, "adaptive/normals"));
        File.Matches(y, "adaptive/y", Tolerance);
        var dx = Autograd.Grad([y], [x], [File.Tensor(device, "adaptive/dy")])[0];
        File.Matches(dx, "adaptive/dx", Tolerance);
    }

    static Tensor Table(Device device, string name) => device.From(File.F32(name), new Shape(File.Shape(name)));
}
