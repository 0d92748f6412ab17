namespace Ssgan.Engine.Serialization.Onnx;

/// <summary>One operation of an ONNX model's graph.</summary>
/// <param name="OpType">Which operation, "Conv".</param>
/// <param name="Name">Its own name; may be empty.</param>
/// <param name="Inputs">What it takes: results of earlier nodes, inputs of the graph or initializers; "" where one is left
/// out.</param>
/// <param name="Outputs">What it makes.</param>
/// <param name="Attributes">Its settings by name.</param>
public sealed record OnnxNode(string OpType, string Name, IReadOnlyList<string> Inputs, IReadOnlyList<string> Outputs,
    IReadOnlyDictionary<string, OnnxSetting> Attributes);

/// <summary>
/// A setting of a node: integers, floats or strings, a single one as a list of one. Where it is a tensor or a graph, all three
/// are empty.
/// </summary>
/// <param name="Ints">Integers, such as strides and pads.</param>
/// <param name="Floats">Floats, such as an epsilon.</param>
/// <param name="Strings">Strings, such as auto_pad.</param>
public sealed record OnnxSetting(IReadOnlyList<long> Ints, IReadOnlyList<float> Floats, IReadOnlyList<string> Strings);
