using System.Text;
using Ssgan.Engine.Serialization;
using Ssgan.Engine.Serialization.Gguf;

namespace Ssgan.Tests.Serialization.Gguf;

/// <summary>Files written field by field, as the format's description has them.</summary>
sealed class GgufFileTests
{
    static byte[] Text(string text) =>
        [.. BitConverter.GetBytes((ulong)Encoding.UTF8.GetByteCount(text)), .. Encoding.UTF8.GetBytes(text)];

    static byte[] Info(string name, uint type, ulong offset, params ulong[] innermostFirst) =>
        [.. Text(name), .. BitConverter.GetBytes(innermostFirst.Length), .. innermostFirst.SelectMany(BitConverter.GetBytes),
            .. BitConverter.GetBytes(type), .. BitConverter.GetBytes(offset)];

    /// <summary>A file of two values of metadata beside the alignment, and the given tensors.</summary>
    static byte[] Make(byte[][] infos, byte[] data, uint version = 3, uint alignment = 64)
    {
        byte[] array = [.. Text("words"), 9, 0, 0, 0, 8, 0, 0, 0, .. BitConverter.GetBytes(2UL), .. Text("ein"), .. Text("zwei")];
        byte[] head = [.. "GGUF"u8, .. BitConverter.GetBytes(version), .. BitConverter.GetBytes((ulong)infos.Length),
            .. BitConverter.GetBytes(3UL), .. Text("general.architecture"), 8, 0, 0, 0, .. Text("gan"), .. array,
            .. Text("general.alignment"), 4, 0, 0, 0, .. BitConverter.GetBytes(alignment), .. infos.SelectMany(static i => i)];
        int padding = alignment == 0 ? 0 : (int)((alignment - head.Length % alignment) % alignment);
        return [.. head, .. new byte[padding], .. data];
    }

    static readonly float[] s_values = [1, 2, 3, -4.5f, 5, 6];

    static byte[] Good(uint version = 3) => Make(
        [Info("w", 0, 0, 3, 2), Info("half", 1, 64, 1), Info("n", 26, 128, 2), Info("b", 30, 192, 1)],
        [.. s_values.SelectMany(BitConverter.GetBytes), .. new byte[40], 0, 0x3C, .. new byte[62], 7, 0, 0, 0, 255, 255, 255, 255,
            .. new byte[56], 0xC0, 0x3F], version);

    [TestCase(2u)]
    [TestCase(3u)]
    public void Tensors_are_read_with_the_outermost_dimension_first(uint version)
    {
        using var file = GgufFile.Read(Good(version), "good");
        Assert.That(file.Entries.Select(static e => e.ToString()), Is.EqualTo(new[]
        {
            "w: F32 (2, 3)", "half: F16 (1)", "n: I32 (2)", "b: BF16 (1)",
        }));
        Assert.That(file["w"].ReadF32(), Is.EqualTo(s_values));
        Assert.That(file["half"].ReadF32(), Is.EqualTo(new[] { 1f }));
        Assert.That(file["n"].ReadBytes(), Is.EqualTo(new byte[] { 7, 0, 0, 0, 255, 255, 255, 255 }));
        Assert.That(file["b"].ReadF32(), Is.EqualTo(new[] { 1.5f }));
    }

    static IEnumerable<TestCaseData> Wrong()
    {
        yield return new(Good(1), "version 1");
        yield return new(Good(3u << 24), "big-endian");
        yield return new(Make([Info("q", 12, 0, 256)], new byte[144]), "entry 'q' is of type Q4_K");
        yield return new(Make([Info("w", 0, 32, 1)], new byte[64]), "no multiple of 64");
        yield return new(Make([Info("w", 0, 64, 1)], new byte[64]), "beyond the end");
        yield return new(Make([Info("w", 0, 0, ulong.MaxValue)], []), "dimension");
        yield return new(Make([Info("w", 0, 0, 1UL << 40, 1UL << 40)], []), "impossible size");
        yield return new(Make([Info("w", 0, 0, 1), Info("w", 0, 0, 1)], new byte[4]), "twice");
        yield return new(Make([], [], alignment: 48), "alignment is 48");
        yield return new(Good()[..100], "ends early");
    }

    [TestCaseSource(nameof(Wrong))]
    public void What_is_wrong_is_refused_in_one_sentence(byte[] bytes, string message)
    {
        var refused = Assert.Throws<TensorFileException>(() => GgufFile.Read(bytes, "wrong").Dispose())!;
        Assert.That(refused.Message, Does.StartWith("wrong: ").And.Contain(message).And.EndsWith("."));
    }

    [Test]
    public void Any_bytes_are_read_or_refused() => FileFuzz.Run([Good()], 2000, 64, static bytes =>
    {
        using var file = GgufFile.Read(bytes, "fuzz");
        foreach (var entry in file.Entries) entry.ReadBytes();
    });
}
