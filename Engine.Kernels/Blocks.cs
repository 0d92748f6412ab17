namespace Ssgan.Engine.Kernels;

/// <summary>
/// Device memory for measurements, freed together. Its numbers are random: equal ones let a card, or a cache, run faster
/// than real data does.
/// </summary>
sealed class Blocks : IDisposable
{
    readonly Backend _backend;
    readonly List<(nint Address, long Bytes)> _blocks = [];
    readonly TensorView _generator;

    /// <summary>No memory yet but a random generator's state.</summary>
    public Blocks(Backend backend)
    {
        ArgumentNullException.ThrowIfNull(backend);
        _backend = backend;
        _generator = Empty(new Shape(4), DType.I32);
        backend.Fill(_generator, 1);
    }

    /// <summary>Undefined contents.</summary>
    public TensorView Empty(Shape shape, DType type = DType.F32)
    {
        long bytes = shape.Count * type.Size();
        _blocks.Add((_backend.Allocate(bytes), bytes));
        return new TensorView(_blocks[^1].Address, shape, type);
    }

    /// <summary>Standard normals, in F32 or BF16.</summary>
    public TensorView Numbers(Shape shape, DType type = DType.F32)
    {
        var result = Empty(shape, type);
        if (type == DType.F32)
        {
            _backend.Normal(result, _generator);
            return result;
        }
        var exact = Empty(shape);
        _backend.Normal(exact, _generator);
        _backend.Cast(exact, result);
        Free(_blocks.Count - 1);
        return result;
    }

    /// <summary>Frees all blocks.</summary>
    public void Dispose()
    {
        while (_blocks.Count > 0) Free(_blocks.Count - 1);
    }

    void Free(int i)
    {
        var (address, bytes) = _blocks[i];
        _blocks.RemoveAt(i);
        _backend.Free(address, bytes);
    }
}
