using Ssgan.Engine;
using Ssgan.Engine.Nn;

namespace FashionMnist;

/// <summary>Two 3x3 convolutions with batch norm beside a shortcut (He et al. 2016).</summary>
sealed class ResidualBlock : Layer
{
    readonly Conv2d _conv1, _conv2;
    readonly Conv2d? _shortcut;
    readonly BatchNorm2d _norm1, _norm2;
    readonly BatchNorm2d? _shortcutNorm;

    public ResidualBlock(Rng random, int inputs, int outputs, int stride)
    {
        var weight = Init.KaimingNormal(Init.Gain(Nonlinearity.Relu), fanOut: true);
        _conv1 = Child("conv1", new Conv2d(random, inputs, outputs, 3, stride, weight: weight, hasBias: false));
        _norm1 = Child("bn1", new BatchNorm2d(random.Device, outputs));
        _conv2 = Child("conv2", new Conv2d(random, outputs, outputs, 3, weight: weight, hasBias: false));
        _norm2 = Child("bn2", new BatchNorm2d(random.Device, outputs));
        if (inputs == outputs && stride == 1) return;
        _shortcut = Child("shortcut", new Conv2d(random, inputs, outputs, 1, stride, weight: weight, hasBias: false));
        _shortcutNorm = Child("shortcut_bn", new BatchNorm2d(random.Device, outputs));
    }

    public override Tensor Forward(Tensor x)
    {
        var y = _norm2.Forward(_conv2.Forward(_norm1.Forward(_conv1.Forward(x), relu: true)));
        return y.AddRelu(_shortcut is null ? x : _shortcutNorm!.Forward(_shortcut.Forward(x)));
    }
}

/// <summary>Images (N, 28, 28, 1) to logits (N, 10): three stages of one block, at 28, 14 and 7 pixels.</summary>
static class ResidualNetwork
{
    public static Sequential Create(Rng random, int width) => new(
        new Conv2d(random, 1, width, 3, weight: Init.KaimingNormal(Init.Gain(Nonlinearity.Relu), fanOut: true), hasBias: false),
        new BatchNorm2d(random.Device, width),
        new Apply(static x => x.Relu()),
        new ResidualBlock(random, width, width, 1),
        new ResidualBlock(random, width, 2 * width, 2),
        new ResidualBlock(random, 2 * width, 4 * width, 2),
        new AdaptiveAvgPool2d(),
        new Flatten(),
        new Linear(random, 4 * width, 10, Init.PyTorchWeight));
}
