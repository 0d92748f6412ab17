using System.Buffers.Binary;
using System.Numerics;

namespace Ssgan.Engine.Serialization.TensorBoard;

/// <summary>
/// TFRecord's frame: the length in 8 bytes, its checksum, the payload and its checksum. Checksums are CRC-32C, turned and shifted
/// by a constant ("masked"), so that a checksum of bytes that hold checksums stays one.
/// </summary>
static class EventRecord
{
    const uint Shift = 0xA282EAD8;
    const int Turn = 15, Head = sizeof(long) + sizeof(uint);

    /// <summary>A payload in its frame.</summary>
    public static byte[] Of(ReadOnlySpan<byte> payload)
    {
        byte[] record = new byte[Head + payload.Length + sizeof(uint)];
        BinaryPrimitives.WriteInt64LittleEndian(record, payload.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(sizeof(long)), Checksum(record.AsSpan(0, sizeof(long))));
        payload.CopyTo(record.AsSpan(Head));
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(Head + payload.Length), Checksum(payload));
        return record;
    }

    /// <summary>The masked checksum.</summary>
    public static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        foreach (byte b in bytes) crc = BitOperations.Crc32C(crc, b);
        return unchecked(BitOperations.RotateRight(~crc, Turn) + Shift);
    }
}
