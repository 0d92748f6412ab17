using Ssgan.Engine.Kernels;

namespace Ssgan.Engine.Serialization.Onnx;

sealed partial class OnnxTrace
{
    // Filters (K, KH, KW, C) as ONNX has them, (K, C, KH, KW).
    static readonly int[] s_filters = [0, 3, 1, 2];

    // ---- linear algebra ---------------------------------------------------------------------------------------------
    public override void MatMul(TensorView a, bool transposeA, TensorView b, bool transposeB, TensorView c, bool accumulate)
    {
        bool live = IsLive(a) || IsLive(b);
        if (accumulate && (live || IsLive(c)))
            throw new NotSupportedException("A product that is added is not exported to ONNX.");
        if (live)
        {
            string left = Operand(a), right = Operand(b), product;
            if (c.Shape.Rank == 2)
            {
                product = Graph.Add("Gemm", [left, right], new OnnxAttribute("transA", transposeA ? 1L : 0),
                    new OnnxAttribute("transB", transposeB ? 1L : 0));
            }
            else
            {
                if (transposeA) left = Transpose(left, 0, 2, 1);
                if (transposeB) right = Transpose(right, 0, 2, 1);
                product = Graph.Add("MatMul", [left, right]);
            }
            Define(c, product, c.Shape, false);
        }
        else Forget(c);
        inner.MatMul(a, transposeA, b, transposeB, c, accumulate);
    }

    public override void Linear(TensorView x, TensorView w, TensorView bias, TensorView y)
    {
        if (IsLive(x) || IsLive(w) || IsLive(bias))
        {
            string product = Graph.Add("Gemm", [Operand(x), Operand(w), Operand(bias)], new OnnxAttribute("transB", 1L));
            Define(y, product, y.Shape, false);
        }
        else Forget(y);
        inner.Linear(x, w, bias, y);
    }

    // ---- convolutions -----------------------------------------------------------------------------------------------
    public override void Conv2dForward(TensorView x, TensorView w, TensorView? bias, TensorView y, in ConvSpec spec)
    {
        OnlyOfConstants("A convolution by filters or a bias", [w, bias ?? default], []);
        if (Find(x) is { } value)
        {
            string filters = Constant(w, s_filters), images = ChannelsFirst(value).Name;
            string[] inputs = bias is { } b ? [images, filters, Constant(b)] : [images, filters];
            Define(y, Graph.Add("Conv", inputs, Slides(spec, w.Shape)), y.Shape, true);
        }
        else Forget(y);
        inner.Conv2dForward(x, w, bias, y, spec);
    }

    /// <summary>The transposed convolution.</summary>
    public override void Conv2dBackwardData(TensorView dy, TensorView w, TensorView dx, in ConvSpec spec)
    {
        OnlyOfConstants("A transposed convolution by filters", [w], []);
        if (Find(dy) is { } value)
        {
            var (h, v) = (dx.Shape[1] - ((dy.Shape[1] - 1) * spec.StrideH + spec.ReachH(w.Shape[1]) - spec.Top - spec.Bottom),
                dx.Shape[2] - ((dy.Shape[2] - 1) * spec.StrideW + spec.ReachW(w.Shape[2]) - spec.Left - spec.Right));
            OnnxAttribute[] slides = [.. Slides(spec, w.Shape), new("output_padding", new long[] { h, v })];
            Define(dx, Graph.Add("ConvTranspose", [ChannelsFirst(value).Name, Constant(w, s_filters)], slides), dx.Shape, true);
        }
        else Forget(dx);
        inner.Conv2dBackwardData(dy, w, dx, spec);
    }

    static OnnxAttribute[] Slides(in ConvSpec spec, Shape w) =>
    [
        new("kernel_shape", new long[] { w[1], w[2] }), new("strides", new long[] { spec.StrideH, spec.StrideW }),
        new("pads", new long[] { spec.Top, spec.Left, spec.Bottom, spec.Right }),
        new("dilations", new long[] { spec.DilationH, spec.DilationW }), new("group", (long)spec.Groups),
    ];

    public override void Conv2dBackwardFilter(TensorView x, TensorView dy, TensorView dw, in ConvSpec spec)
    {
        OnlyOfConstants(nameof(Conv2dBackwardFilter), [x, dy], [dw]);
        inner.Conv2dBackwardFilter(x, dy, dw, spec);
    }

    // ---- images -----------------------------------------------------------------------------------------------------
    public override void AvgPool2d(TensorView x, TensorView y, in PoolSpec spec)
    {
        Pool("AveragePool", x, y, spec, new OnnxAttribute("count_include_pad", 1L));
        inner.AvgPool2d(x, y, spec);
    }

    /// <summary>The indices are for a backward; who reads them reads constants.</summary>
    public override void MaxPool2d(TensorView x, TensorView y, TensorView index, in PoolSpec spec)
    {
        Forget(index);
        Pool("MaxPool", x, y, spec);
        inner.MaxPool2d(x, y, index, spec);
    }

    void Pool(string type, TensorView x, TensorView y, in PoolSpec spec, params OnnxAttribute[] more)
    {
        long k = spec.Kernel, s = spec.Stride, p = spec.Padding;
        if (Find(x) is { } value)
        {
            OnnxAttribute[] slides = [new("kernel_shape", new[] { k, k }), new("strides", new[] { s, s }),
                new("pads", new[] { p, p, p, p }), .. more];
            Define(y, Graph.Add(type, [ChannelsFirst(value).Name], slides), y.Shape, true);
        }
        else Forget(y);
    }

    public override void Upsample2x(TensorView x, TensorView y, UpsampleMode mode)
    {
        if (Find(x) is { } value)
        {
            string images = ChannelsFirst(value).Name;
            Define(y, mode == UpsampleMode.Binomial ? Binomial("ConvTranspose", images, x.Shape[3], 4) : Resize(images, mode),
                y.Shape, true);
        }
        else Forget(y);
        inner.Upsample2x(x, y, mode);
    }

    string Resize(string images, UpsampleMode mode)
    {
        string scales = Graph.Constant("scales", OnnxModel.Float, [4],
            [.. new float[] { 1, 1, 2, 2 }.SelectMany(BitConverter.GetBytes)]);
        return mode == UpsampleMode.Bilinear
            ? Graph.Add("Resize", [images, "", scales], new OnnxAttribute("mode", "linear"),
                new OnnxAttribute("coordinate_transformation_mode", "half_pixel"))
            : Graph.Add("Resize", [images, "", scales], new OnnxAttribute("mode", "nearest"),
                new OnnxAttribute("coordinate_transformation_mode", "asymmetric"), new OnnxAttribute("nearest_mode", "floor"));
    }

    /// <summary>[1, 3, 3, 1] / divisor in each direction of each channel, with a step of 2.</summary>
    string Binomial(string type, string images, int channels, float divisor)
    {
        float[] taps = [1 / divisor, 3 / divisor, 3 / divisor, 1 / divisor];
        float[] filter = [.. taps.SelectMany(a => taps.Select(b => a * b))];
        string filters = Graph.Constant($"binomial_{channels}", OnnxModel.Float, [channels, 1, 4, 4],
            [.. Enumerable.Repeat(filter, channels).SelectMany(static f => f).SelectMany(BitConverter.GetBytes)]);
        return Graph.Add(type, [images, filters], Slides(new ConvSpec(2, 1, 1, channels), new Shape(channels, 4, 4, 1)));
    }

    public override void Upsample2xBackward(TensorView dy, TensorView dx, UpsampleMode mode)
    {
        if (mode == UpsampleMode.Binomial && Find(dy) is { } value)
            Define(dx, Binomial("Conv", ChannelsFirst(value).Name, dy.Shape[3], 4), dx.Shape, true);
        else OnlyOfConstants($"The gradient of {mode} upsampling", [dy], [dx]);
        inner.Upsample2xBackward(dy, dx, mode);
    }

    // ---- what a forward in evaluation does not call with what depends on its inputs ---------------------------------
    public override void ScatterAddRows(TensorView dy, TensorView indices, TensorView dtable)
    {
        OnlyOfConstants(nameof(ScatterAddRows), [dy, indices, dtable], [dtable]);
        inner.ScatterAddRows(dy, indices, dtable);
    }

    public override void AvgPool2dBackward(TensorView dy, TensorView dx, in PoolSpec spec)
    {
        OnlyOfConstants(nameof(AvgPool2dBackward), [dy], [dx]);
        inner.AvgPool2dBackward(dy, dx, spec);
    }

    public override void MaxPool2dBackward(TensorView dy, TensorView index, TensorView dx, in PoolSpec spec)
    {
        OnlyOfConstants(nameof(MaxPool2dBackward), [dy, index], [dx]);
        inner.MaxPool2dBackward(dy, index, dx, spec);
    }

    public override void Rotate90(TensorView x, TensorView turns, TensorView y, bool inverse)
    {
        OnlyOfConstants(nameof(Rotate90), [x, turns], [y]);
        inner.Rotate90(x, turns, y, inverse);
    }

    public override void Normal(TensorView y, TensorView generator) => throw Random();

    public override void Uniform(TensorView y, TensorView generator, float low, float high) => throw Random();

    static NotSupportedException Random() =>
        new("A forward that draws random numbers is not exported to ONNX; make them an input.");

    public override void BatchNormForward(TensorView x, TensorView gamma, TensorView beta, TensorView classes,
        TensorView runningMean, TensorView runningVar, TensorView y, TensorView mean, TensorView invStd, in BatchNormSpec spec)
    {
        OnlyOfConstants("Batch norm by the batch's own statistics", [x, gamma, beta, classes], [y, mean, invStd]);
        inner.BatchNormForward(x, gamma, beta, classes, runningMean, runningVar, y, mean, invStd, spec);
    }

    public override void SpectralNormForward(ReadOnlySpan<SpectralLayer> layers, int iterations, float epsilon)
    {
        inner.SpectralNormForward(layers, iterations, epsilon);
        foreach (var layer in layers)
        {
            OnlyOfConstants("Spectral norm", [layer.W], [layer.Sigma, layer.Normalized]);
            if (_names.TryGetValue(layer.W.Address, out string? name)) Call(name, layer.Normalized);
        }
    }
}
