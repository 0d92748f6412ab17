namespace Ssgan.Engine.Serialization;

/// <summary>
/// Replaces a file all at once: the bytes go to a temporary file in the same folder, are flushed to the disk, and only then
/// renamed over the target. A crash leaves the old file whole, and at worst a stray ".name.*.tmp" beside it.
/// </summary>
public static class AtomicFile
{
    const int BufferBytes = 1 << 16;

    /// <summary>
    /// Writes <paramref name="path"/> with what <paramref name="write"/> puts on the stream; if it throws, nothing has changed.
    /// </summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(write);
        string target = Path.GetFullPath(path);
        string folder = Path.GetDirectoryName(target) ?? throw new ArgumentException($"'{path}' names no file.", nameof(path));
        if (!Directory.Exists(folder)) throw new DirectoryNotFoundException($"{path}: the folder '{folder}' does not exist.");
        string temporary = Path.Combine(folder, $".{Path.GetFileName(target)}.{Path.GetRandomFileName()}.tmp");
        try
        {
            using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, BufferBytes))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }
            File.Move(temporary, target, overwrite: true);
        }
        catch (Exception e)
        {
            File.Delete(temporary);
            // Whoever reads the message knows the file's name, not the temporary one's.
            string message = e.Message.Replace(temporary, target, StringComparison.Ordinal);
            if (message == e.Message) throw;
            if (e is UnauthorizedAccessException) throw new UnauthorizedAccessException(message, e);
            if (e is IOException) throw new IOException(message, e);
            throw;
        }
        DurableFolder.Flush(folder);
    }
}
