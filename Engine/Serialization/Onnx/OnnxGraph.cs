using Ssgan.Engine.Kernels;

namespace Ssgan.Engine.Serialization.Onnx;

/// <summary>What a node takes or makes: a tensor by name, in a layout.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Shape">Its dimensions as the engine counts them; images are (N, H, W, C).</param>
/// <param name="ChannelsFirst">Whether the model has it as (N, C, H, W).</param>
sealed record OnnxValue(string Name, Shape Shape, bool ChannelsFirst);

/// <summary>Values that do not depend on the inputs.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Number of TensorProto.DataType.</param>
/// <param name="Dims">Its dimensions in the model.</param>
/// <param name="Bytes">Little-endian values.</param>
sealed record OnnxConstant(string Name, int Type, long[] Dims, byte[] Bytes);

/// <summary>A setting: one integer, integers, a float or a string.</summary>
readonly record struct OnnxAttribute(string Name, object Value);

/// <summary>An operation of a graph that is being made.</summary>
/// <param name="OpType">Which.</param>
/// <param name="Inputs">Names; "" where one is left out.</param>
/// <param name="Output">The name of what it makes.</param>
/// <param name="Attributes">Its settings.</param>
/// <param name="Sizes">A reshape's dimensions, which may depend on the batch; null of others.</param>
sealed record OnnxStep(string OpType, string[] Inputs, string Output, OnnxAttribute[] Attributes, long[]? Sizes);

/// <summary>Nodes and constants as one forward made them.</summary>
sealed class OnnxGraph
{
    readonly Dictionary<string, OnnxConstant> _constants = new(StringComparer.Ordinal);
    int _count;

    public List<OnnxStep> Steps { get; } = [];

    public IReadOnlyDictionary<string, OnnxConstant> Constants => _constants;

    public string Add(string type, string[] inputs, params OnnxAttribute[] attributes) => Add(type, inputs, null, attributes);

    public string Reshape(string input, long[] sizes) => Add("Reshape", [input], sizes, []);

    string Add(string type, string[] inputs, long[]? sizes, OnnxAttribute[] attributes)
    {
        string output = $"{type}_{++_count}";
        Steps.Add(new(type, inputs, output, attributes, sizes));
        return output;
    }

    /// <summary>The name of a constant. Equal ones of one name are one.</summary>
    public string Constant(string? hint, int type, long[] dims, byte[] bytes)
    {
        string stem = hint ?? "constant", name = hint ?? $"{stem}_{++_count}";
        for (int i = 2; _constants.TryGetValue(name, out var known); i++)
        {
            if (known.Type == type && known.Dims.AsSpan().SequenceEqual(dims) && known.Bytes.AsSpan().SequenceEqual(bytes))
                return name;
            name = $"{stem}_{i}";
        }
        _constants.Add(name, new(name, type, dims, bytes));
        return name;
    }

    public string Scalar(float value) => Constant($"scalar_{BitConverter.SingleToInt32Bits(value):x8}", OnnxModel.Float, [],
        BitConverter.GetBytes(value));

    public string Integers(params long[] values) => Constant($"sizes_{string.Join('_', values)}", OnnxModel.Int64,
        [values.Length], [.. values.SelectMany(BitConverter.GetBytes)]);

    /// <summary>
    /// This graph with the batch left open, found by a second one that was made with another batch: what differs must be one
    /// dimension of a reshape.
    /// </summary>
    /// <exception cref="NotSupportedException">Something else depends on the number of images.</exception>
    public void FreeBatch(OnnxGraph other)
    {
        if (Steps.Count != other.Steps.Count) throw Fixed("the number of operations does");
        for (int i = 0; i < Steps.Count; i++)
        {
            var (a, b) = (Steps[i], other.Steps[i]);
            if (a.OpType != b.OpType || !a.Inputs.AsSpan().SequenceEqual(b.Inputs) || !Same(a.Attributes, b.Attributes))
                throw Fixed($"{a.Output} does");
            if (a.Sizes is null || b.Sizes is null) continue;
            int[] differ = [.. Enumerable.Range(0, a.Sizes.Length).Where(k => a.Sizes[k] != b.Sizes[k])];
            if (differ.Length > 1) throw Fixed($"{a.Output} does in {differ.Length} dimensions");
            if (differ.Length == 1) a.Sizes[differ[0]] = -1;
        }
        foreach (var (name, constant) in Constants)
        {
            if (!other.Constants.TryGetValue(name, out var twin) || !constant.Dims.AsSpan().SequenceEqual(twin.Dims)
                || !constant.Bytes.AsSpan().SequenceEqual(twin.Bytes)) throw Fixed($"the constant {name} does");
        }

        static NotSupportedException Fixed(string what) =>
            new($"The module cannot be exported for batches of any size: {what} depend on the number of images.");

        static bool Same(OnnxAttribute[] a, OnnxAttribute[] b) => a.Length == b.Length && a.Zip(b).All(static p =>
            p.First.Name == p.Second.Name && (p.First.Value is long[] x && p.Second.Value is long[] y
                ? x.AsSpan().SequenceEqual(y) : p.First.Value.Equals(p.Second.Value)));
    }

    /// <summary>Drops what no output needs.</summary>
    public void Prune(IEnumerable<string> outputs)
    {
        HashSet<string> needed = [.. outputs];
        for (int i = Steps.Count - 1; i >= 0; i--)
        {
            if (needed.Contains(Steps[i].Output)) needed.UnionWith(Steps[i].Inputs);
            else Steps.RemoveAt(i);
        }
        foreach (string name in _constants.Keys.Where(k => !needed.Contains(k)).ToArray()) _constants.Remove(name);
    }
}
