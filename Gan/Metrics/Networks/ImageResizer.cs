namespace Ssgan.Gan.Metrics.Networks;

/// <summary>
/// Resizes square images on the host, one after the other or several at once: rows first and then columns, as all three origins
/// do, with sums in double that are rounded to float once per direction. An image's values do not depend on those beside it.
/// </summary>
sealed class ImageResizer
{
    const int Channels = 3;
    readonly ResampledAxis _axis;
    readonly ImageResize _method;
    readonly int _from, _to;

    /// <param name="method">The way.</param>
    /// <param name="from">Side of the images.</param>
    /// <param name="to">Side of the results.</param>
    public ImageResizer(ImageResize method, int from, int to)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(from, 1);
        (_axis, _method, _from, _to) = (ResampledAxis.Of(method, from, to), method, from, to);
    }

    /// <summary>
    /// Bytes (count, from, from, 3) → (count, to, to, 3), each scale · v + shift of the value v in [0, 255], or in [0, 1] where
    /// the origin resizes such: <see cref="ImageResize.PytorchFid"/>.
    /// </summary>
    public unsafe void Resize(ReadOnlySpan<byte> pixels, Span<float> results, float scale, float shift)
    {
        int input = _from * _from * Channels, output = _to * _to * Channels, count = pixels.Length / input;
        fixed (byte* x = pixels)
        fixed (float* y = results)
        {
            var (from, to) = ((nint)x, (nint)y);
            Parallel.For(0, count, () => new float[_from * _to * Channels], (i, _, rows) =>
            {
                One(new ReadOnlySpan<byte>((byte*)from + (long)i * input, input), rows,
                    new Span<float>((float*)to + (long)i * output, output), scale, shift);
                return rows;
            }, static _ => { });
        }
    }

    void One(ReadOnlySpan<byte> image, Span<float> rows, Span<float> result, float scale, float shift)
    {
        float unit = _method == ImageResize.PytorchFid ? 255 : 1;
        int row = _to * Channels;
        Span<float> values = new float[_from * Channels];
        for (int y = 0; y < _from; y++)
        {
            for (int i = 0; i < values.Length; i++) values[i] = image[y * values.Length + i] / unit;
            for (int x = 0; x < _to; x++)
            {
                int at = _axis.Start(x) * Channels;
                double r = 0, g = 0, b = 0;
                foreach (double weight in _axis.Weights(x))
                {
                    r += weight * values[at];
                    g += weight * values[at + 1];
                    b += weight * values[at + 2];
                    at += Channels;
                }
                var to = rows.Slice(y * row + x * Channels, Channels);
                (to[0], to[1], to[2]) = ((float)r, (float)g, (float)b);
            }
        }
        Span<double> sums = new double[row];
        for (int y = 0; y < _to; y++)
        {
            sums.Clear();
            int from = _axis.Start(y);
            foreach (double weight in _axis.Weights(y))
            {
                var values2 = rows.Slice(from++ * row, row);
                for (int i = 0; i < sums.Length; i++) sums[i] += weight * values2[i];
            }
            var to = result.Slice(y * row, row);
            for (int i = 0; i < to.Length; i++)
            {
                float value = (float)sums[i];
                if (_method == ImageResize.Clean) value = Math.Clamp(value, 0, 255);
                to[i] = value * scale + shift;
            }
        }
    }
}
