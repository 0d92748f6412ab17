using Ssgan.Engine.Kernels;

namespace Ssgan.Engine;

public sealed partial class Tensor
{
    /// <summary>Mean over windows of images (N, H, W, C).</summary>
    /// <param name="kernel">The window's side.</param>
    /// <param name="stride">The step; 0 means the window's side.</param>
    /// <param name="padding">Zeros around the image, at most half the window.</param>
    /// <param name="countPadding">Whether a window's sum is divided by all of its places, or by its pixels alone: a window that
    /// sticks out then means what is inside the image, as in TensorFlow's SAME.</param>
    /// <exception cref="ArgumentException">The window, stride or padding does not fit the image.</exception>
    public Tensor AvgPool2d(int kernel = 2, int stride = 0, int padding = 0, bool countPadding = true)
    {
        var spec = CheckPool("AvgPool2d", kernel, stride, padding);
        var y = MeanOfWindows(spec);
        if (countPadding || padding == 0) return y;
        // What share of a window's places are pixels: a mean too.
        return y / Device.Full(new Shape(1, Shape[1], Shape[2], 1), 1).MeanOfWindows(spec);
    }

    Tensor MeanOfWindows(PoolSpec spec)
    {
        var y = Device.Result(Pooled(spec), Type);
        Backend.AvgPool2d(View, y.View, spec);
        return y.Record("AvgPool2d", [this], [], (Shape, spec),
            static (g, s) => g[0] = AvgPool2dBackward(g.Upstream, s.Shape, s.spec));
    }

    /// <summary>Largest value of each window of images (N, H, W, C); padding never wins.</summary>
    /// <param name="kernel">The window's side.</param>
    /// <param name="stride">The step; 0 means the window's side.</param>
    /// <param name="padding">Pixels around the image, at most half the window.</param>
    /// <exception cref="ArgumentException">The window, stride or padding does not fit the image.</exception>
    public Tensor MaxPool2d(int kernel = 2, int stride = 0, int padding = 0)
    {
        Guard.F32("MaxPool2d", this);
        var spec = CheckPool("MaxPool2d", kernel, stride, padding);
        var (y, index) = (Device.Result(Pooled(spec)), Device.Result(Pooled(spec), DType.I32));
        Backend.MaxPool2d(View, y.View, index.View, spec);
        return y.Record("MaxPool2d", [this], [index, y], (Shape, spec), static (g, s) =>
            g[0] = MaxPool2dBackward(g.Upstream, g.Saved(0), g.Saved(1), s.Shape, s.spec));
    }

    static Tensor AvgPool2dBackward(Tensor dy, Shape x, PoolSpec spec)
    {
        var dx = dy.Device.Result(x, dy.Type);
        dy.Backend.AvgPool2dBackward(dy.View, dx.View, spec);
        return dx.Record("AvgPool2dBackward", [dy], [], spec,
            static (g, spec) => g[0] = g.Upstream.MeanOfWindows(spec));
    }

    /// <summary>dy at the positions a max pool chose. Flat in its result y, where given, whose gradient vanishes.</summary>
    static Tensor MaxPool2dBackward(Tensor dy, Tensor index, Tensor? y, Shape x, PoolSpec spec)
    {
        var dx = dy.Device.Result(x);
        dy.Backend.MaxPool2dBackward(dy.View, index.View, dx.View, spec);
        return dx.Record("MaxPool2dBackward", [dy, y], [index], spec, static (g, spec) =>
            g[0] = MaxPool2dGather(g.Upstream, g.Saved(0), spec));
    }

    /// <summary>x at the positions a max pool chose: the transpose of its backward.</summary>
    static Tensor MaxPool2dGather(Tensor x, Tensor index, PoolSpec spec)
    {
        var y = x.Device.Result(index.Shape);
        x.Backend.MaxPool2dGather(x.View, index.View, y.View);
        return y.Record("MaxPool2dGather", [x], [index], (x.Shape, spec), static (g, s) =>
            g[0] = MaxPool2dBackward(g.Upstream, g.Saved(0), null, s.Shape, s.spec));
    }

    PoolSpec CheckPool(string operation, int kernel, int stride, int padding)
    {
        Guard.Real(operation, this);
        Guard.Rank(operation, "x", this, 4);
        if (stride == 0) stride = kernel;
        if (kernel < 1 || stride < 1)
            throw new ArgumentException($"{operation}: kernel {kernel} and stride {stride} must be at least 1.");
        if (padding < 0 || padding > kernel / 2)
            throw new ArgumentException($"{operation}: padding {padding} must be between 0 and half the kernel {kernel}.");
        if (Shape[1] + 2 * padding < kernel || Shape[2] + 2 * padding < kernel)
            throw new ArgumentException($"{operation}: x {Shape} with padding {padding} is smaller than the window {kernel}.");
        return new PoolSpec(kernel, stride, padding);
    }

    Shape Pooled(PoolSpec spec) => new(Shape[0], spec.Output(Shape[1]), spec.Output(Shape[2]), Shape[3]);
}
