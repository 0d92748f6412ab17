using System.Buffers.Binary;
using System.IO.Compression;

namespace Ssgan.Tests.Data;

/// <summary>Pixels are the stored values, as Pillow reads them; images.txt has what it read.</summary>
public sealed class ImageColourTests
{
    static readonly string[][] s_lines =
        [.. File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Data/Pillow/images.txt")).Select(line => line.Split(' '))];

    static IEnumerable<string> Images => s_lines.Where(line => line[1] != "-").Select(line => line[0]);

    static IEnumerable<string> Pngs => Images.Where(name => name.EndsWith(".png", StringComparison.Ordinal));

    static byte[] Bytes(string name, int field) => Convert.FromBase64String(s_lines.Single(line => line[0] == name)[field]);

    static byte[] U32(params uint[] values)
    {
        byte[] bytes = new byte[values.Length * 4];
        for (int i = 0; i < values.Length; i++) BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(i * 4), values[i]);
        return bytes;
    }

    static byte[] Iccp(byte[] profile)
    {
        using var compressed = new MemoryStream();
        compressed.Write("p\0\0"u8);
        using (var zlib = new ZLibStream(compressed, CompressionLevel.Fastest, leaveOpen: true)) zlib.Write(profile);
        return PngFile.Chunk("iCCP", compressed.ToArray());
    }

    [TestCaseSource(nameof(Images))]
    public void PixelsAreThoseThatPillowReads(string name) =>
        Assert.That(DataSamples.Decode(Bytes(name, 1), 8), Is.EqualTo(Bytes(name, 2)));

    [TestCaseSource(nameof(Pngs))]
    public void ColourChunksOfPngChangeNothing(string name)
    {
        byte[] chromaticities = U32(31270, 32900, 15000, 6000, 21000, 71000, 64000, 33000);
        byte[] gamma = PngFile.Chunk("gAMA", U32(45455));
        uint[] gammas = [0, 1, 20_000, 45_455, 100_000, int.MaxValue, uint.MaxValue];
        (string, byte[])[] chunks =
        [
            .. gammas.Select(g => ($"gAMA {g}", PngFile.Chunk("gAMA", U32(g)))),
            ("gAMA and cHRM", [.. gamma, .. PngFile.Chunk("cHRM", chromaticities)]),
            ("cHRM of zeros", [.. gamma, .. PngFile.Chunk("cHRM", new byte[32])]),
            ("sRGB", PngFile.Chunk("sRGB", [0])),
            ("cICP of BT.2020 PQ", PngFile.Chunk("cICP", [9, 16, 0, 1])),
            ("iCCP of RGB", Iccp(Bytes("rgb.icc", 2))),
            ("iCCP of grey", Iccp(Bytes("grey.icc", 2))),
            ("iCCP cut short", Iccp(Bytes("rgb.icc", 2)[..100])),
            ("iCCP of noise", PngFile.Chunk("iCCP", DataSamples.Noise(60, 1))),
        ];
        byte[] file = Bytes(name, 1), expected = Bytes(name, 2);
        Assert.Multiple(() =>
        {
            foreach ((string chunk, byte[] bytes) in chunks)
                Assert.That(DataSamples.Decode(PngFile.InsertAfterHeader(file, bytes), 8), Is.EqualTo(expected), chunk);
        });
    }

    [Test]
    public void SixteenBitsOfGreyBecomeTheUpperEight()
    {
        // Pillow clips these at 255 instead: all but the darkest 256 levels become white.
        byte[] samples = DataSamples.Noise(8 * 8 * 2, 5);
        byte[] expected = [.. samples.Where((_, i) => i % 2 == 0).SelectMany(upper => new[] { upper, upper, upper })];
        Assert.That(DataSamples.Decode(PngFile.Make(8, 8, 16, 0, samples), 8), Is.EqualTo(expected));
    }
}
