namespace Ssgan.Engine.Kernels.Cpu;

// Functors and reductions of 16-bit storage go by copies in F32. Loops that widen some elements at a time would touch a third of
// the bytes, and cost a program compiled ahead a fifth of a megabyte, for storage that a processor gains nothing by.
public sealed unsafe partial class CpuBackend
{
    /// <summary>Functors and reductions take BF16 and F16; products and convolutions do not.</summary>
    public override bool MapsIn(DType type) => type is DType.F32 or DType.BF16 or DType.F16;

    void UnaryNarrow<TOp>(TOp op, TensorView x, TensorView y) where TOp : unmanaged, IUnary
    {
        using var t = new Temporaries(this);
        var result = t.For(y);
        Unary(op, t.Single(x), result);
        t.Store(result, y);
    }

    void BinaryNarrow<TOp>(TOp op, TensorView a, TensorView b, TensorView y) where TOp : unmanaged, IBinary
    {
        using var t = new Temporaries(this);
        var result = t.For(y);
        Binary(op, t.Single(a), t.Single(b), result);
        t.Store(result, y);
    }

    void ReduceNarrow<TOp>(TensorView x, TensorView y) where TOp : unmanaged, IReduce
    {
        using var t = new Temporaries(this);
        var result = t.For(y);
        Reduce<TOp>(t.Single(x), result);
        t.Store(result, y);
    }
}
