using System.IO.Compression;

namespace Ssgan.Engine.Serialization.Numpy;

/// <summary>
/// NumPy's archives of arrays by name (.npz), as <c>numpy.savez</c> and <c>numpy.savez_compressed</c> write and <c>numpy.load</c>
/// reads them: statistics of features ("mu", "sigma"), images, labels.
/// </summary>
public static class NpzFile
{
    const string Extension = ".npy";

    /// <summary>Reads all arrays, in the order of the archive.</summary>
    /// <exception cref="TensorFileException">It is no .npz file, or damaged, or holds a type that is not read.</exception>
    /// <exception cref="IOException">The file cannot be opened or read.</exception>
    public static IReadOnlyList<NpyArray> Read(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        using var stream = File.OpenRead(path);
        return Read(stream, path);
    }

    /// <summary>Reads all arrays of an archive in a stream that can seek and stays open.</summary>
    /// <inheritdoc cref="Read(string)"/>
    public static IReadOnlyList<NpyArray> Read(Stream stream, string name = "stream")
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(name);
        var arrays = new List<NpyArray>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        try
        {
            using var archive = new ZipArchive(stream, ZipArchiveMode.Read, leaveOpen: true);
            foreach (var member in archive.Entries)
            {
                if (!member.FullName.EndsWith(Extension, StringComparison.Ordinal))
                    throw TensorFileException.File(name,
                        $"it holds {TensorFileException.Quote(member.FullName)}, which is no NumPy array (.npy)");
                string key = member.FullName[..^Extension.Length];
                if (!names.Add(key)) throw TensorFileException.Entry(name, key, "is there twice");
                using var content = member.Open();
                arrays.Add(NpyFile.Read(content, $"{name}: {TensorFileException.Quote(key)}", key));
            }
        }
        catch (InvalidDataException e)
        {
            throw TensorFileException.File(name, "this is no NumPy archive (.npz), or a damaged one", e);
        }
        return arrays;
    }

    /// <summary>Writes an archive, not compressed, all at once: whoever opens it sees the old one or the whole new one.</summary>
    /// <exception cref="ArgumentException">A name is empty or there twice.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Write(string path, IEnumerable<NpyArray> arrays)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(arrays);
        NpyArray[] all = [.. arrays];
        if (all.FirstOrDefault(a => a.Name.Length == 0 || all.Count(o => o.Name == a.Name) > 1) is { } wrong)
            throw new ArgumentException($"The name '{wrong.Name}' of an array is empty or there twice.", nameof(arrays));
        AtomicFile.Write(path, stream => Write(stream, all));
    }

    internal static void Write(Stream stream, IEnumerable<NpyArray> arrays)
    {
        using var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true);
        foreach (var array in arrays)
        {
            var member = archive.CreateEntry(array.Name + Extension, CompressionLevel.NoCompression);
            // As NumPy has it: the same arrays give the same bytes at any time.
            member.LastWriteTime = new DateTimeOffset(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);
            using var content = member.Open();
            NpyFile.Write(content, array);
        }
    }
}
