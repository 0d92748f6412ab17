namespace Ssgan.Engine.Kernels;

static class ComposedLinear
{
    /// <summary>The bias is added before a result is rounded to BF16.</summary>
    public static void Forward(Backend b, TensorView x, TensorView w, TensorView bias, TensorView y)
    {
        using var t = new Temporaries(b);
        var sums = t.For(y);
        b.MatMul(x, false, w, true, sums, accumulate: false);
        b.Binary(new Add(), sums, bias, sums);
        t.Store(sums, y);
    }
}
