namespace Ssgan.Engine.Serialization.Numpy;

/// <summary>NumPy's files of one array (.npy), as <c>numpy.save</c> writes and <c>numpy.load</c> reads them.</summary>
public static class NpyFile
{
    const int Piece = 1 << 14;

    /// <summary>Reads a file; the array is called as the file is, without ".npy".</summary>
    /// <exception cref="TensorFileException">It is no .npy file, or damaged, or of a type that is not read.</exception>
    /// <exception cref="IOException">The file cannot be opened or read.</exception>
    public static NpyArray Read(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        using var stream = File.OpenRead(path);
        return Read(stream, path, Path.GetFileNameWithoutExtension(path));
    }

    /// <summary>Writes a file, all at once.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Write(string path, NpyArray array)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(array);
        AtomicFile.Write(path, stream => Write(stream, array));
    }

    internal static void Write(Stream stream, NpyArray array)
    {
        stream.Write(NpyHeader.Write(array.DType, array.Shape));
        stream.Write(array.Bytes);
    }

    /// <summary>Reads to the end of a stream, whose length need not be known: memory is taken as the values come.</summary>
    internal static NpyArray Read(Stream stream, string file, string name)
    {
        var (type, fortran, shape) = NpyHeader.Read(file, stream);
        string what = $"{type.Name()} ({string.Join(", ", shape)})";
        if (type.ByteLength(shape) is not { } length || length > Array.MaxLength)
            throw TensorFileException.File(file, $"{what} is more than one array holds");
        byte[] bytes = new byte[Math.Min(length, Piece)];
        int read = 0;
        while (true)
        {
            int more = stream.ReadAtLeast(bytes.AsSpan(read), bytes.Length - read, throwOnEndOfStream: false);
            read += more;
            if (read < bytes.Length)
                throw TensorFileException.File(file, $"it ends after {read} bytes of data, but {what} needs {length}");
            if (read == length) break;
            Array.Resize(ref bytes, (int)Math.Min(length, 2L * bytes.Length));
        }
        if (stream.ReadByte() >= 0) throw TensorFileException.File(file, $"it goes on behind the {length} bytes of {what}");
        return new NpyArray(name, type, shape, fortran ? RowMajor(bytes, shape, type.Size()) : bytes);
    }

    /// <summary>From the first index running fastest to the last one.</summary>
    static byte[] RowMajor(byte[] bytes, long[] shape, int size)
    {
        byte[] result = new byte[bytes.Length];
        int[] place = new int[shape.Length];
        for (int from = 0; from < bytes.Length; from += size)
        {
            long to = 0;
            for (int i = 0; i < shape.Length; i++) to = to * shape[i] + place[i];
            bytes.AsSpan(from, size).CopyTo(result.AsSpan((int)to * size));
            for (int i = 0; i < shape.Length && ++place[i] == shape[i]; i++) place[i] = 0;
        }
        return result;
    }
}
