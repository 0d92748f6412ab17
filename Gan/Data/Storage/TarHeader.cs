using System.Text;

namespace Ssgan.Gan.Data.Storage;

/// <summary>The header of a tar entry (ustar, POSIX.1-1988), a block of 512 bytes.</summary>
/// <param name="Name">Path of the entry, with forward slashes.</param>
/// <param name="Kind">Its type flag: '0' or 0 for a plain file.</param>
/// <param name="Length">Bytes of what follows, as claimed.</param>
internal readonly record struct TarHeader(string Name, byte Kind, long Length)
{
    internal const int Block = 512;

    internal bool IsFile => Kind is (byte)'0' or 0;

    /// <summary>Null where the block is no header, or its checksum is wrong.</summary>
    internal static TarHeader? Parse(ReadOnlySpan<byte> block)
    {
        if (!ChecksumHolds(block) || Octal(block.Slice(124, 12)) is not long length) return null;
        string name = Text(block[..100]),
            prefix = block.Slice(257, 5).SequenceEqual("ustar"u8) ? Text(block.Slice(345, 155)) : "";
        return new(prefix.Length > 0 ? prefix + "/" + name : name, block[156], length);
    }

    // The sum of the header's bytes, its own eight taken as spaces.
    static bool ChecksumHolds(ReadOnlySpan<byte> block)
    {
        long sum = 8 * ' ';
        for (int i = 0; i < Block; i++) sum += i is >= 148 and < 156 ? 0 : block[i];
        return Octal(block.Slice(148, 8)) == sum;
    }

    static long? Octal(ReadOnlySpan<byte> field)
    {
        long value = 0;
        bool any = false;
        foreach (byte c in field.Trim(" \0"u8))
        {
            if (c is < (byte)'0' or > (byte)'7') return null;
            value = value * 8 + (c - '0');
            any = true;
        }
        return any ? value : null;
    }

    internal static string Text(ReadOnlySpan<byte> field) =>
        Encoding.UTF8.GetString(field.IndexOf((byte)0) is >= 0 and int end ? field[..end] : field);
}
