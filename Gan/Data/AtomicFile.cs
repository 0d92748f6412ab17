namespace Ssgan.Gan.Data;

/// <summary>Files that appear whole or not at all: written beside their place, flushed to the disk, renamed.</summary>
internal static class AtomicFile
{
    /// <summary>Creates the folder if need be, lets <paramref name="write"/> fill a temporary file and moves it over <paramref name="path"/>.</summary>
    internal static void Write(string path, Action<FileStream> write)
    {
        string full = Path.GetFullPath(path), temporary = $"{full}.{Guid.NewGuid():N}.tmp";
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        try
        {
            using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 1 << 16))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }
            File.Move(temporary, full, overwrite: true);
        }
        finally
        {
            // Still there only when writing failed or was cancelled.
            File.Delete(temporary);
        }
    }
}
