namespace Ssgan.Emulator;

/// <summary>What an attribute of a backend descriptor takes.</summary>
/// <param name="Type">cudnnBackendAttributeType_t.</param>
/// <param name="Least">Fewest values.</param>
/// <param name="Most">Most values.</param>
/// <param name="Optional">Whether a descriptor is whole without it.</param>
sealed record DnnAttribute(int Type, int Least = 1, int Most = 1, bool Optional = false)
{
    public const int Handle = 0, DataType = 1, Boolean = 2, Int64 = 3, Float = 4, Double = 5, Pointer = 6,
        ConvolutionMode = 7, HeuristicMode = 8,
        NanPropagation = 10, NumericalNote = 11, PointwiseMode = 14, Descriptor = 15, BehaviorNote = 19;

    /// <summary>Bytes of a value.</summary>
    public int Size => Type switch
    {
        Boolean => 1,
        Handle or Int64 or Double or Pointer or Descriptor => 8,
        _ => 4,
    };
}

/// <summary>
/// A descriptor of the graph interface: values by attribute, checked when they are set, and frozen with what they mean when
/// it is finalized.
/// </summary>
sealed class DnnBackendDescriptor(int type) : DriverObject
{
    public const int Pointwise = 0, Convolution = 1, Engine = 2, Config = 3, Heuristic = 4, Plan = 5,
        Forward = 10, BackwardFilter = 11,
        BackwardData = 12, PointwiseOperation = 13, Graph = 15, VariantPack = 16, Tensor = 17;

    const int A = DnnAttribute.Descriptor;

    /// <summary>The attributes that may be set, by descriptor type.</summary>
    static readonly Dictionary<int, Dictionary<int, DnnAttribute>> s_attributes = new()
    {
        [Tensor] = new()
        {
            [900] = new(DnnAttribute.Int64), [901] = new(DnnAttribute.DataType), [902] = new(DnnAttribute.Int64, 1, 8),
            [903] = new(DnnAttribute.Int64, 1, 8),
            [906] = new(DnnAttribute.Int64), [907] = new(DnnAttribute.Boolean, Optional: true),
        },
        [Convolution] = new()
        {
            [100] = new(DnnAttribute.DataType), [101] = new(DnnAttribute.ConvolutionMode), [102] = new(DnnAttribute.Int64, 2, 2),
            [103] = new(DnnAttribute.Int64, 2, 2), [104] = new(DnnAttribute.Int64, 2, 2), [105] = new(DnnAttribute.Int64, 2, 2),
            [106] = new(DnnAttribute.Int64),
        },
        [Pointwise] = new()
        {
            [0] = new(DnnAttribute.PointwiseMode), [1] = new(DnnAttribute.DataType),
            [2] = new(DnnAttribute.NanPropagation, Optional: true), [3] = new(DnnAttribute.Double, Optional: true),
            [4] = new(DnnAttribute.Double, Optional: true),
        },
        [Forward] = Operation(700, 701, 702, 703, 704, 705),
        [BackwardData] = Operation(706, 707, 708, 709, 710, 711),
        [BackwardFilter] = Operation(712, 713, 714, 715, 716, 717),
        [PointwiseOperation] = new() { [750] = new(A), [751] = new(A), [752] = new(A, Optional: true), [753] = new(A) },
        [Graph] = new() { [800] = new(DnnAttribute.Handle), [801] = new(A, 1, 16) },
        [Heuristic] = new() { [200] = new(DnnAttribute.HeuristicMode), [201] = new(A) },
        [Plan] = new() { [400] = new(DnnAttribute.Handle), [401] = new(A) },
        [VariantPack] = new()
        {
            [1000] = new(DnnAttribute.Int64, 1, 16), [1001] = new(DnnAttribute.Pointer, 1, 16),
            [1003] = new(DnnAttribute.Pointer),
        },
        // cuDNN itself fills these.
        [Engine] = [],
        [Config] = [],
    };

    readonly Dictionary<int, byte[]> _values = [];

    public override string Kind => $"backend descriptor of type {Type}";

    public int Type { get; } = type;

    public bool IsFinal { get; set; }

    /// <summary>What the finalized descriptor means.</summary>
    public object? Meaning { get; set; }

    public static bool Knows(int type) => s_attributes.ContainsKey(type);

    static Dictionary<int, DnnAttribute> Operation(int alpha, int beta, params int[] links)
    {
        var attributes = links.ToDictionary(static l => l, static _ => new DnnAttribute(A));
        attributes[alpha] = attributes[beta] = new DnnAttribute(DnnAttribute.Float);
        return attributes;
    }

    public unsafe void Set(int name, int type, long count, nint values)
    {
        if (IsFinal) throw EmulatedDnn.Bad($"{this} is final: {name} cannot be set any more");
        if (!s_attributes[Type].TryGetValue(name, out var attribute))
            throw EmulatedDnn.Bad($"{this} has no attribute {name} that can be set");
        if (attribute.Type != type)
            throw new LibraryFailure(EmulatedDnn.AttributeType,
                $"attribute {name} of {this} has type {attribute.Type}, not {type}");
        if (count < attribute.Least || count > attribute.Most)
            throw EmulatedDnn.Bad($"attribute {name} of {this} takes {attribute.Least} to {attribute.Most} values, not {count}");
        EmulatedDnn.Pointer(values, "arrayOfElements");
        _values[name] = new ReadOnlySpan<byte>((void*)values, (int)count * attribute.Size).ToArray();
    }

    /// <summary>Throws where something that is needed was not set.</summary>
    public void RequireAll()
    {
        foreach (var (name, attribute) in s_attributes[Type])
        {
            if (!attribute.Optional && !_values.ContainsKey(name))
                throw EmulatedDnn.Bad($"attribute {name} of {this} was not set");
        }
    }

    public T[] Values<T>(int name) where T : unmanaged =>
        _values.TryGetValue(name, out byte[]? bytes)
            ? System.Runtime.InteropServices.MemoryMarshal.Cast<byte, T>(bytes).ToArray() : [];

    public T Value<T>(int name, T otherwise = default) where T : unmanaged =>
        Values<T>(name) is [var value, ..] ? value : otherwise;
}
