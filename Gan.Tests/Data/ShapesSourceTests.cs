using System.Security.Cryptography;
using Ssgan.Gan.Data.Sources;

namespace Ssgan.Tests.Data;

public sealed class ShapesSourceTests
{
    [TestCase(8), TestCase(32), TestCase(33), TestCase(128)]
    public void AnImageDependsOnSeedAndIndexAlone(int size)
    {
        var source = new ShapesSource(size, 7);
        byte[] first = DataSamples.Pixels(source, 3), dirty = new byte[size * size * 3];
        Array.Fill(dirty, (byte)201);
        new ShapesSource(size, 7).Read(3, dirty);
        Assert.That(dirty, Is.EqualTo(first), "a used buffer shone through");
        Assert.That(DataSamples.Pixels(source, 4), Is.Not.EqualTo(first));
        Assert.That(DataSamples.Pixels(new ShapesSource(size, 8), 3), Is.Not.EqualTo(first));
    }

    [Test]
    public void PixelsAreTheSameOnEveryMachine()
    {
        // A recorded value: it changes only together with ShapesSource.Version.
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var source = new ShapesSource(32, 1);
        for (int i = 0; i < 64; i++) hash.AppendData(DataSamples.Pixels(source, i));
        Assert.That(Convert.ToHexStringLower(hash.GetHashAndReset()),
            Is.EqualTo("1456a49f491e83ec90bfe40f12146cb1535382efee86e474e27b51bf01b1eb9e"));
    }

    [Test]
    public void ThreadsDoNotDisturbEachOther()
    {
        var source = new ShapesSource(24, 5);
        byte[][] expected = [.. Enumerable.Range(0, 64).Select(i => DataSamples.Pixels(source, i))];
        byte[][] got = new byte[64][];
        Parallel.For(0, 64, i => got[i] = DataSamples.Pixels(source, i));
        Assert.That(got, Is.EqualTo(expected));
    }

    [Test]
    public void ScenesHaveAnUp()
    {
        // The plainest rotation classifier there is: which of the four turns agrees best with the mean image.
        // Chance is 50 of 200.
        const int n = 32;
        var source = new ShapesSource(n, 2);
        double[] mean = new double[n * n * 3];
        for (int i = 0; i < 200; i++)
        {
            byte[] p = DataSamples.Pixels(source, 1000 + i);
            for (int k = 0; k < mean.Length; k++) mean[k] += p[k];
        }
        int upright = 0;
        for (int i = 0; i < 200; i++)
        {
            byte[] p = DataSamples.Pixels(source, i);
            double Agreement(Func<int, int, int> at) =>
                Enumerable.Range(0, n * n * 3).Sum(k => mean[k] * p[at(k / 3 / n, k / 3 % n) * 3 + k % 3]);
            double up = Agreement((y, x) => y * n + x);
            double left = Agreement((y, x) => x * n + n - 1 - y), down = Agreement((y, x) => (n - 1 - y) * n + n - 1 - x);
            if (up > left && up > down && up > Agreement((y, x) => (n - 1 - x) * n + y)) upright++;
        }
        Assert.That(upright, Is.GreaterThan(150));
    }

    [Test]
    public void SizesAndIndicesAreChecked()
    {
        Assert.That(() => new ShapesSource(7), Throws.ArgumentException.With.Message.Contains("size 7"));
        var source = new ShapesSource(8);
        Assert.That(() => source.Read(-1, new byte[192]), Throws.InstanceOf<ArgumentException>().With.Message.Contains("-1"));
        Assert.That(() => source.Read(0, new byte[191]), Throws.ArgumentException.With.Message.Contains("191"));
        Assert.That(new ShapesSource(8, 1).ContentHash, Is.Not.EqualTo(source.ContentHash));
    }
}
