using System.IO.Compression;

namespace Ssgan.Gan.Data.Storage;

/// <summary>
/// Forward reading of a .tar.gz with plain (ustar) entries. Its own reader rather than the framework's, which allocates what an
/// extended header claims: here nothing depends on a claimed length, and unpacking stops at a limit whatever the archive says.
/// </summary>
internal sealed class TarGz : IDisposable
{
    const int Block = TarHeader.Block;

    readonly Stream _stream;
    readonly string _path;
    readonly long _limit;
    readonly byte[] _block = new byte[Block];
    long _total, _left, _padding;

    TarGz(string path, long limit)
    {
        _path = path;
        _limit = limit;
        _stream = new GZipStream(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16),
            CompressionMode.Decompress);
    }

    /// <summary>Opens an archive of which at most <paramref name="limit"/> bytes are unpacked.</summary>
    internal static TarGz Open(string path, long limit) => new(path, limit);

    /// <summary>Path of the current entry, with forward slashes.</summary>
    internal string Name { get; private set; } = "";

    /// <summary>Whether the current entry is a plain file.</summary>
    internal bool IsFile { get; private set; }

    /// <summary>Bytes of the current entry, as its header claims.</summary>
    internal long Length { get; private set; }

    /// <summary>
    /// Moves to the next entry, over what is left of this one; false at the end, where the archive's checksum has
    /// been compared too.
    /// </summary>
    /// <exception cref="DatasetException">The archive is damaged, cut short, or unpacks to more than the limit.</exception>
    internal bool Next()
    {
        for (long skip = _left + _padding; skip > 0;)
        {
            int read = Fill(_block.AsSpan(0, (int)Math.Min(Block, skip)));
            if (read == 0) throw CutShort();
            skip -= read;
        }
        int got = Fill(_block);
        if (got == 0 || _block.AsSpan(0, got).IndexOfAnyExcept((byte)0) < 0)
        {
            while (Fill(_block) > 0) { }
            return false;
        }
        if (got < Block) throw CutShort();
        if (TarHeader.Parse(_block) is not { } header)
            throw new DatasetException($"{_path} is not a tar archive, or it is damaged.");
        (Name, IsFile, long length) = (header.Name, header.IsFile, header.Length);
        Length = _left = length;
        _padding = (Block - length % Block) % Block;
        return true;
    }

    /// <summary>Reads on in the current entry; false when it holds fewer bytes than the span.</summary>
    internal bool TryRead(Span<byte> destination)
    {
        if (destination.Length > _left) return false;
        _left -= destination.Length;
        if (Fill(destination) < destination.Length) throw CutShort();
        return true;
    }

    public void Dispose() => _stream.Dispose();

    DatasetException CutShort() => new($"{_path} is cut short.");

    int Fill(Span<byte> destination)
    {
        try
        {
            int read = _stream.ReadAtLeast(destination, destination.Length, throwOnEndOfStream: false);
            _total += read;
            if (_total > _limit)
                throw new DatasetException($"{_path} unpacks to more than {_limit >> 20} MB, which no such dataset does.");
            return read;
        }
        catch (InvalidDataException e)
        {
            throw new DatasetException($"{_path} is not a gzip file, or it is damaged.", e);
        }
    }
}
