using System.Text;
using Ssgan.Engine.Serialization;

namespace Ssgan.Gan.Data.Storage;

/// <summary>
/// A pack under way, in two files beside where it will lie: the images so far (".partial"), and a line for each file that was
/// looked at (".partial.log"), empty where its image was taken and else the reason. Lines are written after their images, so a
/// packing that was stopped at any moment goes on behind the last line that is whole.
/// </summary>
internal sealed class PartialPack : IDisposable
{
    internal const string Ending = ".partial", LogEnding = ".partial.log";

    // A line is a reason; far more than that is no journal.
    const int MaxLine = 1 << 14;

    readonly string _path, _partial, _log;
    readonly FileStream _images, _lines;
    readonly List<int> _left = [];
    bool _logged;

    PartialPack(string path, string partial, FileStream images, FileStream lines, int size)
    {
        (_path, _partial, _log, _images, _lines) = (path, partial, lines.Name, images, lines);
        Writer = Continue(size);
    }

    internal PackWriter Writer { get; }

    /// <summary>How many files were looked at before.</summary>
    internal int Done { get; private set; }

    /// <summary>Those of them whose images were not taken.</summary>
    internal IReadOnlyList<int> Left => _left;

    /// <summary>Opens the one of a pack, or begins it; under a name of its own where another process is at it.</summary>
    internal static PartialPack Open(string path, int size)
    {
        string partial = path + Ending;
        FileStream? images = null;
        try
        {
            images = Open(partial);
        }
        catch (IOException) when (File.Exists(partial))
        {
            // FileShare.None keeps others out, here and, on Unix by flock, in other processes.
            partial = $"{path}.{Path.GetRandomFileName()}{Ending}";
            images = Open(partial);
        }
        try
        {
            return new(path, partial, images, Open(partial[..^Ending.Length] + LogEnding), size);
        }
        catch
        {
            images.Dispose();
            throw;
        }
    }

    static FileStream Open(string path) => new(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1 << 16);

    PackWriter Continue(int size)
    {
        long room = Math.Max(0, (_images.Length - PackFile.HeaderBytes) / (size * size * 3L)), taken = 0, whole = 0;
        var reasons = new List<string>();
        var line = new List<byte>();
        for (int b; (b = _lines.ReadByte()) >= 0 && line.Count < MaxLine;)
        {
            if (b != '\n')
            {
                line.Add((byte)b);
                continue;
            }
            if (line.Count == 0 && ++taken > room) break;
            if (line.Count > 0)
            {
                _left.Add(Done);
                reasons.Add(Encoding.UTF8.GetString([.. line]));
            }
            line.Clear();
            whole = _lines.Position;
            Done++;
        }
        // Lines whose images did not reach the disk count for nothing, nor does what follows them.
        taken = Math.Min(taken, room);
        _lines.SetLength(whole);
        _lines.Position = whole;
        var writer = PackWriter.Continue(_images, size, taken);
        foreach (string reason in reasons) writer.Note(reason);
        return writer;
    }

    /// <summary>Says what became of the next files: null, or why an image was not taken. Both files reach the disk.</summary>
    internal void Log(ReadOnlySpan<string?> reasons)
    {
        _logged = true;
        _images.Flush(flushToDisk: true);
        foreach (string? reason in reasons)
            _lines.Write(Encoding.UTF8.GetBytes((reason is null ? "" : Shorten(reason)) + "\n"));
        _lines.Flush(flushToDisk: true);
    }

    static string Shorten(string reason)
    {
        string text = reason.ReplaceLineEndings(" ");
        return text.Length > MaxLine / 4 ? text[..(MaxLine / 4)] : text;
    }

    /// <summary>Completes the pack, which is then in its place.</summary>
    internal void Finish()
    {
        Writer.Finish();
        _images.Flush(flushToDisk: true);
        Close();
        File.Move(_partial, _path, overwrite: true);
        // Without it a loss of power could keep the deletion below and forget the name: all would be decoded again.
        DurableFolder.Flush(Path.GetDirectoryName(Path.GetFullPath(_path))!);
        File.Delete(_log);
    }

    /// <summary>Leaves nothing behind.</summary>
    internal void Discard()
    {
        Close();
        File.Delete(_partial);
        File.Delete(_log);
    }

    void Close()
    {
        _images.Dispose();
        _lines.Dispose();
    }

    public void Dispose()
    {
        // Of one that was stopped before any image is in it nothing is worth keeping.
        if (Done == 0 && !_logged) Discard();
        Close();
        Writer.Dispose();
    }
}
