namespace Ssgan.Engine.Kernels;

static class ComposedBatchNormBackward
{
    public static void Forward(Backend b, TensorView x, TensorView gamma, TensorView beta, TensorView classes, TensorView mean,
        TensorView invStd, TensorView dy, TensorView dx, TensorView dgamma, TensorView dbeta, in BatchNormSpec spec)
    {
        if (x.Count == 0)
        {
            b.Fill(dgamma, 0);
            b.Fill(dbeta, 0);
            return;
        }
        using var t = new Temporaries(b);
        Shape groups = ComposedBatchNorm.Groups(x.Shape, classes), row = new(1, 1, x.Shape[-1]);
        float rows = x.Count / x.Shape[-1];
        TensorView scale = invStd.As(row), centred = t.New(groups), masked = t.New(groups), product = t.New(groups);
        b.Binary(new Sub(), t.Single(x).As(groups), mean.As(row), centred);
        b.Cast(dy.As(groups), masked);
        if (spec.Relu)
        {
            // 0 where the forward put one, by the forward's own steps. A NaN there is none: it compares unequal.
            TensorView y = t.New(groups), zero = t.New(new Shape(1));
            ComposedBatchNorm.Affine(b, t, centred, gamma, beta, classes, scale, y);
            b.Fill(zero, 0);
            b.Unary(new Relu(), y, y);
            b.Binary(new Equal(), y, zero, y);
            b.Unary(new Affine(-1, 1), y, y);
            b.Binary(new ReluGrad(), masked, y, masked);
        }
        var xhat = centred;
        b.Binary(new Mul(), centred, scale, xhat);
        Table(b, t, masked, classes, dbeta);
        b.Binary(new Mul(), masked, xhat, product);
        Table(b, t, product, classes, dgamma);

        // dx = invStd·(g − Σg / M − xhat·Σ(g·xhat) / M) of g = gamma·dy.
        var g = masked;
        b.Binary(new Mul(), masked, ComposedBatchNorm.RowOf(b, t, gamma, classes), g);
        TensorView sum = t.New(row), correlation = t.New(row), result = t.For(dx);
        b.Binary(new Mul(), g, xhat, product);
        ComposedBatchNorm.Total<Sum>(b, t, g, sum);
        ComposedBatchNorm.Total<Sum>(b, t, product, correlation);
        b.Unary(new DivideBy(rows), sum, sum);
        b.Unary(new DivideBy(rows), correlation, correlation);
        b.Binary(new Mul(), xhat, correlation, product);
        b.Binary(new Sub(), g, sum, g);
        b.Binary(new Sub(), g, product, g);
        b.Binary(new Mul(), g, scale, result.As(groups));
        t.Store(result, dx);
    }

    /// <summary>The sums of (groups, rows, C) in the shape of gamma: a row a class.</summary>
    static void Table(Backend b, Temporaries t, TensorView x, TensorView classes, TensorView y)
    {
        int c = x.Shape[2];
        if (classes.Address == 0)
        {
            b.Reduce<Sum>(x, y.As(new Shape(1, 1, c)));
            return;
        }
        var each = t.New(new Shape(x.Shape[0], 1, c));
        b.Reduce<Sum>(x, each);
        b.Fill(y, 0);
        b.ScatterAddRows(each.As(new Shape(x.Shape[0], c)), classes, y);
    }
}
