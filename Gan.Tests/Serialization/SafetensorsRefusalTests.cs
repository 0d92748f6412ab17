using System.Buffers.Binary;
using Ssgan.Engine.Serialization;

namespace Ssgan.Tests.Serialization;

/// <summary>Each kind of damage is refused with one sentence that names the file and, where there is one, the entry.</summary>
public class SafetensorsRefusalTests
{
    const string Good = """{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""";

    static IEnumerable<TestCaseData> Damaged()
    {
        TestCaseData Case(string name, string json, int dataBytes, string message) =>
            new TestCaseData(SafetensorsTests.Bytes(json, new byte[dataBytes]), message).SetArgDisplayNames(name);
        string Shape(string shape) => Good.Replace("[2]", shape);
        string Offsets(string offsets) => Good.Replace("[0,8]", offsets);
        string Two(string a, string b) => $"{{{Four("x", a)},{Four("y", b)}}}";
        string Four(string name, string offsets) => $"\"{name}\":{{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":{offsets}}}";

        yield return Case("data cut off", Good, 7, "entry 'x' ends at 8, but the file has only 7 bytes of data");
        yield return Case("trailing bytes", Good, 9, "1 bytes follow the last entry");
        yield return Case("bytes without entries", "{}", 1, "1 bytes follow the last entry");
        yield return Case("empty header", "", 0, "not valid JSON");
        yield return Case("broken JSON", Good[..^1], 8, "not valid JSON");
        yield return Case("text after the object", Good + "x", 8, "not valid JSON");
        yield return Case("zeros after the object", Good + "\0", 8, "not valid JSON");
        yield return Case("a comment", Good + "//", 8, "not valid JSON");
        yield return Case("an array", "[]", 0, "not a JSON object");
        yield return Case("too deep", """{"x":{"dtype":"F32","shape":[[[[2]]]],"data_offsets":[0,8]}}""", 8,
            "a value that is not a whole number");
        yield return Case("lone surrogate", Good.Replace("\"x\"", "\"\\ud800\""), 8, "not valid JSON");
        yield return Case("twice the entry", Good[..^1] + "," + Good[1..], 8, "entry 'x' appears twice");
        yield return Case("twice by an escape", Good[..^1] + "," + Good[1..].Replace("\"x\"", "\"\\u0078\""), 8,
            "entry 'x' appears twice");
        yield return Case("twice the field", Good.Replace("\"shape\"", "\"dtype\":\"F32\",\"shape\""), 8,
            "entry 'x' has the field 'dtype' twice");
        yield return Case("unknown field", Good.Replace("\"shape\"", "\"stride\":1,\"shape\""), 8,
            "entry 'x' has the unknown field 'stride'");
        yield return Case("no dtype", """{"x":{"shape":[2],"data_offsets":[0,8]}}""", 8, "entry 'x' has no field 'dtype'");
        yield return Case("no offsets", """{"x":{"dtype":"F32","shape":[2]}}""", 8, "entry 'x' has no field 'data_offsets'");
        yield return Case("entry not an object", """{"x":3}""", 0, "entry 'x' is not a JSON object");
        yield return Case("unknown dtype", Good.Replace("F32", "F8_E4M3"), 8, "entry 'x' has the unknown dtype 'F8_E4M3'");
        yield return Case("dtype in lower case", Good.Replace("F32", "f32"), 8, "entry 'x' has the unknown dtype 'f32'");
        yield return Case("dtype a number", Good.Replace("\"F32\"", "32"), 8, "entry 'x' has a dtype that is not a string");
        yield return Case("negative dimension", Shape("[-2]"), 8,
            "entry 'x' has a shape with a value that is not a whole number");
        yield return Case("fraction", Shape("[2.0]"), 8, "entry 'x' has a shape with a value that is not a whole number");
        yield return Case("dimension beyond 63 bits", Shape("[9223372036854775808]"), 8, "entry 'x' has a shape with a value");
        yield return Case("overflowing product", Shape("[4294967296,4294967296]"), 8,
            "entry 'x' has a shape (4294967296, 4294967296) whose size overflows");
        // 2^62 elements of 4 bytes: the element count fits, the byte count does not, and wraps to 0 in 64 bits.
        yield return Case("overflowing bytes", """{"x":{"dtype":"F32","shape":[4611686018427387904],"data_offsets":[0,0]}}""",
            0, "overflows");
        yield return Case("rank 33", Shape($"[{string.Join(',', Enumerable.Repeat(1, 33))}]"), 8,
            "entry 'x' has a shape of more than 32 values");
        yield return Case("shape a number", Shape("2"), 8, "entry 'x' has a shape that is not an array");
        yield return Case("size unequal to shape", Shape("[3]"), 8, "entry 'x' has 8 bytes of data, but F32 (3) needs 12");
        yield return Case("offsets backwards", Offsets("[8,0]"), 8, "entry 'x' has data_offsets that run backwards, from 8 to 0");
        yield return Case("three offsets", Offsets("[0,8,8]"), 8, "entry 'x' has 3 data_offsets instead of 2");
        yield return Case("hole in front", Offsets("[4,12]"), 12, "entry 'x' begins at 4, after a hole of 4 bytes");
        yield return Case("hole between", Two("[0,4]", "[5,9]"), 9, "entry 'y' begins at 5, after a hole of 1 bytes");
        yield return Case("overlap", Two("[0,4]", "[3,7]"), 7, "entry 'y' begins at 3, inside the entry before it");
        yield return Case("same bytes twice", Two("[0,4]", "[0,4]"), 4, "inside the entry before it");
        yield return Case("metadata a number", """{"__metadata__":{"a":1}}""", 0,
            "'__metadata__' holds 'a', which is not a string");
        yield return Case("metadata an array", """{"__metadata__":[]}""", 0, "'__metadata__' is not a JSON object");
        yield return Case("metadata key twice", """{"__metadata__":{"a":"1","a":"2"}}""", 0, "'__metadata__' holds 'a' twice");
        yield return Case("metadata twice", """{"__metadata__":{},"__metadata__":{}}""", 0, "'__metadata__' appears twice");
    }

    [TestCaseSource(nameof(Damaged))]
    public void Damage_is_named(byte[] bytes, string message) =>
        Assert.That(() => SafetensorsFile.Read(bytes, "model.safetensors"),
            Throws.TypeOf<SafetensorsException>().With.Message.StartsWith("model.safetensors: ").And.Message.Contains(message)
                .And.Message.EndsWith("."));

    [TestCase(0, "too few")]
    [TestCase(7, "too few")]
    public void A_file_without_a_whole_length_is_refused(int bytes, string message) =>
        Assert.That(() => SafetensorsFile.Read(new byte[bytes], "f"),
            Throws.TypeOf<SafetensorsException>().With.Message.Contains(message));

    [TestCase(100_000_001UL, "more than the 100000000 allowed")]
    [TestCase(ulong.MaxValue, "more than the 100000000 allowed")]
    [TestCase(100_000_000UL, "the file is truncated")]
    [TestCase(63UL, "the file is truncated")]
    public void A_header_length_beyond_the_file_is_refused_before_anything_is_allocated(ulong length, string message)
    {
        byte[] bytes = SafetensorsTests.Bytes(Good, new byte[8]); // 54 + 8 bytes follow the length.
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, length);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.That(() => SafetensorsFile.Read(bytes, "f"), Throws.TypeOf<SafetensorsException>().With.Message.Contains(message));
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(1 << 20));
    }

    [Test]
    public void Invalid_utf8_is_refused()
    {
        byte[] bytes = SafetensorsTests.Bytes(Good, new byte[8]);
        bytes[8 + 2] = 0xff; // The entry's name.
        Assert.That(() => SafetensorsFile.Read(bytes, "f"),
            Throws.TypeOf<SafetensorsException>().With.Message.EqualTo("f: the header is not valid UTF-8."));
    }

    [Test]
    public void A_long_name_is_cut_in_messages()
    {
        string name = new('n', 100_000);
        byte[] bytes = SafetensorsTests.Bytes(Good.Replace("\"x\"", $"\"{name}\""), new byte[7]);
        Assert.That(() => SafetensorsFile.Read(bytes, "f"),
            Throws.TypeOf<SafetensorsException>().With.Message.Length.LessThan(200));
    }

    [Test]
    public void A_refused_file_on_disk_is_named_and_closed()
    {
        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        File.WriteAllBytes(path, SafetensorsTests.Bytes(Good, new byte[7]));
        Assert.That(() => SafetensorsFile.Open(path), Throws.TypeOf<SafetensorsException>().With.Message.StartsWith(path + ": "));
        Assert.That(() => File.Open(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None).Dispose(), Throws.Nothing);
        File.Delete(path);
    }

    static IEnumerable<TestCaseData> Unwritable()
    {
        SafetensorsItem item = new("x", [1], new[] { 1f });
        yield return new TestCaseData(new[] { item, item }, "entry 'x' is given twice");
        yield return new TestCaseData(new[] { new SafetensorsItem("__metadata__", [1], new[] { 1f }) }, "reserves");
        yield return new TestCaseData(new[] { new SafetensorsItem("\ud800", [1], new[] { 1f }) }, "not valid Unicode");
        yield return new TestCaseData(new[] { new SafetensorsItem("x", [-1], new[] { 1f }) },
            "negative dimension in its shape (-1)");
        yield return new TestCaseData(new[] { new SafetensorsItem("x", [1L << 62], new[] { 1f }) }, "overflows");
        yield return new TestCaseData(new[] { new SafetensorsItem("x", [2], new[] { 1f }) },
            "entry 'x' needs 8 bytes, but 4 were provided");
    }

    [TestCaseSource(nameof(Unwritable))]
    public void The_writer_refuses_what_could_not_be_read(SafetensorsItem[] items, string message)
    {
        using var stream = new MemoryStream();
        Assert.That(() => SafetensorsWriter.Write(stream, items),
            Throws.TypeOf<SafetensorsException>().With.Message.Contains(message));
    }
}
