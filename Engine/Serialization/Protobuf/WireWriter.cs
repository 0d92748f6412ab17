using System.Buffers.Binary;
using System.Text;

namespace Ssgan.Engine.Serialization.Protobuf;

/// <summary>
/// Writes protobuf's wire format, the counterpart of <see cref="WireReader"/>: a message is a list of pieces, and one inside
/// another is its pieces behind their length, so that values are never copied.
/// </summary>
sealed class WireWriter
{
    readonly List<ReadOnlyMemory<byte>> _pieces = [];
    readonly List<byte> _open = [];

    /// <summary>Bytes so far.</summary>
    public long Length { get; private set; }

    public WireWriter Integer(int field, long value)
    {
        Tag(field, WireType.Varint);
        Varint((ulong)value);
        return this;
    }

    public WireWriter Single(int field, float value)
    {
        Tag(field, WireType.Fixed32);
        int bits = BitConverter.SingleToInt32Bits(value);
        for (int i = 0; i < 4; i++) Byte((byte)(bits >> (8 * i)));
        return this;
    }

    public WireWriter Double(int field, double value)
    {
        Tag(field, WireType.Fixed64);
        long bits = BitConverter.DoubleToInt64Bits(value);
        for (int i = 0; i < 8; i++) Byte((byte)(bits >> (8 * i)));
        return this;
    }

    /// <summary>Numbers of a repeated field, packed.</summary>
    public WireWriter Doubles(int field, ReadOnlySpan<double> values)
    {
        byte[] bytes = new byte[values.Length * sizeof(double)];
        for (int i = 0; i < values.Length; i++)
            BinaryPrimitives.WriteDoubleLittleEndian(bytes.AsSpan(i * sizeof(double)), values[i]);
        return Bytes(field, bytes);
    }

    public WireWriter Text(int field, string text) => Bytes(field, Encoding.UTF8.GetBytes(text));

    public WireWriter Bytes(int field, ReadOnlyMemory<byte> bytes)
    {
        Tag(field, WireType.Bytes);
        Varint((ulong)bytes.Length);
        Close();
        _pieces.Add(bytes);
        Length += bytes.Length;
        return this;
    }

    public WireWriter Message(int field, WireWriter message)
    {
        message.Close();
        Tag(field, WireType.Bytes);
        Varint((ulong)message.Length);
        Close();
        _pieces.AddRange(message._pieces);
        Length += message.Length;
        return this;
    }

    public void WriteTo(Stream stream)
    {
        Close();
        foreach (var piece in _pieces) stream.Write(piece.Span);
    }

    void Tag(int field, WireType type) => Varint((ulong)((field << 3) | (int)type));

    void Varint(ulong value)
    {
        for (; value >= 0x80; value >>= 7) Byte((byte)(value | 0x80));
        Byte((byte)value);
    }

    void Byte(byte value)
    {
        _open.Add(value);
        Length++;
    }

    void Close()
    {
        if (_open.Count == 0) return;
        _pieces.Add(_open.ToArray());
        _open.Clear();
    }
}
