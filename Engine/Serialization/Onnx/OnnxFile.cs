using Ssgan.Engine.Serialization.Protobuf;

namespace Ssgan.Engine.Serialization.Onnx;

/// <summary>
/// An ONNX model open for reading: its initializers are the entries, and its nodes say which of them goes where. Nothing of it is
/// run. Names and sizes are read at opening, values from the file when they are asked for.
/// </summary>
public sealed class OnnxFile : TensorFile
{
    const int Graph = 7, Node = 1, Initializer = 5; // Of ModelProto and GraphProto in onnx.proto.

    // Far above any network's; they bound what a small message in the file may cost.
    const int MaxParts = 100_000;

    readonly FileBytes _bytes;

    OnnxFile(string name, FileBytes bytes) : base(name)
    {
        _bytes = bytes;
        var wire = new WireReader(bytes, name);
        var nodes = new List<OnnxNode>();
        bool found = false;
        foreach (var part in wire.Fields(0, bytes.Length))
        {
            if (part is not { Number: Graph, Type: WireType.Bytes }) continue;
            if (found) throw wire.Damaged("it has two graphs");
            found = true;
            ReadGraph(wire, part, nodes);
        }
        if (!found) throw wire.Damaged("it has no graph");
        Nodes = nodes;
    }

    /// <summary>The operations, in an order in which they can run.</summary>
    public IReadOnlyList<OnnxNode> Nodes { get; }

    /// <summary>Opens a model.</summary>
    /// <exception cref="TensorFileException">
    /// It is no ONNX model, or damaged, or keeps values in another file or in a type that is not read.
    /// </exception>
    /// <exception cref="IOException">The file cannot be opened or read.</exception>
    public static OnnxFile Open(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        var bytes = new FileBytes(path);
        try
        {
            return new OnnxFile(path, bytes);
        }
        catch
        {
            bytes.Dispose();
            throw;
        }
    }

    /// <summary>Reads a model that is already in memory; the bytes are not copied.</summary>
    /// <exception cref="TensorFileException">As <see cref="Open"/>.</exception>
    public static OnnxFile Read(ReadOnlyMemory<byte> bytes, string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return new(name, new FileBytes(bytes));
    }

    /// <inheritdoc/>
    public override void Dispose() => _bytes.Dispose();

    void ReadGraph(WireReader wire, WireField graph, List<OnnxNode> nodes)
    {
        foreach (var part in wire.Fields(graph.Begin, graph.End))
        {
            if (part.Type != WireType.Bytes || part.Number is not (Node or Initializer)) continue;
            if (nodes.Count + Entries.Count >= MaxParts)
                throw wire.Damaged($"it has more than {MaxParts} nodes and initializers");
            if (part.Number == Node) nodes.Add(OnnxParts.Node(wire, part));
            else Add(Stored.Of(this, wire, OnnxParts.Tensor(wire, part)));
        }
    }

    /// <summary>An initializer: a stretch of the file, or bytes that were put together of it.</summary>
    sealed class Stored(OnnxFile file, OnnxTensor tensor, byte[]? bytes)
        : TensorEntry(file, tensor.Name, tensor.Type, tensor.Shape)
    {
        readonly long _begin = tensor.Pieces.Count == 0 ? 0 : tensor.Pieces[0].Begin;

        public static Stored Of(OnnxFile file, WireReader wire, OnnxTensor tensor) =>
            new(file, tensor, OnnxValues.Gather(file, wire, tensor));

        private protected override void ReadInside(Span<byte> destination, long offset)
        {
            if (bytes is not null) bytes.AsSpan((int)offset, destination.Length).CopyTo(destination);
            else if (!file._bytes.TryRead(_begin + offset, destination))
                throw file.Refused(Name, "ends early: the file became shorter while it was read");
        }
    }
}
