namespace Ssgan.Engine.Kernels;

static class ComposedHinge
{
    public static void Discriminator(Backend b, TensorView real, TensorView fake, TensorView loss)
    {
        if (real.Count == 0 || fake.Count == 0)
        {
            b.Fill(loss, float.NaN);
            return;
        }
        using var t = new Temporaries(b);
        var other = t.New(loss.Shape);
        Mean(b, t, real, -1, loss);
        Mean(b, t, fake, 1, other);
        b.Binary(new Add(), loss, other, loss);
    }

    public static void DiscriminatorBackward(Backend b, TensorView real, TensorView fake, TensorView dloss, TensorView dreal,
        TensorView dfake)
    {
        using var t = new Temporaries(b);
        Slope(b, t, real, -1, dloss, dreal);
        Slope(b, t, fake, 1, dloss, dfake);
    }

    /// <summary>Each term is divided before they are summed: a mean is finite where its sum may not be.</summary>
    static void Mean(Backend b, Temporaries t, TensorView x, int sign, TensorView mean)
    {
        var margins = Margins(b, t, x, sign);
        b.Unary(new Relu(), margins, margins);
        b.Unary(new DivideBy(x.Count), margins, margins);
        b.Reduce<Sum>(margins, mean.As(new Shape(1, 1)));
    }

    static void Slope(Backend b, Temporaries t, TensorView x, int sign, TensorView dloss, TensorView dx)
    {
        if (x.Count == 0) return;
        TensorView share = t.New(dloss.Shape), margins = Margins(b, t, x, sign), result = t.For(dx);
        b.Unary(new DivideBy((float)sign * x.Count), dloss, share);
        b.Binary(new ReluGrad(), share, margins, result);
        t.Store(result, dx);
    }

    static TensorView Margins(Backend b, Temporaries t, TensorView x, int sign)
    {
        var margins = t.New(x.Shape);
        b.Unary(new Affine(sign, 1), t.Single(x), margins);
        return margins;
    }
}
