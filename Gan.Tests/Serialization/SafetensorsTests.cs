using System.Buffers.Binary;
using System.Text;
using Ssgan.Engine.Serialization;

namespace Ssgan.Tests.Serialization;

/// <summary>What the reader and the writer do with files that are right.</summary>
public class SafetensorsTests
{
    static readonly Random Seeded = new(7);

    [Test]
    public void A_hand_made_file_reads_as_laid_out()
    {
        // Entries in another order than their data, a scalar, an empty tensor between two others, and white space after the JSON.
        string json =
            """{"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]},"e":{"dtype":"F64","shape":[0,3],"data_offsets":[4,4]}"""
            + ""","__metadata__":{"made":"by hand","\u00fc":"é"},"a":{"dtype":"I32","shape":[],"data_offsets":[0,4]}}  """;
        byte[] data = [0x01, 0x02, 0x00, 0x80, 0x00, 0x00, 0x80, 0x3f, 0x00, 0x00, 0x00, 0xc0];
        using var file = SafetensorsFile.Read(Bytes(json, data), "hand");

        Assert.That(file.Entries.Select(e => e.ToString()), Is.EqualTo(new[] { "a: I32 ()", "e: F64 (0, 3)", "b: F32 (2)" }));
        Assert.That(file.Metadata, Is.EquivalentTo(new Dictionary<string, string> { ["made"] = "by hand", ["ü"] = "é" }));
        Assert.That(BinaryPrimitives.ReadInt32LittleEndian(file["a"].ReadBytes()), Is.EqualTo(unchecked((int)0x80000201)));
        Assert.That(file["b"].ReadF32(), Is.EqualTo(new[] { 1f, -2f }));
        Assert.That(file["e"].ReadF32(), Is.Empty);
        Assert.That(file["b"].Count, Is.EqualTo(2));
    }

    [Test]
    public void The_writer_gives_exactly_these_bytes()
    {
        using var stream = new MemoryStream();
        SafetensorsItem[] items = [new("u", FileDType.U8, [3], new byte[] { 9, 8, 7 }),
            new("f", [1, 2], new[] { 1f, -2f })];
        SafetensorsWriter.Write(stream, items, new Dictionary<string, string> { ["z"] = "1", ["a"] = "2" });

        // The U8 entry was given first but follows the F32 one, which must be aligned; the JSON is padded to a multiple of 8.
        string json = """{"__metadata__":{"a":"2","z":"1"},"f":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]}"""
            + ""","u":{"dtype":"U8","shape":[3],"data_offsets":[8,11]}}""";
        string padded = json.PadRight((json.Length + 7) / 8 * 8);
        Assert.That(padded, Has.Length.GreaterThan(json.Length), "the case must show padding");
        byte[] data = [0x00, 0x00, 0x80, 0x3f, 0x00, 0x00, 0x00, 0xc0, 9, 8, 7];
        Assert.That(stream.ToArray(), Is.EqualTo(Bytes(padded, data)));
    }

    [Test]
    public void Every_type_survives_a_round_trip_through_a_file()
    {
        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        var items = new List<SafetensorsItem>();
        var bytes = new Dictionary<string, byte[]>();
        foreach (var type in Enum.GetValues<FileDType>())
        {
            foreach (long[] shape in new long[][] { [], [0], [1], [7], [3, 5, 1, 2] })
            {
                string name = $"{type}/{string.Join('x', shape)} \"quoted\" ü☃\t";
                byte[] value = new byte[type.Size() * shape.Aggregate(1L, (a, b) => a * b)];
                Seeded.NextBytes(value);
                bytes.Add(name, value);
                items.Add(new SafetensorsItem(name, type, shape, value));
            }
        }
        try
        {
            SafetensorsWriter.Write(path, items, new Dictionary<string, string> { ["k\n"] = "" });
            using var file = SafetensorsFile.Open(path);
            Assert.That(file.Entries, Has.Count.EqualTo(items.Count));
            foreach (var item in items)
            {
                Assert.That(file.TryGet(item.Name, out var entry), Is.True, item.Name);
                Assert.That(entry!.DType, Is.EqualTo(item.DType));
                Assert.That(entry.Shape.ToArray(), Is.EqualTo(item.Shape));
                Assert.That(entry.ReadBytes(), Is.EqualTo(bytes[item.Name]));
            }
            Assert.That(file.Metadata["k\n"], Is.Empty);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Test]
    public void The_same_items_give_the_same_bytes()
    {
        static byte[] Write(params string[] keys)
        {
            using var stream = new MemoryStream();
            var metadata = keys.ToDictionary(key => key, key => key + "!");
            SafetensorsWriter.Write(stream, [new("y", [2], new[] { 1f, 2f }), new("x", [1], new[] { 3f })], metadata);
            return stream.ToArray();
        }
        Assert.That(Write("b", "a", "A"), Is.EqualTo(Write("A", "b", "a")));
    }

    [Test]
    public void Half_types_and_doubles_convert_to_singles()
    {
        byte[] halves = [0x00, 0x3c, 0x01, 0x00, 0x00, 0xfc, 0xff, 0x7b];
        float[] values = new float[4];
        FileConvert.ToF32(FileDType.F16, halves, values);
        Assert.That(values, Is.EqualTo(new[] { 1f, 5.9604645e-8f, float.NegativeInfinity, 65504f }));

        byte[] brains = [0x80, 0x3f, 0x49, 0xc0, 0x01, 0x00, 0x80, 0x7f];
        FileConvert.ToF32(FileDType.BF16, brains, values);
        Assert.That(values,
            Is.EqualTo(new[] { 1f, -3.140625f, BitConverter.Int32BitsToSingle(1 << 16), float.PositiveInfinity }));

        byte[] doubles = new byte[16];
        BinaryPrimitives.WriteDoubleLittleEndian(doubles, 0.1);
        BinaryPrimitives.WriteDoubleLittleEndian(doubles.AsSpan(8), 1e300);
        FileConvert.ToF32(FileDType.F64, doubles, values.AsSpan(0, 2));
        Assert.That(values[..2], Is.EqualTo(new[] { 0.1f, float.PositiveInfinity }));
        Assert.That(() => FileConvert.ToF32(FileDType.I32, new byte[4], new float[1]), Throws.ArgumentException);
        Assert.That(() => FileConvert.ToF32(FileDType.F32, new byte[5], new float[1]), Throws.ArgumentException);
    }

    [Test]
    public void An_entry_is_read_in_pieces_but_not_beyond_its_ends()
    {
        byte[] data = [1, 2, 3, 4, 5, 6];
        string json =
            """{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[4],"data_offsets":[2,6]}}""";
        using var file = SafetensorsFile.Read(Bytes(json, data), "pieces");
        byte[] piece = new byte[2];
        file["b"].Read(piece, 1);
        Assert.That(piece, Is.EqualTo(new byte[] { 4, 5 }));
        Assert.That(() => file["b"].Read(piece, 3), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => file["b"].Read(piece, -1), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => file["a"].ReadF32(), Throws.TypeOf<SafetensorsException>().With.Message.Contains("'a' holds U8"));
        Assert.That(() => file["c"],
            Throws.TypeOf<SafetensorsException>().With.Message.EqualTo("pieces: there is no entry 'c'."));
    }

    [Test]
    public void A_file_that_shrinks_after_opening_is_an_error()
    {
        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        try
        {
            SafetensorsWriter.Write(path, [new("x", [4], new[] { 1f, 2f, 3f, 4f })]);
            using var file = SafetensorsFile.Open(path);
            using (var other = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
                other.SetLength(other.Length - 1);
            Assert.That(() => file["x"].ReadF32(), Throws.TypeOf<SafetensorsException>().With.Message.Contains("became shorter"));
        }
        finally
        {
            File.Delete(path);
        }
    }

    internal static byte[] Bytes(string json, ReadOnlySpan<byte> data)
    {
        byte[] header = Encoding.UTF8.GetBytes(json);
        byte[] length = BitConverter.GetBytes((ulong)header.Length);
        return [.. length, .. header, .. data];
    }
}
