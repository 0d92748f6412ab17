namespace Ssgan.Gan.Data.Containers;

/// <summary>Reading of streams whose lengths are only claimed.</summary>
internal static class Bounded
{
    const int Piece = 1 << 16;

    /// <summary>All of a stream. Memory is taken as bytes come, whatever length was claimed.</summary>
    /// <exception cref="DatasetException">There are more than a limit; the message is a reason.</exception>
    internal static byte[] ReadAll(Stream stream, long claimed, long limit)
    {
        byte[] bytes = new byte[Math.Clamp(claimed, 1, Piece)];
        for (int length = 0; ;)
        {
            length += stream.ReadAtLeast(bytes.AsSpan(length), bytes.Length - length, throwOnEndOfStream: false);
            if (length < bytes.Length) return bytes[..length];
            int next = stream.ReadByte();
            if (next < 0) return bytes;
            if (length >= limit) throw new DatasetException($"has more than {limit:N0} bytes");
            Array.Resize(ref bytes, (int)Math.Min(limit, 2L * bytes.Length));
            bytes[length++] = (byte)next;
        }
    }
}
