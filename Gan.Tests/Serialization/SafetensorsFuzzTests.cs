using System.Buffers.Binary;
using System.Text;
using Ssgan.Engine.Serialization;

namespace Ssgan.Tests.Serialization;

/// <summary>
/// Whatever bytes come in, the reader either succeeds or throws <see cref="SafetensorsException"/>, and allocates in
/// proportion to them.
/// </summary>
public class SafetensorsFuzzTests
{
    const int Rounds = 6000;

    // Per byte of input: the copy of the header, names as UTF-16, dimensions as longs, list growth. Plus exceptions
    // and their messages.
    const int AllocationPerByte = 256;
    const int AllocationFixed = 1 << 16;

    static readonly string[] Words =
    [
        "-1", "0", "1", "9223372036854775807", "9223372036854775808", "4611686018427387904", "1e3", "null", "true", "[]", "{}",
        "\"\"", "\"F32\"", "\"BF16\"",
        "\"x\"", "\"__metadata__\"", "\"dtype\"", "\"shape\"", "\"data_offsets\"", ",", ":", "[", "]", "{", "}", "\\ud800",
        "\\u0000", " ", "99999999999999999999999",
    ];

    [Test]
    public void Mutations_never_escape_the_one_exception()
    {
        var random = new Random(20);
        byte[] good = Sample();
        int refused = 0, accepted = 0;
        for (int round = 0; round < Rounds; round++)
        {
            byte[] bytes = Mutate(good, random);
            long before = GC.GetAllocatedBytesForCurrentThread();
            if (Reads(bytes)) accepted++;
            else refused++;
            long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.That(allocated, Is.LessThan(AllocationFixed + (long)AllocationPerByte * bytes.Length), $"round {round}");
        }
        // Flips in the data and in names or metadata are harmless; both outcomes must have been seen.
        Assert.That(refused, Is.GreaterThan(Rounds / 3));
        Assert.That(accepted, Is.GreaterThan(Rounds / 20));
    }

    [Test]
    public void Every_truncation_is_refused()
    {
        byte[] good = Sample();
        for (int length = 0; length < good.Length; length++) Assert.That(Reads(good[..length]), Is.False, $"{length} bytes");
        Assert.That(Reads(good), Is.True);
    }

    // Opens and reads all values; anything but success or the one exception fails the test.
    static bool Reads(byte[] bytes)
    {
        try
        {
            using var file = SafetensorsFile.Read(bytes, "fuzz");
            long total = 0;
            foreach (var entry in file.Entries) total += entry.ReadBytes().Length;
            Assert.That(total, Is.LessThan(bytes.Length));
            return true;
        }
        catch (SafetensorsException e)
        {
            Assert.That(e.Message, Does.StartWith("fuzz: ").And.EndsWith("."));
            return false;
        }
    }

    static byte[] Mutate(byte[] good, Random random)
    {
        byte[] bytes = [.. good];
        int headerBytes = (int)BinaryPrimitives.ReadUInt64LittleEndian(good);
        switch (random.Next(6))
        {
            case 0: // Bit flips anywhere.
                for (int i = random.Next(1, 9); i > 0; i--) bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
                return bytes;
            case 1: // Bytes overwritten in the header.
                for (int i = random.Next(1, 4); i > 0; i--) bytes[8 + random.Next(headerBytes)] = (byte)random.Next(256);
                return bytes;
            case 2: // Cut, or lengthened.
                Array.Resize(ref bytes, random.Next(2) == 0 ? random.Next(bytes.Length) : bytes.Length + random.Next(1, 100));
                return bytes;
            case 3: // A lie about the header's length: near the truth, or any bits.
                long lie = random.Next(2) == 0 ? headerBytes + random.Next(-20, 20)
                    : random.NextInt64(long.MinValue, long.MaxValue) >> random.Next(64);
                BinaryPrimitives.WriteInt64LittleEndian(bytes, lie);
                return bytes;
            case 4: // A number of the header replaced, the length adjusted.
                return Splice(good, headerBytes, random, digitsOnly: true);
            default: // A stretch of the header replaced by a token, the length adjusted.
                return Splice(good, headerBytes, random, digitsOnly: false);
        }
    }

    static byte[] Splice(byte[] good, int headerBytes, Random random, bool digitsOnly)
    {
        string json = Encoding.UTF8.GetString(good, 8, headerBytes);
        int start = random.Next(json.Length), end = Math.Min(json.Length, start + random.Next(12));
        if (digitsOnly)
        {
            int from = start;
            start = Enumerable.Range(0, json.Length).Select(i => (from + i) % json.Length).First(i => char.IsAsciiDigit(json[i]));
            for (end = start; char.IsAsciiDigit(json[end]);) end++;
        }
        string word = digitsOnly ? random.NextInt64(0, 40).ToString() : Words[random.Next(Words.Length)];
        if (digitsOnly && random.Next(3) == 0) word = Words[random.Next(6)];
        return SafetensorsTests.Bytes(json[..start] + word + json[end..], good.AsSpan(8 + headerBytes));
    }

    static byte[] Sample()
    {
        using var stream = new MemoryStream();
        SafetensorsItem[] items =
        [
            new("block1.c1.weight", [4, 3], new float[12]), new("labels", FileDType.I64, [2], new byte[16]),
            new("empty", [0, 5], Array.Empty<float>()), new("scalar", FileDType.F64, [], new byte[8]),
            new("half", FileDType.BF16, [2, 1, 3], new byte[12]), new("pixels", FileDType.U8, [5], new byte[5]),
        ];
        SafetensorsWriter.Write(stream, items, new Dictionary<string, string> { ["step"] = "100", ["name"] = "ssgan" });
        return stream.ToArray();
    }
}
