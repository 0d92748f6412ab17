namespace Ssgan.Engine.Serialization.PyTorch;

/// <summary>
/// A tuple. Beside what is in this file a pickle is read into null, <see cref="bool"/>, <see cref="long"/>,
/// <see cref="double"/> and <see cref="string"/>: data alone, of no class that the pickle names.
/// </summary>
sealed record PickleTuple(object?[] Items);

/// <summary>A list, or a set.</summary>
sealed record PickleList(List<object?> Items);

/// <summary>A dictionary in the order in which it was filled, whatever its keys are.</summary>
sealed record PickleDict(List<(object? Key, object? Value)> Items)
{
    /// <summary>The value of a key that is text; null where there is none.</summary>
    public object? Find(string key) => Items.FindLast(item => item.Key is string text && text == key).Value;
}

/// <summary>A class or function that the file names: never looked up, only compared with those that are known.</summary>
sealed record PickleGlobal(string Module, string Name)
{
    public override string ToString() => $"{Module}.{Name}";
}

/// <summary>Something that no tensor needs, such as a device.</summary>
sealed record PickleOther
{
    public static readonly PickleOther Value = new();
}

/// <summary>A block of memory that tensors are views of.</summary>
/// <param name="Key">Its name in the file.</param>
/// <param name="Type">Its element type; null for untyped bytes.</param>
/// <param name="Begin">Its first element within the block of that name; more than 0 only in the older form.</param>
/// <param name="Count">Its elements, or bytes where it has no type.</param>
sealed record PthStorage(string Key, FileDType? Type, long Begin, long Count);

/// <summary>A tensor: a view of a storage; offset and strides in elements.</summary>
sealed record PthTensor(PthStorage Storage, FileDType Type, long Offset, long[] Shape, long[] Strides)
{
    /// <summary>Behind its last element.</summary>
    public Int128 End
    {
        get
        {
            if (Shape.Contains(0)) return Offset;
            Int128 end = (Int128)Offset + 1;
            for (int i = 0; i < Shape.Length; i++) end += (Int128)(Shape[i] - 1) * Strides[i];
            return end;
        }
    }

    /// <summary>Whether its elements lie one after another, row-major.</summary>
    public bool IsContiguous()
    {
        long step = 1;
        for (int i = Shape.Length - 1; i >= 0; i--)
        {
            if (Shape[i] != 1 && Strides[i] != step) return false;
            step *= Shape[i];
        }
        return true;
    }
}
