using System.Runtime.InteropServices;

namespace Ssgan.Engine.Serialization.PyTorch;

/// <summary>
/// A file of <c>torch.save</c> with a dictionary of tensors, such as a network's <c>state_dict()</c>, open for reading without
/// PyTorch, in the form of a ZIP archive or in the one before 1.6. No class that the file names is ever constructed. Tensors are
/// read row-major whatever strides they were saved with; what is no tensor in the dictionary is left out.
/// </summary>
public sealed class PthFile : TensorFile
{
    readonly Stream _stream;
    readonly PthStorages _storages;

    PthFile(string name, Stream stream, string? part) : base(name)
    {
        _stream = stream;
        Span<byte> start = stackalloc byte[(int)Math.Min(ForeignFile.Bytes, stream.Length)];
        stream.ReadExactly(start);
        var source = PthLegacy.Is(start) ? PthLegacy.Read(name, stream)
            : start.StartsWith("PK"u8) ? PthArchive.Read(name, stream)
            : throw TensorFileException.File(name, Describe(start));
        _storages = new PthStorages(source);
        foreach (var (key, value) in PthParts.Select(name, source.Root, part).Items)
        {
            if (value is not PthTensor tensor) continue;
            if (key is not string text) throw TensorFileException.File(name, "it holds a tensor whose name is no text");
            Check(source, text, tensor);
            Add(new Stored(this, text, tensor));
        }
    }

    /// <summary>
    /// Whether the first bytes of a file are those of one that <see cref="Open"/> may read; ten bytes suffice. Archives of NumPy
    /// begin like archives of PyTorch.
    /// </summary>
    public static bool MayBe(ReadOnlySpan<byte> start) => start.StartsWith("PK\x03\x04"u8) || PthLegacy.BeginsLike(start);

    /// <summary>Opens a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="part">
    /// The key of the dictionary in it that holds the tensors; null takes the file's own, where that holds tensors, or else
    /// "model_state_dict" or "state_dict".
    /// </param>
    /// <exception cref="TensorFileException">
    /// It is no such file, or damaged, or holds what only Python can construct, or has no such part.
    /// </exception>
    /// <exception cref="IOException">The file cannot be opened or read.</exception>
    public static PthFile Open(string path, string? part = null)
    {
        ArgumentNullException.ThrowIfNull(path);
        var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
        try
        {
            return new PthFile(path, stream, part);
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>Reads a file that is already in memory.</summary>
    /// <exception cref="TensorFileException">As <see cref="Open"/>.</exception>
    public static PthFile Read(ReadOnlyMemory<byte> bytes, string name, string? part = null)
    {
        ArgumentNullException.ThrowIfNull(name);
        bool isArray = MemoryMarshal.TryGetArray(bytes, out var array);
        return new(name, isArray ? new MemoryStream(array.Array!, array.Offset, array.Count, writable: false)
            : new MemoryStream(bytes.ToArray(), writable: false), part);
    }

    /// <inheritdoc/>
    public override void Dispose() => _stream.Dispose();

    static string Describe(ReadOnlySpan<byte> start)
    {
        const int tar = 257; // The mark of a tar archive.
        if (start.Length > tar && start[tar..].StartsWith("ustar"u8))
            return "this is a tar archive, as PyTorch wrote before 0.1.10; load it with PyTorch 1.x and save it again";
        return ForeignFile.Describe(start) ?? "this is no PyTorch file (.pth)";
    }

    /// <summary>A tensor lies within the bytes that the file has, and is no longer than the file.</summary>
    void Check(PthSource source, string name, PthTensor tensor)
    {
        long bytes = source.Length(tensor.Storage.Key);
        if (PthStorages.End(tensor) > bytes)
            throw Refused(name, $"reaches beyond its storage, which has {bytes} bytes");
        if (tensor.Type.ByteLength(tensor.Shape) > _stream.Length)
            throw Refused(name, $"repeats a few values to {tensor.Type.Name()} ({string.Join(", ", tensor.Shape)}), which is "
                + "more than the file has bytes");
        if (!tensor.IsContiguous() && tensor.Type.ByteLength(tensor.Shape) > Array.MaxLength)
            throw Refused(name, "is not row-major, and more than one array holds");
    }

    sealed class Stored(PthFile file, string name, PthTensor tensor) : TensorEntry(file, name, tensor.Type, tensor.Shape)
    {
        private protected override void ReadInside(Span<byte> destination, long offset) =>
            file._storages.Read(tensor, destination, offset);
    }
}
