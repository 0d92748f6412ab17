namespace Ssgan.Engine.Kernels;

/// <summary>Device memory of one composed primitive, freed when its last step is queued.</summary>
sealed class Temporaries(Backend backend) : IDisposable
{
    readonly List<TensorView> _blocks = [];

    /// <summary>Undefined contents.</summary>
    public TensorView New(Shape shape, DType type = DType.F32)
    {
        var view = new TensorView(backend.Allocate(Math.Max(1, shape.Count * type.Size())), shape, type);
        _blocks.Add(view);
        return view;
    }

    /// <summary>x in single precision: itself where it is, else a copy.</summary>
    public TensorView Single(TensorView x)
    {
        if (x.Type == DType.F32) return x;
        var copy = New(x.Shape);
        backend.Cast(x, copy);
        return copy;
    }

    /// <summary>Where a result is computed in single precision before <see cref="Store"/>: y itself where it is.</summary>
    public TensorView For(TensorView y) => y.Type == DType.F32 ? y : New(y.Shape);

    /// <summary>Brings what <see cref="For"/> gave into y.</summary>
    public void Store(TensorView result, TensorView y)
    {
        if (result.Address != y.Address) backend.Cast(result, y);
    }

    public void Dispose()
    {
        foreach (var view in _blocks) backend.Free(view.Address, Math.Max(1, view.Bytes));
    }
}
