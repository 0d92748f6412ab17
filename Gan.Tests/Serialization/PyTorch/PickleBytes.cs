using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Ssgan.Tests.Serialization.PyTorch;

/// <summary>Writes pickles instruction by instruction, and archives around them, right ones and wrong ones.</summary>
sealed class PickleBytes
{
    readonly List<byte> _bytes = [0x80, 2];

    public byte[] ToArray() => [.. _bytes, (byte)'.'];

    public PickleBytes Op(char code) => Op((byte)code);

    public PickleBytes Op(params byte[] codes)
    {
        _bytes.AddRange(codes);
        return this;
    }

    /// <summary>The instructions of another pickle.</summary>
    public PickleBytes Then(PickleBytes other) => Op(other.ToArray()[2..^1]);

    public PickleBytes Text(string text) => Op('X').Op(Four(Encoding.UTF8.GetByteCount(text))).Op(Encoding.UTF8.GetBytes(text));

    public PickleBytes Number(int value) => Op('J').Op(Four(value));

    public PickleBytes Global(string module, string name) => Op('c').Op(Encoding.ASCII.GetBytes($"{module}\n{name}\n"));

    /// <summary>A tuple of numbers.</summary>
    public PickleBytes Numbers(params int[] values)
    {
        Op('(');
        foreach (int value in values) Number(value);
        return Op('t');
    }

    /// <summary>A tensor of storage "0", which has <paramref name="count"/> elements.</summary>
    public PickleBytes Tensor(int[] shape, int[] strides, int count, int offset = 0, string storage = "FloatStorage") =>
        Global("torch._utils", "_rebuild_tensor_v2").Op('(').Op('(').Text("storage").Global("torch", storage).Text("0")
            .Text("cpu").Number(count).Op('t').Op('Q').Number(offset).Numbers(shape).Numbers(strides).Op(0x89)
            .Global("collections", "OrderedDict").Op(')').Op('R').Op('t').Op('R');

    /// <summary>An archive with this pickle and a storage "0" of so many bytes.</summary>
    public byte[] Archive(int storageBytes = 24, CompressionLevel level = CompressionLevel.NoCompression, string top = "a/")
    {
        using var stream = new MemoryStream();
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            Add("data.pkl", ToArray());
            Add("data/0", new byte[storageBytes]);

            void Add(string name, byte[] bytes)
            {
                using var record = archive.CreateEntry(top + name, level).Open();
                record.Write(bytes);
            }
        }
        return stream.ToArray();
    }

    /// <summary>The form of older versions with this pickle and storages of so many elements by their keys.</summary>
    public byte[] Legacy(params (string Key, long Count, int Bytes)[] storages)
    {
        var keys = new PickleBytes().Op(']').Op('(');
        foreach (var (key, _, _) in storages) keys.Text(key);
        List<byte> bytes =
        [
            .. new byte[] { 0x80, 2, 0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, (byte)'.' },
            .. new PickleBytes().Number(1001).ToArray(), .. new PickleBytes().Op('}').ToArray(), .. ToArray(),
            .. keys.Op('e').ToArray(),
        ];
        foreach (var (_, count, length) in storages)
        {
            byte[] storage = new byte[8 + length];
            BinaryPrimitives.WriteInt64LittleEndian(storage, count);
            bytes.AddRange(storage);
        }
        return [.. bytes];
    }

    static byte[] Four(int value)
    {
        byte[] bytes = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
        return bytes;
    }
}
