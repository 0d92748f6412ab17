using System.Buffers.Binary;

namespace Ssgan.Engine.Serialization.PyTorch;

/// <summary>
/// The form that PyTorch wrote until 1.5: five pickles in a row (a mark, the form's version, facts about the machine, the object,
/// the keys of its storages), then each storage: its count of elements as 8 bytes, and the elements, which are little-endian on
/// every machine.
/// </summary>
static class PthLegacy
{
    const long Version = 1001;

    /// <summary>The first pickle: protocol 2, and the number 0x1950A86A20F9469CFC6C in ten bytes.</summary>
    static ReadOnlySpan<byte> Mark => [0x80, 2, 0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, (byte)'.'];

    public static bool Is(ReadOnlySpan<byte> start) => start.StartsWith(Mark);

    /// <summary>As <see cref="Is"/>, of ten bytes or more.</summary>
    public static bool BeginsLike(ReadOnlySpan<byte> start) => start.Length >= 10 && start[..10].SequenceEqual(Mark[..10]);

    public static PthSource Read(string file, Stream stream)
    {
        stream.Position = Mark.Length;
        var objects = new PthObjects(file);
        if (Next() is not Version) throw Refused("it is of a version of PyTorch's older form that is not known");
        if (Next() is not PickleDict) throw Refused("it does not say on what machine it was made");
        object? root = Next();
        if (Next() is not PickleList keys) throw Refused("it has no list of storages");
        var places = new Dictionary<string, (long Begin, long Bytes)>(StringComparer.Ordinal);
        Span<byte> number = stackalloc byte[sizeof(long)];
        foreach (object? item in keys.Items)
        {
            if (item is not string key || !objects.Storages.TryGetValue(key, out var type))
                throw Refused("it lists a storage that no tensor uses");
            if (stream.Length - stream.Position < sizeof(long)) throw CutOff(key);
            stream.ReadExactly(number);
            long count = BinaryPrimitives.ReadInt64LittleEndian(number);
            int size = type?.Size() ?? 1;
            if (count < 0 || count > (stream.Length - stream.Position) / size) throw CutOff(key);
            if (!places.TryAdd(key, (stream.Position, count * size))) throw Refused($"storage {Quote(key)} is there twice");
            stream.Position += count * size;
        }
        return new PthSource(root, false, key => Place(key).Bytes, Storage);

        object? Next() => new PickleReader(stream, objects).Read();

        (long Begin, long Bytes) Place(string key) =>
            places.TryGetValue(key, out var place) ? place : throw Refused($"storage {Quote(key)} is missing");

        byte[] Storage(string key)
        {
            var (begin, count) = Place(key);
            if (count > Array.MaxLength) throw Refused($"storage {Quote(key)} has {count} bytes, which do not fit in one array");
            if (begin + count > stream.Length) throw CutOff(key);
            byte[] bytes = new byte[count];
            stream.Position = begin;
            stream.ReadExactly(bytes);
            return bytes;
        }

        TensorFileException CutOff(string key) => Refused($"storage {Quote(key)} is cut off");
        TensorFileException Refused(string what) => TensorFileException.File(file, what);
    }

    static string Quote(string name) => TensorFileException.Quote(name);
}
