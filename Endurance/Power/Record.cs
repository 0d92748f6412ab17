using System.Runtime.InteropServices;
using System.Text;

namespace Ssgan.Endurance.Power;

/// <summary>What a process did to files, as recorder.c numbers it.</summary>
enum Deed : long
{
    /// <summary>A file was made.</summary>
    Create = 1,
    /// <summary>Bytes were written.</summary>
    Write,
    /// <summary>A file got another length.</summary>
    Truncate,
    /// <summary>A file or folder was flushed to the disk.</summary>
    Sync,
    /// <summary>A file or folder got another name.</summary>
    Rename,
    /// <summary>A folder was made.</summary>
    Make,
    /// <summary>A file or folder was deleted.</summary>
    Delete,
    /// <summary>Something was said on standard output.</summary>
    Mark,
    /// <summary>Something that is not followed.</summary>
    Unknown,
}

/// <summary>A line of the log.</summary>
/// <param name="Deed">What was done.</param>
/// <param name="Inode">To which file, where one was open.</param>
/// <param name="Offset">Where, or the new length.</param>
/// <param name="Path">Its path.</param>
/// <param name="To">A new path.</param>
/// <param name="Data">Bytes.</param>
sealed record Record(Deed Deed, long Inode, long Offset, string Path, string To, byte[] Data)
{
    /// <summary>Reads a log.</summary>
    public static IReadOnlyList<Record> Read(string file)
    {
        byte[] bytes = File.ReadAllBytes(file);
        var records = new List<Record>();
        int at = 0;
        while (at < bytes.Length)
        {
            var head = MemoryMarshal.Cast<byte, long>(bytes.AsSpan(at, 56));
            at += 56;
            string path = Text((int)head[4]), to = Text((int)head[5]);
            byte[] data = bytes[at..(at + (int)head[6])];
            at += data.Length;
            records.Add(new((Deed)head[0], head[1], head[2], path, to, data));
        }
        return records;

        string Text(int length)
        {
            at += length;
            return Encoding.UTF8.GetString(bytes, at - length, length);
        }
    }
}
