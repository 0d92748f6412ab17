namespace Ssgan.Engine.Kernels;

static class ComposedSpectralNorm
{
    const float SmallestNormal = 1.17549435e-38f;

    public static void Forward(Backend b, ReadOnlySpan<SpectralLayer> layers, int iterations, float epsilon)
    {
        foreach (ref readonly var layer in layers)
        {
            using var t = new Temporaries(b);
            int rows = (int)layer.U.Count, columns = (int)layer.V.Count;
            var w = layer.W.As(new Shape(rows, columns));
            TensorView u = layer.U.As(new Shape(1, rows)), v = layer.V.As(new Shape(1, columns)), y = t.New(u.Shape);
            for (int i = 0; i < iterations; i++)
            {
                b.MatMul(u, false, w, false, v, accumulate: false);
                Normalize(b, t, v, epsilon);
                b.MatMul(v, false, w, true, u, accumulate: false);
                Normalize(b, t, u, epsilon);
            }
            // sigma = u·Wv.
            var sigma = layer.Sigma.As(new Shape(1, 1));
            b.MatMul(v, false, w, true, y, accumulate: false);
            b.Binary(new Mul(), y, u, y);
            b.Reduce<Sum>(y, sigma);
            // By the smallest normal number in place of 0: a zero weight stays zero, where 0 / 0 would be NaN.
            var divisor = IsZero(b, t, sigma);
            b.Unary(new Affine(SmallestNormal, 0), divisor, divisor);
            b.Binary(new Add(), divisor, sigma, divisor);
            var result = t.For(layer.Normalized);
            b.Binary(new Div(), w, divisor, result.As(w.Shape));
            t.Store(result, layer.Normalized);
        }
    }

    public static void Backward(Backend b, ReadOnlySpan<SpectralLayer> layers, ReadOnlySpan<TensorView> dn,
        ReadOnlySpan<TensorView> dw)
    {
        for (int i = 0; i < layers.Length; i++)
        {
            if (layers[i].W.Count > 0) Backward(b, layers[i], dn[i], dw[i]);
        }
    }

    static void Backward(Backend b, in SpectralLayer layer, TensorView dn, TensorView dw)
    {
        using var t = new Temporaries(b);
        int rows = (int)layer.U.Count, columns = (int)layer.V.Count;
        Shape matrix = new(rows, columns), one = new(1, 1);
        TensorView upstream = t.Single(dn).As(matrix), product = t.New(matrix), dot = t.New(one), inverse = t.New(one);
        b.Binary(new Mul(), upstream, layer.W.As(matrix), product);
        b.Reduce<Sum>(product, dot);
        // The quotient has no gradient where sigma is 0; 0 keeps what comes after finite.
        var defined = IsZero(b, t, layer.Sigma.As(one));
        b.Unary(new Affine(-1, 1), defined, defined);
        b.Unary(new Reciprocal(), layer.Sigma.As(one), inverse);
        b.Binary(new ReluGrad(), inverse, defined, inverse);
        b.Binary(new Mul(), dot, inverse, dot);
        b.Binary(new Mul(), dot, inverse, dot);
        var sum = t.New(matrix);
        b.MatMul(layer.U.As(new Shape(rows, 1)), false, layer.V.As(new Shape(1, columns)), false, product, accumulate: false);
        b.Binary(new Mul(), product, dot, product);
        b.Binary(new Mul(), upstream, inverse, sum);
        b.Binary(new Sub(), sum, product, sum);
        b.Binary(new Add(), dw.As(matrix), sum, dw.As(matrix));
    }

    /// <summary>x / max(‖x‖, epsilon), in place.</summary>
    static void Normalize(Backend b, Temporaries t, TensorView x, float epsilon)
    {
        var norm = t.New(new Shape(1, 1));
        b.Reduce<SumOfSquares>(x, norm);
        b.Unary(new Sqrt(), norm, norm);
        b.Unary(new Clamp(epsilon, float.PositiveInfinity), norm, norm);
        b.Binary(new Div(), x, norm, x);
    }

    static TensorView IsZero(Backend b, Temporaries t, TensorView x)
    {
        TensorView zero = t.New(x.Shape), result = t.New(x.Shape);
        b.Fill(zero, 0);
        b.Binary(new Equal(), x, zero, result);
        return result;
    }
}
