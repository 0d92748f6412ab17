using System.Buffers.Binary;

namespace Ssgan.Fuzzing;

/// <summary>Small changes of bytes, several at a time.</summary>
static class Mutation
{
    const int Longest = 1 << 16;

    /// <summary>Bytes that differ somewhat from given ones.</summary>
    /// <param name="bytes">Those.</param>
    /// <param name="other">Others, of which parts may be taken.</param>
    /// <param name="random">Chooses.</param>
    public static byte[] Of(byte[] bytes, byte[] other, Random random)
    {
        for (int times = 1 << random.Next(4); times > 0; times--) bytes = Once(bytes, other, random);
        return bytes;
    }

    static byte[] Once(byte[] old, byte[] other, Random random)
    {
        if (old.Length == 0) return [(byte)random.Next(256)];
        byte[] bytes = [.. old];
        int at = random.Next(bytes.Length), length = random.Next(1, Math.Min(33, bytes.Length - at + 1));
        switch (random.Next(9))
        {
            case 0:
                bytes[at] ^= (byte)(1 << random.Next(8));
                return bytes;
            case 1:
                bytes[at] = (byte)random.Next(256);
                return bytes;
            case 2:
                bytes[at] += (byte)random.Next(-8, 9);
                return bytes;
            case 3: return random.Next(4) == 0 ? bytes[..at] : bytes;
            case 4: return [.. bytes[..at], .. bytes[(at + length)..]];
            case 5: return bytes.Length > Longest ? bytes : [.. bytes[..(at + length)], .. bytes[at..]];
            case 6:
                bytes.AsSpan(random.Next(bytes.Length - length + 1), length).ToArray().CopyTo(bytes, at);
                return bytes;
            case 7:
                if (other.Length == 0) return bytes;
                int from = random.Next(other.Length);
                other.AsSpan(from, Math.Min(length, other.Length - from)).CopyTo(bytes.AsSpan(at, length));
                return bytes;
            default:
                // Numbers near the limits of their width, in either order of bytes.
                Span<byte> wide = stackalloc byte[8];
                long number = random.Next(2) == 0 ? random.NextInt64() >> random.Next(64) : -1L << random.Next(64);
                if (random.Next(2) == 0) BinaryPrimitives.WriteInt64LittleEndian(wide, number);
                else BinaryPrimitives.WriteInt64BigEndian(wide, number);
                wide[..Math.Min(1 << random.Next(4), bytes.Length - at)].CopyTo(bytes.AsSpan(at));
                return bytes;
        }
    }
}
