using System.IO.Compression;
using System.Text;

namespace Ssgan.Engine.Serialization.PyTorch;

/// <summary>
/// The form that PyTorch has written since 1.6: a ZIP archive, not compressed, with the pickle in NAME/data.pkl, the storages in
/// NAME/data/KEY and, in later versions, their byte order in NAME/byteorder.
/// </summary>
sealed class PthArchive
{
    const string Pickle = "/data.pkl";
    const int MaxPickle = 1 << 26;

    readonly string _file, _top;
    readonly long _length;
    readonly Dictionary<string, ZipArchiveEntry> _records = new(StringComparer.Ordinal);

    PthArchive(string file, Stream stream)
    {
        (_file, _length) = (file, stream.Length);
        var archive = new ZipArchive(stream, ZipArchiveMode.Read, leaveOpen: true);
        foreach (var record in archive.Entries)
            if (!_records.TryAdd(record.FullName, record)) throw Refused($"it has two records {Quote(record.FullName)}");
        _top = archive.Entries.Select(static r => r.FullName).FirstOrDefault(static n =>
            n.EndsWith(Pickle, StringComparison.Ordinal) && n.IndexOf('/', StringComparison.Ordinal) == n.Length - Pickle.Length)
            is { } pickle ? pickle[..^Pickle.Length] : "";
    }

    public static PthSource Read(string file, Stream stream)
    {
        try
        {
            var archive = new PthArchive(file, stream);
            if (archive._records.ContainsKey($"{archive._top}/constants.pkl"))
                throw TensorFileException.File(file, "this is a TorchScript archive, a program with its weights; in Python, save "
                    + "torch.jit.load(...).state_dict() with torch.save");
            if (!archive._records.ContainsKey(archive._top + Pickle))
                throw TensorFileException.File(file, ForeignFile.Describe(Start(stream)) ?? "this is no PyTorch file (.pth)");
            using var pickle = new MemoryStream(archive.Record(archive._top + Pickle, MaxPickle));
            object? root = new PickleReader(pickle, new PthObjects(file)).Read();
            string data = $"{archive._top}/data/";
            return new PthSource(root, archive.IsBigEndian(), key => archive.Find(data + key).Length,
                key => archive.Record(data + key));
        }
        catch (InvalidDataException e)
        {
            throw TensorFileException.File(file, "the archive is damaged", e);
        }
    }

    static byte[] Start(Stream stream)
    {
        byte[] start = new byte[Math.Min(ForeignFile.Bytes, stream.Length)];
        stream.Position = 0;
        stream.ReadExactly(start);
        return start;
    }

    bool IsBigEndian()
    {
        if (!_records.ContainsKey($"{_top}/byteorder")) return false;
        string order = Encoding.UTF8.GetString(Record($"{_top}/byteorder", 16));
        return order switch
        {
            "little" => false,
            "big" => true,
            _ => throw Refused($"its byte order is {Quote(order)}"),
        };
    }

    /// <summary>A record by its name. It is not compressed, so it cannot be longer than the file.</summary>
    ZipArchiveEntry Find(string name)
    {
        if (!_records.TryGetValue(name, out var record)) throw Refused($"the record {Quote(name)} is missing");
        if (record.CompressedLength != record.Length)
            throw Refused($"the record {Quote(name)} is compressed, as no PyTorch file's is");
        return record.Length <= _length ? record : throw Refused($"the record {Quote(name)} is cut off");
    }

    byte[] Record(string name, int longest = int.MaxValue)
    {
        var record = Find(name);
        if (record.Length > Math.Min(longest, Array.MaxLength))
            throw Refused($"the record {Quote(name)} has {record.Length} bytes, more than can be read at once");
        try
        {
            using var stream = record.Open();
            byte[] bytes = new byte[record.Length];
            stream.ReadExactly(bytes);
            return bytes;
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            throw TensorFileException.File(_file, $"the record {Quote(name)} is damaged", e);
        }
    }

    TensorFileException Refused(string what) => TensorFileException.File(_file, what);

    static string Quote(string name) => TensorFileException.Quote(name);
}
