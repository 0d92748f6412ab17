using Ssgan.Gan.Data.Imaging;

namespace Ssgan.Tests.Data;

public sealed class ResamplerTests
{
    // The definition, pixel by pixel in double precision: a normalised triangle of half-width max(1, ratio) around
    // the pixel's centre.
    static double[] Oracle(byte[] source, int from, int to)
    {
        double ratio = (double)from / to, support = Math.Max(1, ratio);
        double W(int k, int i) => Math.Max(0, 1 - Math.Abs(k + 0.5 - (i + 0.5) * ratio) / support);
        double[] target = new double[to * to * 3];
        for (int y = 0; y < to; y++)
            for (int x = 0; x < to; x++)
                for (int c = 0; c < 3; c++)
                {
                    double sum = 0, weight = 0;
                    for (int v = 0; v < from; v++)
                        for (int u = 0; u < from; u++)
                        {
                            double w = W(v, y);
                            if (w == 0) break;
                            w *= W(u, x);
                            sum += w * source[(v * from + u) * 3 + c];
                            weight += w;
                        }
                    target[(y * to + x) * 3 + c] = sum / weight;
                }
        return target;
    }

    [TestCase(96, 48), TestCase(32, 48), TestCase(7, 8), TestCase(33, 8), TestCase(1, 8), TestCase(16, 16), TestCase(50, 9)]
    public void AgreesWithTheDefinition(int from, int to)
    {
        byte[] source = DataSamples.Noise(from * from * 3, from * 100 + to), target = new byte[to * to * 3];
        new Resampler(from, to).Resize(source, target);
        double[] expected = Oracle(source, from, to);
        // Half a level of rounding, and what single precision loses of 255 over a hundred terms.
        for (int i = 0; i < target.Length; i++) Assert.That((double)target[i], Is.EqualTo(expected[i]).Within(0.5 + 1e-3));
    }

    [Test]
    public void AConstantStaysExact([Values(0, 1, 128, 255)] int value)
    {
        byte[] source = new byte[37 * 37 * 3], target = new byte[11 * 11 * 3];
        Array.Fill(source, (byte)value);
        new Resampler(37, 11).Resize(source, target);
        Assert.That(target, Has.All.EqualTo((byte)value));
    }

    [Test]
    public void ReductionDoesNotAlias()
    {
        // White in every fourth column and row only: reduced by four it is flat; a filter that does not widen keeps
        // it black or white.
        byte[] source = new byte[64 * 64 * 3], target = new byte[16 * 16 * 3];
        for (int i = 0; i < 64 * 64; i++) Array.Fill(source, (byte)(i % 4 == 0 && i / 64 % 4 == 0 ? 255 : 0), i * 3, 3);
        new Resampler(64, 16).Resize(source, target);
        // 255 / 16 away from the borders, where the filter is cut.
        for (int i = 0; i < 16 * 16; i++)
            if (i % 16 is > 0 and < 15 && i / 16 is > 0 and < 15)
                Assert.That(target.AsSpan(i * 3, 3).ToArray(), Has.All.EqualTo(16));
    }
}
