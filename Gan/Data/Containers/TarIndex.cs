using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Ssgan.Gan.Data.Storage;

namespace Ssgan.Gan.Data.Containers;

/// <summary>
/// The plain files in a .tar file and where they lie: ustar entries, with the long names of GNU tar and the "path" and "size" of
/// pax headers (POSIX.1-2001), which Python writes.
/// </summary>
internal static class TarIndex
{
    /// <summary>A file in an archive.</summary>
    internal sealed class Entry(string name, long offset, long length)
    {
        internal string Name => name;

        internal long Offset => offset;

        internal long Length => length;

        /// <summary>The number of its archive among several.</summary>
        internal int File { get; init; }
    }

    // Of an extended header; a path is shorter.
    const int MaxExtended = 1 << 16;

    /// <summary>Looks through an archive from header to header.</summary>
    /// <exception cref="DatasetException">It is no tar archive, or it is cut short.</exception>
    internal static List<Entry> Of(string path, SafeFileHandle file, int number, CancellationToken cancellation)
    {
        var entries = new List<Entry>();
        long length = RandomAccess.GetLength(file), at = 0;
        byte[] block = new byte[TarHeader.Block];
        string? longName = null;
        long? longLength = null;
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            int got = Fill(file, block, at);
            if (got == 0 || block.AsSpan(0, got).IndexOfAnyExcept((byte)0) < 0) return entries;
            if (got < block.Length) throw new DatasetException($"{path} is cut short.");
            if (TarHeader.Parse(block) is not { } header)
                throw new DatasetException($"{path} is not a tar archive, or it is damaged.");
            at += TarHeader.Block;
            long bytes = header.Kind is (byte)'x' or (byte)'g' or (byte)'L' or (byte)'K' ? header.Length
                : longLength ?? header.Length;
            if (bytes > length - at) throw new DatasetException($"{path} is cut short in {header.Name}.");
            switch (header.Kind)
            {
                case (byte)'L': longName = TarHeader.Text(Extended(path, file, at, bytes)); break;
                case (byte)'x': (longName, longLength) = Pax(Extended(path, file, at, bytes), longName); break;
                case (byte)'g' or (byte)'K': break;
                default:
                    if (header.IsFile) entries.Add(new(ArchiveNames.Of(longName ?? header.Name), at, bytes) { File = number });
                    (longName, longLength) = (null, null);
                    break;
            }
            at += (bytes + TarHeader.Block - 1) / TarHeader.Block * TarHeader.Block;
        }
    }

    /// <summary>Reads what lies at a place; less at the file's end.</summary>
    internal static int Fill(SafeFileHandle file, Span<byte> buffer, long at)
    {
        int got = 0;
        for (int read; got < buffer.Length && (read = RandomAccess.Read(file, buffer[got..], at + got)) > 0;) got += read;
        return got;
    }

    static byte[] Extended(string path, SafeFileHandle file, long at, long bytes)
    {
        if (bytes > MaxExtended) throw new DatasetException($"{path} has an extended header of {bytes:N0} bytes.");
        byte[] text = new byte[bytes];
        Fill(file, text, at);
        return text;
    }

    // Records "LENGTH KEY=VALUE\n", of which LENGTH counts all bytes.
    static (string? Name, long? Length) Pax(ReadOnlySpan<byte> text, string? name)
    {
        long? length = null;
        while (text.IndexOf((byte)' ') is > 0 and int space
            && int.TryParse(text[..space], NumberStyles.None, CultureInfo.InvariantCulture, out int bytes)
            && bytes > space + 1 && bytes <= text.Length)
        {
            ReadOnlySpan<byte> record = text[(space + 1)..(bytes - 1)];
            if (record.StartsWith("path="u8)) name = Encoding.UTF8.GetString(record[5..]);
            if (record.StartsWith("size="u8)
                && long.TryParse(record[5..], NumberStyles.None, CultureInfo.InvariantCulture, out long size)) length = size;
            text = text[bytes..];
        }
        return (name, length);
    }
}
