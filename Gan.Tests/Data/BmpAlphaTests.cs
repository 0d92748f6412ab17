using System.Buffers.Binary;
using Ssgan.Gan.Data;

namespace Ssgan.Tests.Data;

public sealed class BmpAlphaTests
{
    static readonly uint[] s_masks = [0xFF0000, 0xFF00, 0xFF, 0xFF000000];

    static uint Colour(int x, int y) => (uint)(x * 30 << 16 | y * 31 << 8 | x * y * 5);

    static byte[] Expected(Func<int, int, int, int> channel) =>
        [.. Enumerable.Range(0, 8 * 8 * 3).Select(i => (byte)channel(i / 3 % 8, i / 24, i % 3))];

    static int Byte(int x, int y, int c) => (int)(Colour(x, y) >> 16 - c * 8 & 255);

    [TestCase(56), TestCase(108), TestCase(124)]
    public void AlphaOfZeroEverywhereIsOpaque(int header)
    {
        byte[] file = BmpFile.Make(header, 32, BmpFile.Bitfields, s_masks, Colour);
        Assert.That(DataSamples.Decode(file, 8), Is.EqualTo(Expected(Byte)));
    }

    // One pixel with alpha, and the rest of the picture is meant to be transparent.
    [TestCase(56), TestCase(108), TestCase(124)]
    public void OneVisiblePixelMakesTheOthersTransparent(int header)
    {
        static uint Alpha(int x, int y) => x == 5 && y == 2 ? 0xFF000000 : 0;
        byte[] file = BmpFile.Make(header, 32, BmpFile.Bitfields, s_masks, (x, y) => Colour(x, y) | Alpha(x, y));
        Assert.That(DataSamples.Decode(file, 8), Is.EqualTo(Expected((x, y, c) => x == 5 && y == 2 ? Byte(x, y, c) : 255)));
    }

    // As Pillow reads them: the fourth byte is alpha only where a mask says so.
    [TestCase(40, BmpFile.Rgb, 0), TestCase(56, BmpFile.Rgb, 4), TestCase(108, BmpFile.Rgb, 4), TestCase(124, BmpFile.Rgb, 4)]
    [TestCase(40, BmpFile.Bitfields, 3), TestCase(56, BmpFile.Bitfields, 3), TestCase(108, BmpFile.Bitfields, 3)]
    [TestCase(124, BmpFile.Bitfields, 3)]
    public void TheFourthByteWithoutAMaskIsNothing(int header, int compression, int masks)
    {
        foreach (uint alpha in (uint[])[0, 0x40000000, 0xFF000000])
        {
            byte[] file = BmpFile.Make(header, 32, compression, s_masks[..masks], (x, y) => Colour(x, y) | (x > 3 ? alpha : 0));
            Assert.That(DataSamples.Decode(file, 8), Is.EqualTo(Expected(Byte)), $"{alpha:x}");
        }
    }

    [TestCase(0x7C00u, 0x3E0u, 0x1Fu, 0x8000u), TestCase(0xF00u, 0xF0u, 0xFu, 0xF000u), TestCase(0xF800u, 0x7E0u, 0x1Fu, 0u)]
    public void SixteenBitsWithAMaskForAlpha(uint red, uint green, uint blue, uint alpha)
    {
        uint[] masks = [red, green, blue, alpha];
        uint Pixel(int x, int y) => (uint)(x * 8191 + y * 1021) & (red | green | blue);
        // A field of n bits stands for its share of 255, rounded.
        int Channel(int x, int y, int c)
        {
            int shift = System.Numerics.BitOperations.TrailingZeroCount(masks[c]), most = (int)(masks[c] >> shift);
            return (2 * 255 * (int)((Pixel(x, y) & masks[c]) >> shift) + most) / (2 * most);
        }
        foreach (int header in (int[])[56, 108, 124])
        {
            byte[] zero = BmpFile.Make(header, 16, BmpFile.Bitfields, masks, Pixel);
            Assert.That(DataSamples.Decode(zero, 8), Is.EqualTo(Expected(Channel)), $"{header}");
            if (alpha == 0) continue;
            byte[] right = BmpFile.Make(header, 16, BmpFile.Bitfields, masks, (x, y) => Pixel(x, y) | (x > 3 ? alpha : 0));
            byte[] expected = Expected((x, y, c) => x > 3 ? Channel(x, y, c) : 255);
            Assert.That(DataSamples.Decode(right, 8), Is.EqualTo(expected), $"{header}");
        }
    }

    [Test]
    public void ACutOrLyingHeaderOfTheThirdVersionIsRefusedOrRead([Range(14, 74, 4)] int length)
    {
        byte[] file = BmpFile.Make(56, 32, BmpFile.Bitfields, s_masks, (x, y) => Colour(x, y) | 0xFF000000), lying = [.. file];
        Assert.That(() => DataSamples.Decode(file[..length], 8), Throws.InstanceOf<DatasetException>());
        BinaryPrimitives.WriteUInt32LittleEndian(lying.AsSpan(10), uint.MaxValue - (uint)length);
        Assert.That(() => DataSamples.Decode(lying, 8), Throws.InstanceOf<DatasetException>());
    }

    [TestCase(108), TestCase(124)]
    public void TheColourSpaceOfTheHeaderChangesNothing(int header)
    {
        // LCS_CALIBRATED_RGB with red and blue exchanged and linear light: end points in 2.30, gammas in 16.16 fixed point.
        byte[] space = new byte[52];
        double[] ends = [0.15, 0.06, 0.79, 0.3, 0.6, 0.1, 0.64, 0.33, 0.03];
        for (int i = 0; i < 9; i++) BinaryPrimitives.WriteInt32LittleEndian(space.AsSpan(4 + i * 4), (int)(ends[i] * (1 << 30)));
        for (int i = 10; i < 13; i++) BinaryPrimitives.WriteInt32LittleEndian(space.AsSpan(i * 4), 1 << 16);
        byte[] file = BmpFile.Make(header, 32, BmpFile.Bitfields, s_masks, (x, y) => Colour(x, y) | 0xFF000000, space);
        Assert.That(DataSamples.Decode(file, 8), Is.EqualTo(Expected(Byte)));
    }
}
