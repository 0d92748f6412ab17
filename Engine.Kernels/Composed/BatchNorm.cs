namespace Ssgan.Engine.Kernels;

/// <summary>
/// Batch norm over (groups, rows, C): one group without classes, and with them one an image, which has a row of gamma and beta.
/// </summary>
static class ComposedBatchNorm
{
    public static void Forward(Backend b, TensorView x, TensorView gamma, TensorView beta, TensorView classes,
        TensorView runningMean, TensorView runningVar, TensorView y, TensorView mean, TensorView invStd, in BatchNormSpec spec)
    {
        if (x.Count == 0) return;
        using var t = new Temporaries(b);
        Shape groups = Groups(x.Shape, classes), row = new(1, 1, x.Shape[-1]);
        float rows = x.Count / x.Shape[-1];
        TensorView values = t.Single(x).As(groups), means = mean.As(row), centred = t.New(groups), squares = t.New(row);
        Total<Sum>(b, t, values, means);
        b.Unary(new DivideBy(rows), means, means);
        b.Binary(new Sub(), values, means, centred);
        Total<SumOfSquares>(b, t, centred, squares);
        Follow(b, t, runningMean.As(row), means, 1, spec.Momentum);
        Follow(b, t, runningVar.As(row), squares, rows - 1, spec.Momentum);
        var scale = invStd.As(row);
        b.Unary(new DivideBy(rows), squares, scale);
        b.Unary(new Affine(1, spec.Epsilon), scale, scale);
        b.Unary(new Rsqrt(), scale, scale);
        var result = t.For(y);
        Affine(b, t, centred, gamma, beta, classes, scale, result.As(groups));
        if (spec.Relu) b.Unary(new Relu(), result, result);
        t.Store(result, y);
    }

    public static Shape Groups(Shape x, TensorView classes) => classes.Address == 0
        ? new Shape(1, (int)(x.Count / x[-1]), x[-1]) : new Shape(x[0], x[1] * x[2], x[3]);

    /// <summary>(1, 1, C) of (groups, rows, C): the groups' sums, then theirs.</summary>
    public static void Total<TOp>(Backend b, Temporaries t, TensorView x, TensorView y) where TOp : unmanaged, IReduce
    {
        var each = t.New(new Shape(x.Shape[0], 1, x.Shape[2]));
        b.Reduce<TOp>(x, each);
        b.Reduce<Sum>(each, y);
    }

    /// <summary>Each group's row of gamma or beta, (groups, 1, C).</summary>
    public static TensorView RowOf(Backend b, Temporaries t, TensorView table, TensorView classes)
    {
        int c = table.Shape[-1];
        if (classes.Address == 0) return table.As(new Shape(1, 1, c));
        var rows = t.New(new Shape(classes.Shape[0], c));
        b.GatherRows(table, classes, rows);
        return rows.As(new Shape(classes.Shape[0], 1, c));
    }

    /// <summary>y = centred·(gamma·scale) + beta.</summary>
    public static void Affine(Backend b, Temporaries t, TensorView centred, TensorView gamma, TensorView beta, TensorView classes,
        TensorView scale, TensorView y)
    {
        var weight = RowOf(b, t, gamma, classes);
        var product = t.New(weight.Shape);
        b.Binary(new Mul(), weight, scale, product);
        b.Binary(new Mul(), centred, product, y);
        b.Binary(new Add(), y, RowOf(b, t, beta, classes), y);
    }

    /// <summary>running = (1 − momentum)·running + momentum·value / divisor.</summary>
    static void Follow(Backend b, Temporaries t, TensorView running, TensorView value, float divisor, float momentum)
    {
        var share = t.New(value.Shape);
        b.Unary(new DivideBy(divisor), value, share);
        b.Unary(new Affine(momentum, 0), share, share);
        b.Unary(new Affine(1 - momentum, 0), running, running);
        b.Binary(new Add(), running, share, running);
    }
}
