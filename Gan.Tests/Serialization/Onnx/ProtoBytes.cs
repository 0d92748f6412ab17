using System.Buffers.Binary;
using System.Text;

namespace Ssgan.Tests.Serialization.Onnx;

/// <summary>Writes protobuf messages field by field, right ones and wrong ones.</summary>
sealed class ProtoBytes
{
    readonly List<byte> _bytes = [];

    public byte[] ToArray() => [.. _bytes];

    public ProtoBytes Number(int field, long value) => Tag(field, 0).Varint((ulong)value);

    public ProtoBytes Text(int field, string value) => Bytes(field, Encoding.UTF8.GetBytes(value));

    public ProtoBytes Message(int field, ProtoBytes message) => Bytes(field, message.ToArray());

    public ProtoBytes Bytes(int field, byte[] value)
    {
        Tag(field, 2).Varint((ulong)value.Length);
        _bytes.AddRange(value);
        return this;
    }

    public ProtoBytes Packed(int field, params long[] values)
    {
        var packed = new ProtoBytes();
        foreach (long value in values) packed.Varint((ulong)value);
        return Bytes(field, packed.ToArray());
    }

    public ProtoBytes Single(int field, float value)
    {
        Tag(field, 5);
        Span<byte> four = stackalloc byte[4];
        BinaryPrimitives.WriteSingleLittleEndian(four, value);
        _bytes.AddRange(four);
        return this;
    }

    public ProtoBytes Tag(int field, int type) => Varint((ulong)(field << 3 | type));

    public ProtoBytes Varint(ulong value)
    {
        for (; value >= 0x80; value >>= 7) _bytes.Add((byte)(value | 0x80));
        _bytes.Add((byte)value);
        return this;
    }
}
