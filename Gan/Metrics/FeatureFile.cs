using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Serialization;

namespace Ssgan.Gan.Metrics;

/// <summary>
/// Features on disk as they come, so that an evaluation that was stopped goes on where it was: a header with the SHA-256 of what
/// they are of, a row of F32 for each image (features, then logits), and at the end the SHA-256 of all rows. Under a name of its
/// own until that is there.
/// </summary>
sealed class FeatureFile : IDisposable
{
    const int HashBytes = 32, HeaderBytes = 8 + 4 + 4 + 8 + HashBytes;
    const string Partial = ".part";
    static readonly byte[] s_magic = "SSGANFT1"u8.ToArray();

    readonly string _path;
    readonly FileStream _file;
    readonly Sha256 _hash = new();
    readonly int _columns, _count;

    FeatureFile(string path, FileStream file, int columns, int count) =>
        (_path, _file, _columns, _count) = (path, file, columns, count);

    /// <summary>Rows that are there.</summary>
    public int Rows { get; private set; }

    /// <summary>Where features of that identity are.</summary>
    public static string PathOf(string folder, string identity) =>
        Path.Combine(folder, $"{Convert.ToHexStringLower(Hash(identity).AsSpan(0, 12))}.features");

    /// <summary>The rows of a finished file, row-major; null where there is none. One that is damaged is deleted.</summary>
    /// <param name="path">The file.</param>
    /// <param name="identity">What it must be of.</param>
    /// <param name="columns">Numbers of a row.</param>
    /// <param name="count">Rows.</param>
    /// <param name="notice">Told of a damaged file.</param>
    public static float[]? Load(string path, string identity, int columns, int count, Action<string>? notice)
    {
        if (!File.Exists(path)) return null;
        float[] rows = new float[checked(columns * count)];
        if (TryLoad(path, Header(identity, columns, count), rows)) return rows;
        notice?.Invoke($"{path} is damaged; its features are computed again.");
        File.Delete(path);
        return null;
    }

    static bool TryLoad(string path, byte[] expected, float[] rows)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        var bytes = MemoryMarshal.AsBytes(rows.AsSpan());
        if (file.Length != HeaderBytes + (long)rows.Length * sizeof(float) + HashBytes) return false;
        byte[] header = new byte[HeaderBytes], sum = new byte[HashBytes];
        file.ReadExactly(header);
        if (!header.AsSpan().SequenceEqual(expected)) return false;
        using var hash = new Sha256();
        const int piece = 1 << 24;
        for (long done = 0; done < (long)rows.Length * sizeof(float); done += piece)
        {
            // A span of bytes is shorter than some arrays of numbers.
            int at = (int)(done / sizeof(float));
            var part = MemoryMarshal.AsBytes(rows.AsSpan(at, Math.Min(piece / sizeof(float), rows.Length - at)));
            file.ReadExactly(part);
            hash.AppendData(part);
        }
        file.ReadExactly(sum);
        return sum.AsSpan().SequenceEqual(hash.GetHashAndReset());
    }

    /// <summary>Begins a file, or goes on with one that was begun; whole batches count.</summary>
    /// <param name="path">What it is called when it is finished.</param>
    /// <param name="identity">What it is of.</param>
    /// <param name="columns">Numbers of a row.</param>
    /// <param name="count">Rows when it is finished.</param>
    /// <param name="batch">Rows that come at a time.</param>
    /// <param name="rows">Filled with the rows that are there.</param>
    /// <exception cref="IOException">It cannot be written, or another process writes it.</exception>
    public static FeatureFile Begin(string path, string identity, int columns, int count, int batch, float[] rows)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var stream = new FileStream(path + Partial, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        try
        {
            var file = new FeatureFile(path, stream, columns, count);
            file.Recover(Header(identity, columns, count), batch, rows);
            return file;
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    void Recover(byte[] expected, int batch, float[] rows)
    {
        byte[] header = new byte[HeaderBytes];
        bool isOurs = _file.Length >= HeaderBytes && _file.ReadAtLeast(header, HeaderBytes, false) == HeaderBytes
            && header.AsSpan().SequenceEqual(expected);
        long whole = isOurs ? (_file.Length - HeaderBytes) / ((long)_columns * sizeof(float)) / batch * batch : 0;
        Rows = (int)Math.Min(whole, _count / batch * batch);
        for (int row = 0; row < Rows; row++)
        {
            var bytes = MemoryMarshal.AsBytes(rows.AsSpan(row * _columns, _columns));
            _file.ReadExactly(bytes);
            _hash.AppendData(bytes);
        }
        if (Rows == 0)
        {
            _file.SetLength(0);
            _file.Write(expected);
        }
        _file.SetLength(_file.Position);
    }

    /// <summary>Adds rows.</summary>
    public void Append(ReadOnlySpan<float> rows)
    {
        var bytes = MemoryMarshal.AsBytes(rows);
        _file.Write(bytes);
        _file.Flush();
        _hash.AppendData(bytes);
        Rows += rows.Length / _columns;
    }

    /// <summary>Ends the file, which gets its name.</summary>
    public void Finish()
    {
        _file.Write(_hash.GetHashAndReset());
        _file.Flush(flushToDisk: true);
        _file.Dispose();
        File.Move(_path + Partial, _path, overwrite: true);
        DurableFolder.Flush(Path.GetDirectoryName(Path.GetFullPath(_path))!);
    }

    public void Dispose()
    {
        _file.Dispose();
        _hash.Dispose();
    }

    static byte[] Header(string identity, int columns, int count)
    {
        byte[] header = new byte[HeaderBytes];
        s_magic.CopyTo(header, 0);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(8), columns);
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(16), count);
        Hash(identity).CopyTo(header, HeaderBytes - HashBytes);
        return header;
    }

    static byte[] Hash(string identity) => Sha256.HashData(Encoding.UTF8.GetBytes(identity));
}
