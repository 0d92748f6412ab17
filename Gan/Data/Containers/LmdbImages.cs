using System.Text;
using Ssgan.Gan.Data.Imaging;

namespace Ssgan.Gan.Data.Containers;

/// <summary>
/// Images as values of an LMDB database, as LSUN is published: a folder with data.mdb. They come in order of their keys, which
/// are their names, and have no labels.
/// </summary>
internal sealed class LmdbImages : StoredImages
{
    internal const string FileName = "data.mdb";

    readonly LmdbFile _file;
    readonly List<LmdbFile.Entry> _entries;

    LmdbImages(string place, LmdbFile file, List<LmdbFile.Entry> entries) =>
        (Place, _file, _entries) = (place, file, entries);

    internal override string Place { get; }

    internal override int Count => _entries.Count;

    internal override ImageLabels? Labels => ImageLabels.None;

    // Keys are mostly text; others show as numbers.
    internal override string NameOf(int index)
    {
        byte[] key = _entries[index].Key;
        return key.AsSpan().IndexOfAnyExceptInRange((byte)0x21, (byte)0x7E) < 0 ? Encoding.ASCII.GetString(key)
            : Convert.ToHexStringLower(key);
    }

    /// <summary>Looks through a database.</summary>
    /// <exception cref="DatasetException">It is none, or empty, or its values cannot be images.</exception>
    internal static LmdbImages Open(string path, CancellationToken cancellation)
    {
        LmdbFile? file = LmdbFile.Open(path);
        try
        {
            List<LmdbFile.Entry> entries = file.Entries(cancellation);
            if (entries.Count == 0) throw new DatasetException($"{path} is empty.");
            var images = new LmdbImages(path, file, entries);
            file = null;
            return images;
        }
        finally
        {
            file?.Dispose();
        }
    }

    internal override byte[] Read(int index)
    {
        LmdbFile.Value value = _entries[index].Value;
        if (value.Length > ImageDecoder.MaxFileBytes)
            throw new DatasetException($"is above {ImageDecoder.MaxFileBytes >> 20} MB");
        return _file.Read(value);
    }

    public override void Dispose()
    {
        _file.Dispose();
        base.Dispose();
    }
}
