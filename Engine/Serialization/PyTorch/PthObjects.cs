namespace Ssgan.Engine.Serialization.PyTorch;

/// <summary>
/// What the names in PyTorch's pickles mean here: the handful that tensors, parameters and their dictionaries are written with,
/// each as plain data. Any other is refused by its name.
/// </summary>
sealed class PthObjects(string file)
{
    const int MaxRank = 32;

    /// <summary>The element type of each storage that was met.</summary>
    public Dictionary<string, FileDType?> Storages { get; } = new(StringComparer.Ordinal);

    public TensorFileException Damaged(string what) => TensorFileException.File(file, what);

    /// <summary>A class or function by its name.</summary>
    public PickleGlobal Global(string module, string name)
    {
        if (module == "__builtin__") module = "builtins"; // As Python 2 has it.
        bool known = (module, name) switch
        {
            ("collections", "OrderedDict") or ("_codecs", "encode") or ("torch.storage", "UntypedStorage") => true,
            ("torch._utils", "_rebuild_tensor_v2" or "_rebuild_tensor_v3" or "_rebuild_parameter") => true,
            ("torch", "Size" or "device") => true,
            ("torch", _) => StorageType(name) is not null || IsElementType(name),
            _ => false,
        };
        return known ? new PickleGlobal(module, name)
            : throw Damaged($"it holds {TensorFileException.Quote($"{module}.{name}")}, and only dictionaries of tensors are "
                + "read; in Python, save the network's state_dict() alone");
    }

    /// <summary>What stands for a storage: ("storage", type, key, place, count), in the older form with a view of it.</summary>
    public object Persistent(object? id)
    {
        if (id is PickleTuple { Items: ["module", ..] }) return PickleOther.Value;
        if (id is not PickleTuple { Items: ["storage", PickleGlobal type, string key, _, long count, ..] } tuple || count < 0)
            throw Damaged("its pickle refers to what is no storage");
        var element = StorageType(type.Name);
        if (element is null && type.Name != "UntypedStorage") throw Damaged($"{type} is no storage");
        if (!Storages.TryAdd(key, element) && Storages[key] != element)
            throw Damaged($"storage {TensorFileException.Quote(key)} is of two types");
        return tuple.Items.Length switch
        {
            5 => new PthStorage(key, element, 0, count),
            6 when tuple.Items[5] is null => new PthStorage(key, element, 0, count),
            6 when tuple.Items[5] is PickleTuple { Items: [_, long begin, long size] } && begin >= 0 && size >= 0
                && begin <= count - size => new PthStorage(key, element, begin, size),
            _ => throw Damaged("its pickle refers to part of a storage that is not there"),
        };
    }

    /// <summary>The result of a function, or a new object of a class.</summary>
    public object Call(object? callee, object? arguments)
    {
        if (callee is not PickleGlobal global || arguments is not PickleTuple { Items: var items })
            throw Damaged("its pickle calls what is no function");
        return (global.Name, items) switch
        {
            ("OrderedDict", []) => new PickleDict([]),
            ("OrderedDict", [PickleList pairs]) => new PickleDict([.. pairs.Items.Select(Pair)]),
            ("_rebuild_tensor_v2", [PthStorage { Type: { } type } storage, long offset, PickleTuple size, PickleTuple stride, ..])
                => Tensor(storage, type, offset, size, stride),
            ("_rebuild_tensor_v3", [PthStorage storage, long offset, PickleTuple size, PickleTuple stride, _, _,
                PickleGlobal type, ..]) => Tensor(storage, ElementType(type.Name), offset, size, stride),
            ("_rebuild_parameter", [PthTensor tensor, ..]) => tensor,
            ("Size", [PickleTuple dims]) => dims,
            ("device" or "encode", _) => PickleOther.Value,
            _ => throw Damaged($"its pickle gives {global} what it does not take"),
        };
    }

    (object?, object?) Pair(object? item) => item switch
    {
        PickleTuple { Items: [var key, var value] } => (key, value),
        PickleList { Items: [var key, var value] } => (key, value),
        _ => throw Damaged("its pickle fills a dictionary with what are no pairs"),
    };

    /// <summary>A view that lies inside its storage.</summary>
    PthTensor Tensor(PthStorage storage, FileDType type, long offset, PickleTuple size, PickleTuple stride)
    {
        long[] shape = Sizes(size), strides = Sizes(stride);
        if (shape.Length != strides.Length || shape.Length > MaxRank || offset < 0)
            throw Damaged($"a tensor has {shape.Length} dimensions, {strides.Length} strides and begins at {offset}");
        string text = $"a tensor of shape ({string.Join(", ", shape)})";
        if (type.ByteLength(shape) is null) throw Damaged($"{text} has more bytes than 63 bits count");
        Int128 room = (Int128)storage.Count * (storage.Type?.Size() ?? 1) / type.Size();
        var tensor = new PthTensor(storage, type, offset, shape, strides);
        if (tensor.End > room)
            throw Damaged($"{text} reaches to element {tensor.End} of storage "
                + $"{TensorFileException.Quote(storage.Key)}, which has {room}");
        return tensor;
    }

    long[] Sizes(PickleTuple tuple) =>
        [.. tuple.Items.Select(i => i is long n and >= 0 ? n : throw Damaged("a tensor has a size that is no whole number"))];

    FileDType ElementType(string name) => name switch
    {
        "float32" => FileDType.F32,
        "float64" => FileDType.F64,
        "float16" => FileDType.F16,
        "bfloat16" => FileDType.BF16,
        "int64" => FileDType.I64,
        "int32" => FileDType.I32,
        "int16" => FileDType.I16,
        "int8" => FileDType.I8,
        "uint8" => FileDType.U8,
        "bool" => FileDType.Bool,
        _ => throw Damaged($"a tensor is of type {TensorFileException.Quote(name)}, which is not read"),
    };

    // A value of an optimizer or a hyperparameter may be any of PyTorch's types; a tensor not.
    static bool IsElementType(string name) => name is "float32" or "float64" or "float16" or "bfloat16" or "int64" or "int32"
        or "int16" or "int8" or "uint8" or "bool" or "complex64" or "complex128";

    static FileDType? StorageType(string name) => name switch
    {
        "FloatStorage" => FileDType.F32,
        "DoubleStorage" => FileDType.F64,
        "HalfStorage" => FileDType.F16,
        "BFloat16Storage" => FileDType.BF16,
        "LongStorage" => FileDType.I64,
        "IntStorage" => FileDType.I32,
        "ShortStorage" => FileDType.I16,
        "CharStorage" => FileDType.I8,
        "ByteStorage" => FileDType.U8,
        "BoolStorage" => FileDType.Bool,
        _ => null,
    };
}
