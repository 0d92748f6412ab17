using Ssgan.Engine.Kernels;
using Ssgan.Engine.Serialization.Protobuf;

namespace Ssgan.Engine.Serialization.Onnx;

/// <summary>An ONNX model as bytes; numbers of fields are those of onnx.proto.</summary>
static class OnnxModel
{
    public const int Float = 1, Int32 = 6, Int64 = 7, Bool = 9; // TensorProto.DataType.
    const int IrVersion = 8, Opset = 17;

    /// <summary>A model of a graph.</summary>
    /// <param name="graph">Its nodes and constants.</param>
    /// <param name="name">The graph's name.</param>
    /// <param name="inputs">Inputs: what they are called, their type and their dimensions, of which the first is the
    /// batch.</param>
    /// <param name="outputs">Outputs likewise.</param>
    /// <param name="metadata">metadata_props.</param>
    public static WireWriter Write(OnnxGraph graph, string name, IEnumerable<(string Name, int Type, long[] Dims)> inputs,
        IEnumerable<(string Name, int Type, long[] Dims)> outputs, IReadOnlyDictionary<string, string> metadata)
    {
        var body = new WireWriter();
        foreach (var step in graph.Steps) body.Message(1, Node(graph, step));
        body.Text(2, name);
        foreach (var constant in graph.Constants.Values) body.Message(5, Tensor(constant));
        foreach (var input in inputs) body.Message(11, ValueInfo(input));
        foreach (var output in outputs) body.Message(12, ValueInfo(output));
        var model = new WireWriter().Integer(1, IrVersion).Text(2, "ssgan")
            .Text(3, typeof(OnnxModel).Assembly.GetName().Version!.ToString(3))
            .Message(7, body).Message(8, new WireWriter().Text(1, "").Integer(2, Opset));
        foreach (var (key, value) in metadata) model.Message(14, new WireWriter().Text(1, key).Text(2, value));
        return model;
    }

    static WireWriter Node(OnnxGraph graph, OnnxStep step)
    {
        var node = new WireWriter();
        foreach (string input in step.Inputs) node.Text(1, input);
        if (step.Sizes is not null) node.Text(1, graph.Integers(step.Sizes));
        node.Text(2, step.Output).Text(3, step.Output).Text(4, step.OpType);
        foreach (var attribute in step.Attributes) node.Message(5, Attribute(attribute));
        return node;
    }

    static WireWriter Attribute(OnnxAttribute attribute)
    {
        // AttributeProto.type: FLOAT 1, INT 2, STRING 3, INTS 7.
        var message = new WireWriter().Text(1, attribute.Name);
        switch (attribute.Value)
        {
            case float f: return message.Single(2, f).Integer(20, 1);
            case long i: return message.Integer(3, i).Integer(20, 2);
            case string s: return message.Text(4, s).Integer(20, 3);
            default:
                foreach (long i in (long[])attribute.Value) message.Integer(8, i);
                return message.Integer(20, 7);
        }
    }

    static WireWriter Tensor(OnnxConstant constant)
    {
        var tensor = new WireWriter();
        foreach (long dim in constant.Dims) tensor.Integer(1, dim);
        return tensor.Integer(2, constant.Type).Text(8, constant.Name).Bytes(9, constant.Bytes);
    }

    static WireWriter ValueInfo((string Name, int Type, long[] Dims) value)
    {
        var shape = new WireWriter();
        for (int i = 0; i < value.Dims.Length; i++)
        {
            var dim = new WireWriter();
            shape.Message(1, i == 0 ? dim.Text(2, "batch") : dim.Integer(1, value.Dims[i]));
        }
        var tensor = new WireWriter().Integer(1, value.Type).Message(2, shape);
        return new WireWriter().Text(1, value.Name).Message(2, new WireWriter().Message(1, tensor));
    }

    /// <summary>Number of TensorProto.DataType.</summary>
    public static int TypeOf(DType type) => type switch
    {
        DType.F32 => Float,
        DType.I32 => Int32,
        _ => throw new NotSupportedException($"Values of {type} are not exported to ONNX; F32 and I32 are."),
    };
}
