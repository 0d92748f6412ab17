namespace Ssgan.Emulator;

/// <summary>
/// The three convolutions. Each gathers the operands of an output into rows, with zeros where the window leaves the image, and
/// multiplies rows with rows; <c>reverse</c> turns the order of the sum around, for algorithms that do not promise one.
/// </summary>
static class DnnLoops
{
    /// <summary>y[n, oh, ow, k] = sum over r, s, c of x[n, oh strideH - padH + r dilationH, ..., c] w[k, r, s, c].</summary>
    public static DnnArray Forward(DnnProblem p, DnnArray x, DnnArray w)
    {
        var y = new DnnArray(p.Y);
        int channels = p.ChannelsOfGroup, filters = p.FiltersOfGroup, taps = p.W.H * p.W.W;
        for (int g = 0; g < p.Groups; g++)
        {
            int group = g;
            var packed = new PackedRows(filters, taps * channels);
            ForTaps(p, (r, s, tap) =>
            {
                for (int k = 0; k < filters; k++)
                    w.Pixel(group * filters + k, p.FilterRow(r), p.FilterColumn(s)).CopyTo(packed.Row(k)[(tap * channels)..]);
            });
            ForRows(p.Y, taps * channels, packed, group * filters, y, (n, oh, patches) =>
            {
                ForTaps(p, (r, s, tap) =>
                {
                    int ih = oh * p.Spec.StrideH - p.Spec.PadH + r * p.Spec.DilationH;
                    for (int ow = 0; ow < p.Y.W; ow++)
                    {
                        int iw = ow * p.Spec.StrideW - p.Spec.PadW + s * p.Spec.DilationW;
                        var target = patches.Row(ow).Slice(tap * channels, channels);
                        if ((uint)ih < (uint)p.X.H && (uint)iw < (uint)p.X.W)
                            x.Pixel(n, ih, iw).Slice(group * channels, channels).CopyTo(target);
                        else target.Clear();
                    }
                });
            });
        }
        return y;
    }

    /// <summary>
    /// dx[n, ih, iw, c] = sum over r, s, k of dy[n, oh, ow, k] w[k, r, s, c] where oh strideH - padH + r dilationH =
    /// ih, and so for iw.
    /// </summary>
    public static DnnArray BackwardData(DnnProblem p, DnnArray w, DnnArray dy, bool reverse)
    {
        var dx = new DnnArray(p.X);
        int channels = p.ChannelsOfGroup, filters = p.FiltersOfGroup, taps = p.W.H * p.W.W;
        for (int g = 0; g < p.Groups; g++)
        {
            int group = g;
            var packed = new PackedRows(channels, taps * filters);
            ForTaps(p, (r, s, tap) =>
            {
                int at = Place(tap, taps, reverse) * filters;
                for (int k = 0; k < filters; k++)
                {
                    var pixel = w.Pixel(group * filters + k, p.FilterRow(r), p.FilterColumn(s));
                    for (int c = 0; c < channels; c++) packed.Data[c * packed.Stride + at + k] = pixel[c];
                }
            });
            ForRows(p.X, taps * filters, packed, group * channels, dx, (n, ih, patches) =>
            {
                ForTaps(p, (r, s, tap) =>
                {
                    int oh = Source(ih + p.Spec.PadH - r * p.Spec.DilationH, p.Spec.StrideH, p.Y.H);
                    for (int iw = 0; iw < p.X.W; iw++)
                    {
                        int ow = Source(iw + p.Spec.PadW - s * p.Spec.DilationW, p.Spec.StrideW, p.Y.W);
                        var target = patches.Row(iw).Slice(Place(tap, taps, reverse) * filters, filters);
                        if (oh >= 0 && ow >= 0) dy.Pixel(n, oh, ow).Slice(group * filters, filters).CopyTo(target);
                        else target.Clear();
                    }
                });
            });
        }
        return dx;
    }

    /// <summary>dw[k, r, s, c] = sum over n, oh, ow of dy[n, oh, ow, k] x[n, oh strideH - padH + r dilationH, ..., c].</summary>
    public static DnnArray BackwardFilter(DnnProblem p, DnnArray x, DnnArray dy, bool reverse)
    {
        var dw = new DnnArray(p.W);
        int channels = p.ChannelsOfGroup, filters = p.FiltersOfGroup, image = p.Y.H * p.Y.W, pixels = p.Y.N * image;
        for (int g = 0; g < p.Groups; g++)
        {
            int group = g;
            var left = new PackedRows(filters, pixels);
            Parallel.For(0, p.Y.N, n =>
            {
                for (int i = 0; i < image; i++)
                {
                    var pixel = dy.Pixel(n, i / p.Y.W, i % p.Y.W);
                    int at = Place(n * image + i, pixels, reverse);
                    for (int k = 0; k < filters; k++) left.Data[k * left.Stride + at] = pixel[group * filters + k];
                }
            });
            ForTaps(p, (r, s, _) =>
            {
                var right = new PackedRows(channels, pixels);
                Parallel.For(0, p.Y.N, n =>
                {
                    for (int i = 0; i < image; i++)
                    {
                        int ih = i / p.Y.W * p.Spec.StrideH - p.Spec.PadH + r * p.Spec.DilationH,
                            iw = i % p.Y.W * p.Spec.StrideW - p.Spec.PadW + s * p.Spec.DilationW;
                        if ((uint)ih >= (uint)p.X.H || (uint)iw >= (uint)p.X.W) continue;
                        var pixel = x.Pixel(n, ih, iw);
                        int at = Place(n * image + i, pixels, reverse);
                        for (int c = 0; c < channels; c++) right.Data[c * right.Stride + at] = pixel[group * channels + c];
                    }
                });
                float[] product = HostGemm.Multiply(left, right);
                for (int k = 0; k < filters; k++)
                    product.AsSpan(k * channels, channels)
                        .CopyTo(dw.Pixel(group * filters + k, p.FilterRow(r), p.FilterColumn(s)));
            });
        }
        return dw;
    }

    static int Place(int index, int count, bool reverse) => reverse ? count - 1 - index : index;

    /// <summary>The output that a strided window position belongs to, or -1.</summary>
    static int Source(int position, int stride, int size) => position >= 0 && position % stride == 0 && position / stride < size
        ? position / stride
        : -1;

    static void ForTaps(DnnProblem p, Action<int, int, int> body)
    {
        for (int r = 0; r < p.W.H; r++)
            for (int s = 0; s < p.W.W; s++) body(r, s, r * p.W.W + s);
    }

    /// <summary>
    /// For each row of pixels of the result, in parallel: gathers a row of operands per pixel, multiplies, and stores
    /// from a channel on.
    /// </summary>
    static void ForRows(DnnShape shape, int length, PackedRows packed, int firstChannel, DnnArray result,
        Action<int, int, PackedRows> gather)
    {
        Parallel.For(0, shape.N * shape.H,
            () => (Patches: new PackedRows(shape.W, length), Product: new float[shape.W * packed.Rows]), (i, _, scratch) =>
        {
            int n = i / shape.H, h = i % shape.H;
            gather(n, h, scratch.Patches);
            HostGemm.Multiply(scratch.Patches, 0, shape.W, packed, scratch.Product);
            for (int w = 0; w < shape.W; w++)
                scratch.Product.AsSpan(w * packed.Rows, packed.Rows).CopyTo(result.Pixel(n, h, w)[firstChannel..]);
            return scratch;
        }, static _ => { });
    }
}
