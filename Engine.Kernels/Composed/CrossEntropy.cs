using System.Runtime.InteropServices;

namespace Ssgan.Engine.Kernels;

/// <summary>Logits relative to the largest of their row: none overflows the exponential.</summary>
static class ComposedCrossEntropy
{
    public static void Forward(Backend b, TensorView logits, TensorView labels, TensorView losses, TensorView correct)
    {
        int n = logits.Shape[0];
        if (n == 0) return;
        using var t = new Temporaries(b);
        var column = new Shape(n, 1);
        var (x, one) = (t.Single(logits), OneHot(b, t, labels, logits.Shape));
        if (correct.Address != 0)
        {
            var guess = t.New(new Shape(n), DType.I32);
            b.ArgMax(x, guess);
            b.Cast(guess, correct);
            b.Binary(new Equal(), correct, t.Single(labels), correct);
        }
        TensorView shifted = Shifted(b, t, x), own = t.New(column), named = t.New(column), powers = t.New(x.Shape),
            loss = losses.As(column);
        b.Unary(new Exp(), shifted, powers);
        b.Reduce<Sum>(powers, loss);
        b.Unary(new Log(), loss, loss);
        // The label's own logit, selected rather than multiplied: the others may be infinite.
        b.Binary(new ReluGrad(), shifted, one, shifted);
        b.Reduce<Sum>(shifted, own);
        // Divided by 1; or by 0, which makes NaN of the loss of a label that is no class.
        b.Reduce<Sum>(one, named);
        b.Binary(new Div(), own, named, own);
        b.Binary(new Sub(), loss, own, loss);
    }

    public static void Backward(Backend b, TensorView logits, TensorView labels, TensorView dlosses, TensorView dlogits)
    {
        int n = logits.Shape[0];
        if (n == 0) return;
        using var t = new Temporaries(b);
        var column = new Shape(n, 1);
        TensorView shifted = Shifted(b, t, t.Single(logits)), sums = t.New(column);
        b.Unary(new Exp(), shifted, shifted);
        b.Reduce<Sum>(shifted, sums);
        b.Binary(new Div(), shifted, sums, shifted);
        b.Binary(new Sub(), shifted, OneHot(b, t, labels, logits.Shape), shifted);
        var result = t.For(dlogits);
        b.Binary(new Mul(), shifted, dlosses.As(column), result);
        t.Store(result, dlogits);
    }

    static TensorView Shifted(Backend b, Temporaries t, TensorView x)
    {
        TensorView top = t.New(new Shape(x.Shape[0], 1)), shifted = t.New(x.Shape);
        b.Reduce<Max>(x, top);
        b.Binary(new Sub(), x, top, shifted);
        return shifted;
    }

    /// <summary>(N, K): 1 at the label, else 0.</summary>
    static TensorView OneHot(Backend b, Temporaries t, TensorView labels, Shape shape)
    {
        TensorView classes = t.New(new Shape(1, shape[1])), one = t.New(shape);
        float[] numbers = [.. Enumerable.Range(0, shape[1]).Select(static k => (float)k)];
        b.Upload(MemoryMarshal.AsBytes<float>(numbers), classes);
        b.Binary(new Equal(), t.Single(labels).As(new Shape(shape[0], 1)), classes, one);
        return one;
    }
}
