using Ssgan.Engine;

namespace Ssgan.Gan.Metrics.Networks;

/// <summary>Part of a network that is only evaluated: images (N, H, W, C) → images, in the innermost scope.</summary>
interface ILayer
{
    Tensor Forward(Tensor x);
}

/// <summary>One layer after the other; what lies between them is freed at once.</summary>
sealed class Chain(params ILayer[] layers) : ILayer
{
    public Tensor Forward(Tensor x)
    {
        var y = layers[0].Forward(x);
        foreach (var layer in layers.AsSpan(1))
        {
            var next = layer.Forward(y);
            y.Dispose();
            y = next;
        }
        return y;
    }
}

/// <summary>Layers side by side on the same images; their channels are joined in this order.</summary>
sealed class Fork(params ILayer[] branches) : ILayer
{
    public Tensor Forward(Tensor x)
    {
        Tensor[] parts = [.. branches.Select(b => b.Forward(x))];
        var y = Tensor.Concat(parts, 3);
        foreach (var part in parts) part.Dispose();
        return y;
    }
}

/// <summary>The largest value of each window of 3 x 3.</summary>
sealed class MaxPool(int stride, int padding) : ILayer
{
    public Tensor Forward(Tensor x)
    {
        using var scope = x.Device.Scope();
        return x.MaxPool2d(3, stride, padding).Keep();
    }
}

/// <summary>The mean over the pixels of each window of 3 x 3, padding left out, and ReLU.</summary>
sealed class AveragePoolRelu : ILayer
{
    public Tensor Forward(Tensor x)
    {
        using var scope = x.Device.Scope();
        return x.AvgPool2d(3, 1, 1, countPadding: false).Relu().Keep();
    }
}
