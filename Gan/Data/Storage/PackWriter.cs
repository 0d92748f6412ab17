using System.Buffers.Binary;
using System.Text;
using Ssgan.Engine.Kernels;

namespace Ssgan.Gan.Data.Storage;

/// <summary>Writes a <see cref="PackFile"/> in one pass; the header, which needs the checksum, is filled in last.</summary>
internal sealed class PackWriter : IDisposable
{
    readonly Stream _stream;
    readonly Sha256 _hash = new();
    readonly int _size;
    readonly List<string> _notes = [];
    byte[] _contentHash = new byte[32];
    ImageLabels _labels = ImageLabels.None;
    long _count;

    internal PackWriter(Stream stream, int size)
    {
        _stream = stream;
        _size = size;
        stream.Write(new byte[PackFile.HeaderBytes]);
    }

    PackWriter(Stream stream, int size, long count) => (_stream, _size, _count) = (stream, size, count);

    /// <summary>Goes on behind the first images of a pack that was not finished; what lies behind them is cut off.</summary>
    internal static PackWriter Continue(Stream stream, int size, long count)
    {
        if (count == 0)
        {
            stream.SetLength(0);
            return new PackWriter(stream, size);
        }
        var writer = new PackWriter(stream, size, count);
        stream.SetLength(PackFile.HeaderBytes + count * size * size * 3);
        stream.Position = PackFile.HeaderBytes;
        byte[] buffer = new byte[1 << 18];
        for (int read; (read = stream.Read(buffer)) > 0;) writer._hash.AppendData(buffer.AsSpan(0, read));
        return writer;
    }

    internal long Count => _count;

    internal IReadOnlyList<string> Notes => _notes;

    /// <summary>Appends one image (size, size, 3).</summary>
    internal void Append(ReadOnlySpan<byte> image)
    {
        if (image.Length != _size * _size * 3)
            throw new ArgumentException($"PackWriter: an image takes {_size * _size * 3} bytes, but {image.Length} were given.");
        _stream.Write(image);
        _hash.AppendData(image);
        _count++;
    }

    /// <summary>Keeps a remark, such as a file left out, with the images.</summary>
    internal void Note(string line) => _notes.Add(line);

    internal void SetContentHash(byte[] hash) => _contentHash = hash;

    /// <summary>One label for every image that was appended by the end, or none.</summary>
    internal void SetLabels(ImageLabels labels) => _labels = labels;

    internal void Finish()
    {
        if (_labels.Classes.Count > 0 && _labels.Values.Length != _count)
            throw new InvalidOperationException($"PackWriter: {_count} images have {_labels.Values.Length} labels.");
        byte[] labels = new byte[_labels.Values.Length * sizeof(int)];
        for (int i = 0; i < _labels.Values.Length; i++)
            BinaryPrimitives.WriteInt32LittleEndian(labels.AsSpan(i * sizeof(int)), _labels.Values[i]);
        byte[] classes = Encoding.UTF8.GetBytes(string.Join('\0', _labels.Classes));
        byte[] notes = Encoding.UTF8.GetBytes(string.Join('\0', _notes));
        // Names beyond the limit are dropped at a separator; the first ones are what a reader acts on.
        if (notes.Length > PackFile.MaxNotesBytes) notes = notes[..notes.AsSpan(0, PackFile.MaxNotesBytes).LastIndexOf((byte)0)];
        byte[] header = new byte[PackFile.HeaderBytes];
        PackFile.Magic.CopyTo(header);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(8), PackFile.Version);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(12), _size);
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(16), _count);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(24), notes.Length);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(28), classes.Length);
        _contentHash.CopyTo(header, 32);
        foreach (byte[] part in (ReadOnlySpan<byte[]>)[labels, classes, notes])
        {
            _stream.Write(part);
            _hash.AppendData(part);
        }
        _hash.AppendData(header.AsSpan(0, PackFile.HashedHeaderBytes));
        _hash.GetHashAndReset().CopyTo(header, PackFile.ChecksumAt);
        _stream.Position = 0;
        _stream.Write(header);
    }

    public void Dispose() => _hash.Dispose();
}
