namespace Ssgan.Gan.Data.Containers.Parquet;

/// <summary>
/// Snappy's blocks (google/snappy, format_description.txt): the length, then literals and copies of what came before.
/// </summary>
internal static class Snappy
{
    /// <summary>Unpacks a block into as many bytes as are expected.</summary>
    /// <exception cref="DatasetException">It is damaged, or of another length; the message is a reason.</exception>
    internal static void Decompress(ReadOnlySpan<byte> block, Span<byte> output)
    {
        long length = 0;
        int at = 0;
        for (int shift = 0; ; shift += 7)
        {
            if (at == block.Length || shift > 28) throw Damaged();
            byte part = block[at++];
            length |= (long)(part & 0x7F) << shift;
            if (part < 0x80) break;
        }
        if (length != output.Length) throw Damaged();
        int to = 0;
        while (at < block.Length)
        {
            byte tag = block[at++];
            int kind = tag & 3;
            if (kind == 0)
            {
                int count = tag >> 2, extra = count - 59;
                if (extra > 0) count = Little(block, ref at, extra);
                if (count < 0 || count >= block.Length - at || count >= output.Length - to) throw Damaged();
                block.Slice(at, ++count).CopyTo(output[to..]);
                (at, to) = (at + count, to + count);
                continue;
            }
            int bytes = kind == 1 ? (tag >> 2 & 7) + 4 : (tag >> 2) + 1;
            int back = kind == 1 ? (tag >> 5) << 8 | Little(block, ref at, 1) : Little(block, ref at, kind == 2 ? 2 : 4);
            if (back <= 0 || back > to || bytes > output.Length - to) throw Damaged();
            // A copy may reach into itself, and then repeats.
            for (int i = 0; i < bytes; i++, to++) output[to] = output[to - back];
        }
        if (to != output.Length) throw Damaged();
    }

    static int Little(ReadOnlySpan<byte> block, ref int at, int bytes)
    {
        if (bytes > block.Length - at) throw Damaged();
        int value = 0;
        for (int i = 0; i < bytes; i++) value |= block[at++] << 8 * i;
        return value;
    }

    static DatasetException Damaged() => new("is damaged (its compressed data are wrong)");
}
