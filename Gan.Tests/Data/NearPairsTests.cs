using System.Numerics;
using Ssgan.Gan.Data.Imaging;
using Ssgan.Gan.Data.Reports;

namespace Ssgan.Tests.Data;

/// <summary>Pictures that look alike are found as by comparing all with all.</summary>
public sealed class NearPairsTests
{
    [Test]
    public void AllPairsWithinThreeBitsAreFound()
    {
        var random = new Random(3);
        ulong[] hashes = new ulong[600];
        for (int i = 0; i < hashes.Length; i++)
        {
            hashes[i] = i < 300 ? (ulong)random.NextInt64() : hashes[random.Next(300)];
            for (int k = i < 300 ? 0 : random.Next(6); k > 0; k--) hashes[i] ^= 1ul << random.Next(64);
        }
        var expected = from second in Enumerable.Range(0, hashes.Length)
                       from first in Enumerable.Range(0, second)
                       where BitOperations.PopCount(hashes[first] ^ hashes[second]) <= NearPairs.MostBits
                       orderby first, second
                       select (first, second);
        var (pairs, all) = NearPairs.Of(hashes, 100_000);
        Assert.That(all);
        Assert.That(pairs, Has.Count.GreaterThan(150).And.EqualTo(expected.ToList()));
        Assert.That(NearPairs.Of(hashes, 10).All, Is.False);
        Assert.That(NearPairs.Of(new ulong[50_000], 10_000).All, Is.False,
            "Pictures that are all alike do not take for ever.");
    }

    [Test]
    public void APictureLooksLikeItselfAfterCompressionAndUnlikeOthers()
    {
        var hash = new DifferenceHash(64);
        byte[] Scene(int seed, SkiaSharp.SKEncodedImageFormat format)
        {
            var random = new Random(seed);
            double a = random.NextDouble() * 6, b = random.NextDouble() * 6, c = 4 + random.Next(12);
            return DataSamples.Decode(DataSamples.Image(64, 64, (x, y) =>
                new((byte)(127 + 120 * Math.Sin(x / c + a) * Math.Cos(y / c + b)), (byte)(4 * x), (byte)(4 * y)), format), 64);
        }

        int apart = 0;
        for (int i = 0; i < 10; i++)
        {
            ulong png = hash.Of(Scene(i, SkiaSharp.SKEncodedImageFormat.Png)), jpeg = hash.Of(Scene(i,
                SkiaSharp.SKEncodedImageFormat.Jpeg)),
                other = hash.Of(Scene(i + 100, SkiaSharp.SKEncodedImageFormat.Png));
            Assert.That(BitOperations.PopCount(png ^ jpeg), Is.LessThanOrEqualTo(NearPairs.MostBits));
            apart += BitOperations.PopCount(png ^ other);
        }
        Assert.That(apart, Is.GreaterThan(10 * 3 * NearPairs.MostBits), "Others are far away, taken together.");
    }
}
