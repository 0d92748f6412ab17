using Ssgan.Gan.Data.Sources;

namespace Ssgan.Tests.Data;

public sealed class NoiseSourceTests
{
    [Test]
    public void BytesAreUniformAndTheSameEachTime()
    {
        using var source = new NoiseSource(64);
        byte[] first = Read(source, 3), again = Read(source, 3), other = Read(source, 4);
        Assert.That(again, Is.EqualTo(first));
        Assert.That(other, Is.Not.EqualTo(first));
        // Of 12,288 bytes 48 have each value: a standard deviation of 6.9.
        int[] counts = new int[256];
        foreach (byte value in first) counts[value]++;
        Assert.That(counts, Has.All.InRange(13, 83));
    }

    static byte[] Read(NoiseSource source, long index)
    {
        byte[] pixels = new byte[64 * 64 * 3];
        source.Read(index, pixels);
        return pixels;
    }
}
