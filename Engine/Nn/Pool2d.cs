namespace Ssgan.Engine.Nn;

/// <summary>Largest value of each window of images (N, H, W, C), see <see cref="Tensor.MaxPool2d"/>.</summary>
public sealed class MaxPool2d : Layer
{
    readonly int _kernel, _stride, _padding;

    /// <param name="kernel">The window's side.</param>
    /// <param name="stride">The step; 0 means the window's side.</param>
    /// <param name="padding">Pixels around the image that never win, at most half the window.</param>
    /// <exception cref="ArgumentException">A window that is empty, or a stride or padding that does not fit it.</exception>
    public MaxPool2d(int kernel, int stride = 0, int padding = 0)
    {
        PoolWindow.Check("MaxPool2d", kernel, stride, padding);
        (_kernel, _stride, _padding) = (kernel, stride, padding);
    }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        return x.MaxPool2d(_kernel, _stride, _padding);
    }
}

/// <summary>Mean of each window of images (N, H, W, C), see <see cref="Tensor.AvgPool2d"/>.</summary>
public sealed class AvgPool2d : Layer
{
    readonly int _kernel, _stride, _padding;
    readonly bool _countPadding;

    /// <param name="kernel">The window's side.</param>
    /// <param name="stride">The step; 0 means the window's side.</param>
    /// <param name="padding">Zeros around the image, at most half the window.</param>
    /// <param name="countPadding">Whether padding counts in the divisor, PyTorch's count_include_pad.</param>
    /// <exception cref="ArgumentException">A window that is empty, or a stride or padding that does not fit it.</exception>
    public AvgPool2d(int kernel, int stride = 0, int padding = 0, bool countPadding = true)
    {
        PoolWindow.Check("AvgPool2d", kernel, stride, padding);
        (_kernel, _stride, _padding, _countPadding) = (kernel, stride, padding, countPadding);
    }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        return x.AvgPool2d(_kernel, _stride, _padding, _countPadding);
    }
}

static class PoolWindow
{
    /// <summary>What no image could make right.</summary>
    public static void Check(string layer, int kernel, int stride, int padding)
    {
        if (kernel < 1 || stride < 0)
            throw new ArgumentException($"{layer}: kernel {kernel} must be at least 1 and stride {stride} not negative.");
        if (padding < 0 || padding > kernel / 2)
            throw new ArgumentException($"{layer}: padding {padding} must be between 0 and half the kernel {kernel}.");
    }
}
