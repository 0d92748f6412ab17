using System.Runtime.InteropServices;
using Ssgan.Engine.Kernels;

namespace Ssgan.Engine.Serialization.Onnx;

/// <summary>
/// A device's primitives, which run as ever, and the graph of those whose operands depend on the inputs: the rest are constants
/// already, as spectrally normalised weights are. What was written where is known by its address, since all that is written
/// passes here. Primitives that have no counterpart are refused by name.
/// </summary>
sealed partial class OnnxTrace(Backend inner) : Backend
{
    readonly Dictionary<nint, OnnxValue> _live = [];
    readonly Dictionary<nint, string> _names = [];
    readonly Dictionary<nint, List<Piece>> _pieces = [];

    /// <summary>A box of a tensor that is put together: where along an axis it lies, and its value, null of a constant.</summary>
    readonly record struct Piece(int Axis, int Start, int Length, OnnxValue? Value, string? Constant);

    public OnnxGraph Graph { get; } = new();

    public override string Name => inner.Name;

    public override bool ComputesIn(DType type) => inner.ComputesIn(type);

    public override bool MapsIn(DType type) => inner.MapsIn(type);

    /// <summary>A tensor is an input from now on.</summary>
    public OnnxValue Input(string name, TensorView view) =>
        _live[view.Address] = new(name, view.Shape, view.Shape.Rank == 4);

    /// <summary>A constant has a name, until it is overwritten.</summary>
    public void Call(string name, TensorView view) => _names[view.Address] = name;

    /// <summary>What the model has of a tensor as an output: images with channels first.</summary>
    public OnnxValue? Output(TensorView view) =>
        Find(view) is { } value ? view.Shape.Rank == 4 ? ChannelsFirst(value) : Plain(value) : null;

    // ---- what is known of memory -----------------------------------------------------------------------------------
    bool IsLive(TensorView view) => view.Address != 0 && (_live.ContainsKey(view.Address)
        || (_pieces.TryGetValue(view.Address, out var pieces) && pieces.Exists(static p => p.Value is not null)));

    /// <summary>The value at an address in the shape that is asked for; null of a constant.</summary>
    OnnxValue? Find(TensorView view)
    {
        if (!IsLive(view)) return null;
        if (!_live.TryGetValue(view.Address, out var value))
            throw new NotSupportedException("A tensor of which only a part depends on the inputs has no counterpart in ONNX.");
        if (value.Shape == view.Shape) return value;
        return new(Graph.Reshape(Plain(value).Name, Sizes(view.Shape)), view.Shape, false);
    }

    void Define(TensorView y, string name, Shape shape, bool channelsFirst)
    {
        Forget(y);
        _live[y.Address] = new(name, shape, channelsFirst);
    }

    void Forget(TensorView y)
    {
        if (y.Address == 0) return;
        _live.Remove(y.Address);
        _names.Remove(y.Address);
        _pieces.Remove(y.Address);
    }

    OnnxValue Plain(OnnxValue value) => value.ChannelsFirst
        ? new(Transpose(value.Name, 0, 2, 3, 1), value.Shape, false) : value;

    OnnxValue ChannelsFirst(OnnxValue value) => value.ChannelsFirst || value.Shape.Rank < 4 ? value
        : new(Transpose(value.Name, 0, 3, 1, 2), value.Shape, true);

    string Transpose(string input, params long[] order) => Graph.Add("Transpose", [input], new OnnxAttribute("perm", order));

    static long[] Sizes(Shape shape) => [.. shape.Select(static d => (long)d)];

    /// <summary>A constant of the graph with a tensor's values; with an order, of its axes in that order.</summary>
    string Constant(TensorView view, ReadOnlySpan<int> order = default)
    {
        if (view.Type is not (DType.F32 or DType.I32))
            throw new NotSupportedException($"Values of {view.Type} are not exported to ONNX; F32 and I32 are.");
        byte[] bytes = Read(view);
        long[] dims = Sizes(view.Shape);
        if (order.Length > 0)
        {
            // Constants are permuted once, here, and not by a node of the model.
            byte[] permuted = new byte[bytes.Length];
            long[] to = new long[4], steps = new long[4];
            for (int i = 3, step = 1; i >= 0; step *= (int)dims[i--]) steps[i] = step;
            for (int i = 0; i < 4; i++) to[i] = dims[order[i]];
            ReadOnlySpan<int> from = MemoryMarshal.Cast<byte, int>(bytes);
            var result = MemoryMarshal.Cast<byte, int>(permuted.AsSpan());
            for (long a = 0, at = 0; a < to[0]; a++)
                for (long b = 0; b < to[1]; b++)
                    for (long c = 0; c < to[2]; c++)
                        for (long d = 0; d < to[3]; d++)
                            result[(int)at++] = from[(int)(a * steps[order[0]] + b * steps[order[1]] + c * steps[order[2]]
                                + d * steps[order[3]])];
            (bytes, dims) = (permuted, to);
        }
        return Graph.Constant(_names.GetValueOrDefault(view.Address), OnnxModel.TypeOf(view.Type), dims, bytes);
    }

    byte[] Read(TensorView view)
    {
        byte[] bytes = new byte[view.Bytes];
        inner.Download(view, bytes);
        return bytes;
    }

    /// <summary>The name of an operand as it is in the engine, whether live or constant.</summary>
    string Operand(TensorView view) => Find(view) is { } value ? Plain(value).Name : Constant(view);

    /// <summary>An operand that broadcasts, in the layout of the result.</summary>
    string Operand(TensorView view, bool channelsFirst, bool otherIsWhole)
    {
        var padded = view;
        if (channelsFirst && view.Shape.Rank < 4)
        {
            Span<int> dims = [1, 1, 1, 1];
            view.Shape.CopyTo(dims[(4 - view.Shape.Rank)..]);
            padded = view.As(new Shape(dims));
        }
        if (Find(padded) is { } value) return (channelsFirst ? ChannelsFirst(value) : Plain(value)).Name;
        if (view.Type == DType.F32 && otherIsWhole)
        {
            // A tensor of one value everywhere may have any size; as a scalar it does not depend on the batch.
            var values = MemoryMarshal.Cast<byte, float>(Read(view));
            if (values.Length > 0 && !values.ContainsAnyExcept(values[0])) return Graph.Scalar(values[0]);
        }
        return channelsFirst ? Constant(padded, [0, 3, 1, 2]) : Constant(view);
    }

    /// <summary>Runs a primitive that has no counterpart: with constants it may.</summary>
    void OnlyOfConstants(string primitive, ReadOnlySpan<TensorView> inputs, ReadOnlySpan<TensorView> outputs)
    {
        foreach (var input in inputs)
        {
            if (!IsLive(input)) continue;
            throw new NotSupportedException($"{primitive} of what depends on the inputs is not exported to ONNX.");
        }
        foreach (var output in outputs) Forget(output);
    }

    // ---- memory ----------------------------------------------------------------------------------------------------
    public override nint Allocate(long bytes) => inner.Allocate(bytes);

    public override void Free(nint address, long bytes)
    {
        Forget(new(address, new Shape(), DType.U8));
        inner.Free(address, bytes);
    }

    public override void Upload(ReadOnlySpan<byte> source, TensorView destination)
    {
        inner.Upload(source, destination);
        Forget(destination);
    }

    public override void Download(TensorView source, Span<byte> destination)
    {
        OnlyOfConstants("Reading values", [source], []);
        inner.Download(source, destination);
    }

    public override void Synchronize() => inner.Synchronize();

    protected override void Dispose(bool disposing)
    {
        // The primitives belong to the device.
    }
}
