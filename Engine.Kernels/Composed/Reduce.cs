namespace Ssgan.Engine.Kernels;

static class ComposedReduce
{
    /// <summary>
    /// ln Σ e^(x − top) + top, where top is the row's maximum, or F32's largest number of its sign if that is infinite.
    /// </summary>
    public static void LogSumExp(Backend b, TensorView x, TensorView y)
    {
        using var t = new Temporaries(b);
        int k = x.Shape[-1];
        var rows = t.Single(x).As(new Shape((int)y.Count, k));
        TensorView top = t.New(new Shape((int)y.Count, 1)), powers = t.New(rows.Shape), sums = y.As(top.Shape);
        b.Reduce<Max>(rows, top);
        b.Unary(new Clamp(float.MinValue, float.MaxValue), top, top);
        b.Binary(new Sub(), rows, top, powers);
        b.Unary(new Exp(), powers, powers);
        b.Reduce<Sum>(powers, sums);
        b.Unary(new Log(), sums, sums);
        b.Binary(new Add(), sums, top, sums);
    }
}
