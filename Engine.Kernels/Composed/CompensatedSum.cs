namespace Ssgan.Engine.Kernels;

static class ComposedCompensatedSum
{
    /// <summary>Knuth's sum and what its rounding lost; the same steps, rounded one by one, on every device.</summary>
    public static void Forward(Backend b, TensorView sum, TensorView value)
    {
        using var t = new Temporaries(b);
        var one = new Shape(1);
        TensorView high = new(sum.Address, one, DType.F32), low = new(sum.Address + sizeof(float), one, DType.F32);
        TensorView next = t.New(one), taken = t.New(one), lost = t.New(one), rest = t.New(one), added = value.As(one);
        b.Binary(new Add(), high, added, next);
        b.Binary(new Sub(), next, high, taken);
        b.Binary(new Sub(), next, taken, lost);
        b.Binary(new Sub(), high, lost, lost);
        b.Binary(new Sub(), added, taken, rest);
        b.Binary(new Add(), lost, rest, lost);
        b.Binary(new Add(), lost, low, lost);
        b.Binary(new Add(), next, lost, high);
        b.Binary(new Sub(), high, next, rest);
        b.Binary(new Sub(), lost, rest, low);
    }
}
