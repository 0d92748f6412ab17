using System.Runtime.InteropServices;

namespace Ssgan.Engine.Serialization;

/// <summary>One tensor to be written by <see cref="SafetensorsWriter"/>: its header and a provider of its bytes.</summary>
public sealed class SafetensorsItem
{
    /// <summary>
    /// A tensor whose bytes (little-endian, row-major) <paramref name="write"/> puts on a stream when their turn comes.
    /// </summary>
    public SafetensorsItem(string name, FileDType type, ReadOnlySpan<long> shape, Action<Stream> write) =>
        (Name, DType, Shape, Write) = (name, type, shape.ToArray(), write);

    /// <summary>A tensor with its bytes (little-endian, row-major) in memory.</summary>
    public SafetensorsItem(string name, FileDType type, ReadOnlySpan<long> shape, ReadOnlyMemory<byte> bytes)
        : this(name, type, shape, stream => stream.Write(bytes.Span)) { }

    /// <summary>An F32 tensor with its values in memory.</summary>
    public SafetensorsItem(string name, ReadOnlySpan<long> shape, ReadOnlyMemory<float> values)
        : this(name, FileDType.F32, shape, stream => stream.Write(MemoryMarshal.AsBytes(values.Span))) { }

    /// <summary>The key in the file.</summary>
    public string Name { get; }

    /// <summary>The element type.</summary>
    public FileDType DType { get; }

    internal long[] Shape { get; }

    internal Action<Stream> Write { get; }
}
