using System.Buffers;

namespace Ssgan.Gan.Data.Imaging;

/// <summary>
/// Resizes images with a triangle filter that widens with the reduction, so that nothing aliases: what imaging
/// libraries call "bilinear with antialiasing", the filter behind the published SSGAN datasets. Weights are computed once;
/// reading is thread-safe.
/// </summary>
internal sealed class Resampler
{
    // What makes a target pixel, of one side: the first source pixel, and the weights from there on.
    readonly (int First, float[] Weights)[] _x, _y;
    readonly int _sourceHeight, _targetHeight;

    internal Resampler(int source, int target)
    {
        (Source, Target, _sourceHeight, _targetHeight) = (source, target, source, target);
        _x = _y = Axis(source, target);
    }

    /// <summary>Of pictures that are not square, or not to be.</summary>
    internal Resampler(int sourceWidth, int sourceHeight, int targetWidth, int targetHeight)
    {
        (Source, Target, _sourceHeight, _targetHeight) = (sourceWidth, targetWidth, sourceHeight, targetHeight);
        _x = Axis(sourceWidth, targetWidth);
        _y = Axis(sourceHeight, targetHeight);
    }

    static (int First, float[] Weights)[] Axis(int source, int target)
    {
        var axis = new (int, float[])[target];
        double ratio = (double)source / target, support = Math.Max(ratio, 1.0);
        for (int i = 0; i < target; i++)
        {
            double center = (i + 0.5) * ratio;
            int first = Math.Max(0, (int)Math.Floor(center - support + 0.5)),
                end = Math.Min(source, (int)Math.Floor(center + support + 0.5));
            var weights = new float[end - first];
            double sum = 0;
            for (int k = first; k < end; k++) sum += Weight(k, center, support);
            for (int k = first; k < end; k++) weights[k - first] = (float)(Weight(k, center, support) / sum);
            axis[i] = (first, weights);
        }
        return axis;
    }

    /// <summary>Width of what is resized.</summary>
    internal int Source { get; }

    /// <summary>Width of the result.</summary>
    internal int Target { get; }

    static double Weight(int k, double center, double support) => Math.Max(0.0, 1.0 - Math.Abs(k + 0.5 - center) / support);

    /// <summary>source is (Source, Source, 3) and target (Target, Target, 3), both RGB.</summary>
    internal void Resize(ReadOnlySpan<byte> source, Span<byte> target) => Resize(source, Source * 3, 3, target);

    /// <summary>
    /// Reads three of <paramref name="pixelStride"/> bytes of each pixel, rows <paramref name="rowStride"/> bytes apart.
    /// </summary>
    internal void Resize(ReadOnlySpan<byte> source, int rowStride, int pixelStride, Span<byte> target)
    {
        int width = Target * 3;
        float[] lines = ArrayPool<float>.Shared.Rent(_sourceHeight * width + width);
        try
        {
            Span<float> sum = lines.AsSpan(_sourceHeight * width, width);
            for (int y = 0; y < _sourceHeight; y++) Row(source.Slice(y * rowStride), pixelStride, lines.AsSpan(y * width, width));
            for (int y = 0; y < _targetHeight; y++)
            {
                sum.Fill(0.5f);
                (int first, float[] weights) = _y[y];
                for (int k = 0; k < weights.Length; k++)
                {
                    ReadOnlySpan<float> line = lines.AsSpan((first + k) * width, width);
                    float w = weights[k];
                    for (int x = 0; x < line.Length; x++) sum[x] += w * line[x];
                }
                Span<byte> output = target.Slice(y * width, width);
                // Weights are non-negative and sum to one: the result never leaves 0..255 by more than rounding.
                for (int x = 0; x < output.Length; x++) output[x] = (byte)Math.Clamp(sum[x], 0f, 255f);
            }
        }
        finally
        {
            ArrayPool<float>.Shared.Return(lines);
        }
    }

    void Row(ReadOnlySpan<byte> source, int pixelStride, Span<float> line)
    {
        for (int x = 0; x < Target; x++)
        {
            float r = 0, g = 0, b = 0;
            (int first, float[] weights) = _x[x];
            int at = first * pixelStride;
            foreach (float w in weights)
            {
                r += w * source[at];
                g += w * source[at + 1];
                b += w * source[at + 2];
                at += pixelStride;
            }
            line[x * 3] = r;
            line[x * 3 + 1] = g;
            line[x * 3 + 2] = b;
        }
    }
}
