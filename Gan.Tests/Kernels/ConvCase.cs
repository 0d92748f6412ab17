using Ssgan.Engine.Kernels;

namespace Ssgan.Tests.Kernels;

/// <summary>A convolution's shapes with random values, and the triples that it multiplies.</summary>
sealed class ConvCase
{
    readonly int _n, _h, _w, _c, _k, _kh, _kw, _oh, _ow, _of;

    public ConvCase(int n, int h, int w, int c, int k, int kh, int kw, int stride, int padding)
        : this(n, h, w, c, k, kh, kw, new ConvSpec(stride, padding))
    {
    }

    public ConvCase(int n, int h, int w, int c, int k, int kh, int kw, ConvSpec spec)
    {
        (_n, _h, _w, _c, _k, _kh, _kw, _of) = (n, h, w, c, k, kh, kw, c / spec.Groups);
        Spec = spec;
        (_oh, _ow) = (Spec.OutputH(h, kh), Spec.OutputW(w, kw));
        var random = new Random(n + 3 * h + 5 * w + 7 * c + 11 * k + 13 * kh + 17 * spec.StrideH);
        X = GuardedArray.Random(random, XShape.Count);
        W = GuardedArray.Random(random, WShape.Count);
        Bias = GuardedArray.Random(random, k);
        Dy = GuardedArray.Random(random, DyShape.Count);
    }

    public ConvSpec Spec { get; }
    public float[] X { get; private init; }
    public float[] W { get; private init; }
    public float[] Bias { get; private init; }
    public float[] Dy { get; private init; }
    public Shape XShape => new(_n, _h, _w, _c);
    public Shape WShape => new(_k, _kh, _kw, _of);
    public Shape DyShape => new(_n, _oh, _ow, _k);

    /// <summary>The same with some of the filters.</summary>
    public ConvCase Filters(int first, int count) => new(_n, _h, _w, _c, count, _kh, _kw, Spec)
    {
        X = X,
        W = W[(first * _kh * _kw * _c)..((first + count) * _kh * _kw * _c)],
        Bias = Bias[first..(first + count)],
        Dy = Channels(Dy, _k, first, count),
    };

    /// <summary>The same with some of the input's channels.</summary>
    public ConvCase InputChannels(int first, int count) => new(_n, _h, _w, count, _k, _kh, _kw, Spec)
    {
        X = Channels(X, _c, first, count),
        W = Channels(W, _c, first, count),
        Bias = Bias,
        Dy = Dy,
    };

    /// <summary>Some of the innermost dimension's values.</summary>
    public static float[] Channels(float[] values, int channels, int first, int count) =>
        [.. values.Where((_, i) => i % channels >= first && i % channels < first + count)];

    /// <summary>Calls with the indices of every triple (x, w, y) that the convolution multiplies.</summary>
    public void ForEachTerm(Action<int, int, int> term)
    {
        for (int n = 0; n < _n; n++)
        for (int oy = 0; oy < _oh; oy++)
        for (int ox = 0; ox < _ow; ox++)
        for (int ky = 0; ky < _kh; ky++)
        for (int kx = 0; kx < _kw; kx++)
        {
            int y = oy * Spec.StrideH - Spec.Top + ky * Spec.DilationH, x = ox * Spec.StrideW - Spec.Left + kx * Spec.DilationW;
            if (y < 0 || y >= _h || x < 0 || x >= _w) continue;
            for (int k = 0; k < _k; k++)
            {
                int first = k / (_k / Spec.Groups) * _of;
                for (int c = 0; c < _of; c++)
                {
                    term(((n * _h + y) * _w + x) * _c + first + c, ((k * _kh + ky) * _kw + kx) * _of + c,
                        ((n * _oh + oy) * _ow + ox) * _k + k);
                }
            }
        }
    }
}
