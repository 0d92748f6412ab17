namespace Ssgan.Engine.Kernels.Composed;

static class Pool2d
{
    public static void AverageAdd(Backend b, TensorView x, TensorView other, TensorView y, in PoolSpec spec)
    {
        using var t = new Temporaries(b);
        var (images, pooled, sums) = (t.Single(x), t.New(y.Shape), t.For(y));
        b.AvgPool2d(images, pooled, spec);
        b.Binary(new Add(), pooled, t.Single(other), sums);
        t.Store(sums, y);
    }
}
