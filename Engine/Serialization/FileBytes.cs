using Microsoft.Win32.SafeHandles;

namespace Ssgan.Engine.Serialization;

/// <summary>The bytes of a file, open on disk or already in memory, to be read at any place and from any thread.</summary>
sealed class FileBytes : IDisposable
{
    readonly SafeFileHandle? _handle; // Null when the file is in memory.
    readonly ReadOnlyMemory<byte> _bytes;

    public FileBytes(ReadOnlyMemory<byte> bytes) => (_bytes, Length) = (bytes, bytes.Length);

    /// <summary>Opens a file.</summary>
    /// <exception cref="IOException">It cannot be opened.</exception>
    public FileBytes(string path)
    {
        _handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
        Length = RandomAccess.GetLength(_handle);
    }

    /// <summary>The file's length when it was opened.</summary>
    public long Length { get; }

    /// <summary>Fills <paramref name="destination"/>; false where the file is shorter than it was.</summary>
    public bool TryRead(long offset, Span<byte> destination)
    {
        // What is empty may be said to lie anywhere.
        if (destination.Length == 0) return true;
        if (_handle is null)
        {
            _bytes.Span.Slice((int)offset, destination.Length).CopyTo(destination);
            return true;
        }
        while (destination.Length > 0)
        {
            int read = RandomAccess.Read(_handle, destination, offset);
            if (read == 0) return false;
            offset += read;
            destination = destination[read..];
        }
        return true;
    }

    public void Dispose() => _handle?.Dispose();
}
