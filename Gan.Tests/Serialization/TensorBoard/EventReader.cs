using System.Buffers.Binary;
using System.Text;

namespace Ssgan.Tests.Serialization.TensorBoard;

/// <summary>A field of a message; what it holds is one of these.</summary>
sealed record ProtoField(int Number, ulong Varint, byte[] Bytes)
{
    public string Text => Encoding.UTF8.GetString(Bytes);
    public float Single => BinaryPrimitives.ReadSingleLittleEndian(Bytes);
    public double Double => BinaryPrimitives.ReadDoubleLittleEndian(Bytes);
    public double[] Doubles => [.. Bytes.Chunk(8).Select(static b => BinaryPrimitives.ReadDoubleLittleEndian(b))];
    public ILookup<int, ProtoField> Message => EventReader.Fields(Bytes).ToLookup(static f => f.Number);
}

/// <summary>
/// Reads files of events from the formats' definitions alone: TFRecord's frames with a checksum computed bit by bit, and
/// protobuf's wire format.
/// </summary>
static class EventReader
{
    public static List<ILookup<int, ProtoField>> Read(string path)
    {
        var events = new List<ILookup<int, ProtoField>>();
        ReadOnlySpan<byte> rest = File.ReadAllBytes(path);
        while (rest.Length > 0)
        {
            int length = (int)BinaryPrimitives.ReadUInt64LittleEndian(rest);
            Assert.That(BinaryPrimitives.ReadUInt32LittleEndian(rest[8..]), Is.EqualTo(Masked(rest[..8])), "length's checksum");
            var payload = rest.Slice(12, length);
            Assert.That(BinaryPrimitives.ReadUInt32LittleEndian(rest[(12 + length)..]), Is.EqualTo(Masked(payload)), "checksum");
            events.Add(Fields(payload.ToArray()).ToLookup(static f => f.Number));
            rest = rest[(16 + length)..];
        }
        return events;
    }

    /// <summary>((crc &gt;&gt; 15) | (crc &lt;&lt; 17)) + 0xa282ead8, as tensorflow/core/lib/hash/crc32c.h has it.</summary>
    public static uint Masked(ReadOnlySpan<byte> bytes)
    {
        uint crc = Crc32C(bytes);
        return unchecked(((crc >> 15) | (crc << 17)) + 0xa282ead8u);
    }

    /// <summary>Castagnoli's polynomial 0x1EDC6F41, reflected, a bit at a time [RFC 3720, appendix B.4].</summary>
    public static uint Crc32C(ReadOnlySpan<byte> bytes)
    {
        uint crc = ~0u;
        foreach (byte b in bytes)
        {
            crc ^= b;
            for (int i = 0; i < 8; i++) crc = (crc & 1) == 1 ? crc >> 1 ^ 0x82F63B78 : crc >> 1;
        }
        return ~crc;
    }

    public static List<ProtoField> Fields(byte[] message)
    {
        var fields = new List<ProtoField>();
        for (int at = 0; at < message.Length;)
        {
            ulong tag = Varint(message, ref at);
            int number = (int)(tag >> 3);
            switch (tag & 7)
            {
                case 0: fields.Add(new(number, Varint(message, ref at), [])); continue;
                case 1: fields.Add(new(number, 0, message[at..(at + 8)])); at += 8; continue;
                case 5: fields.Add(new(number, 0, message[at..(at + 4)])); at += 4; continue;
                case 2:
                    int length = (int)Varint(message, ref at);
                    fields.Add(new(number, 0, message[at..(at + length)]));
                    at += length;
                    continue;
                default: throw new InvalidDataException($"wire type {tag & 7}");
            }
        }
        return fields;
    }

    static ulong Varint(byte[] bytes, ref int at)
    {
        ulong value = 0;
        for (int shift = 0; ; shift += 7)
        {
            byte b = bytes[at++];
            value |= (ulong)(b & 0x7F) << shift;
            if (b < 0x80) return value;
        }
    }
}
