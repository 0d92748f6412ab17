using Ssgan.Engine.Serialization.Protobuf;

namespace Ssgan.Engine.Serialization.Onnx;

/// <summary>An initializer as the file describes it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its element type.</param>
/// <param name="Shape">Its dimensions.</param>
/// <param name="Pieces">The fields that hold its values: <c>raw_data</c>, or those of the type.</param>
/// <param name="Packed">Whether the values are varints.</param>
sealed record OnnxTensor(string Name, FileDType Type, long[] Shape, List<WireField> Pieces, bool Packed);

/// <summary>The messages NodeProto, AttributeProto and TensorProto; numbers of fields are those of onnx.proto.</summary>
static class OnnxParts
{
    const int MaxRank = 32;

    public static OnnxNode Node(WireReader wire, WireField message)
    {
        var (inputs, outputs, name, type) = (new List<string>(), new List<string>(), "", "");
        var attributes = new Dictionary<string, OnnxSetting>(StringComparer.Ordinal);
        foreach (var field in wire.Fields(message.Begin, message.End))
        {
            if (field.Type != WireType.Bytes) continue;
            switch (field.Number)
            {
                case 1: inputs.Add(wire.Text(field)); break;
                case 2: outputs.Add(wire.Text(field)); break;
                case 3: name = wire.Text(field); break;
                case 4: type = wire.Text(field); break;
                case 5: ReadAttribute(wire, field, attributes); break;
            }
        }
        return new OnnxNode(type, name, inputs, outputs, attributes);
    }

    static void ReadAttribute(WireReader wire, WireField message, Dictionary<string, OnnxSetting> attributes)
    {
        string name = "";
        var (ints, floats, strings) = (new List<long>(), new List<float>(), new List<string>());
        foreach (var field in wire.Fields(message.Begin, message.End))
        {
            switch (field.Number, field.Type)
            {
                case (1, WireType.Bytes): name = wire.Text(field); break;
                case (2, WireType.Fixed32) or (7, WireType.Fixed32 or WireType.Bytes):
                    floats.AddRange(wire.Singles(field));
                    break;
                case (3, WireType.Varint) or (8, WireType.Varint or WireType.Bytes): ints.AddRange(wire.Integers(field)); break;
                case (4 or 9, WireType.Bytes): strings.Add(wire.Text(field)); break;
            }
        }
        if (!attributes.TryAdd(name, new OnnxSetting(ints, floats, strings)))
            throw wire.Damaged($"a node has the attribute {TensorFileException.Quote(name)} twice");
    }

    public static OnnxTensor Tensor(WireReader wire, WireField message)
    {
        var (name, type, shape, external) = ("", 0L, new List<long>(), false);
        var pieces = new Dictionary<int, List<WireField>>();
        foreach (var field in wire.Fields(message.Begin, message.End))
        {
            switch (field.Number, field.Type)
            {
                case (1, WireType.Varint or WireType.Bytes):
                    foreach (long dim in wire.Integers(field))
                    {
                        if (shape.Count == MaxRank) throw wire.Damaged($"an initializer has more than {MaxRank} dimensions");
                        shape.Add(dim);
                    }
                    break;
                case (2, WireType.Varint): type = (long)field.Value; break;
                case (8, WireType.Bytes): name = wire.Text(field); break;
                case (4 or 5 or 7 or 9 or 10, _):
                    if (!pieces.TryGetValue(field.Number, out var list)) pieces.Add(field.Number, list = []);
                    list.Add(field);
                    break;
                case (13, _): external = true; break;
                case (14, WireType.Varint): external |= field.Value != 0; break;
            }
        }
        if (external) throw Refused("keeps its values in another file, which is not read; save the model in one file");
        var (known, own) = Type(type) ?? throw Refused($"is of type {type} of TensorProto, which is not read");
        if (known.ByteLength([.. shape]) is null) throw Refused($"has a shape ({string.Join(", ", shape)}) of impossible size");
        bool raw = pieces.TryGetValue(9, out var values);
        if (!raw) pieces.TryGetValue(own, out values);
        return new OnnxTensor(name, known, [.. shape], values ?? [], !raw && own is 5 or 7);

        TensorFileException Refused(string what) => wire.Entry(name, what);
    }

    /// <summary>The type of a number of TensorProto.DataType, and the field that has its values where raw_data has not.</summary>
    static (FileDType Type, int Field)? Type(long number) => number switch
    {
        1 => (FileDType.F32, 4),
        2 => (FileDType.U8, 5),
        3 => (FileDType.I8, 5),
        5 => (FileDType.I16, 5),
        6 => (FileDType.I32, 5),
        7 => (FileDType.I64, 7),
        9 => (FileDType.Bool, 5),
        10 => (FileDType.F16, 5),
        11 => (FileDType.F64, 10),
        16 => (FileDType.BF16, 5),
        _ => null,
    };
}
