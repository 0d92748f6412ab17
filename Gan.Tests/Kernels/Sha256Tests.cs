using System.Security.Cryptography;
using Ssgan.Engine.Kernels;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Kernels;

/// <summary>Our own SHA-256 for a Linux without OpenSSL, against the runtime's.</summary>
public sealed class Sha256Tests
{
    [Test]
    public void Every_length_and_every_way_of_cutting_give_the_runtimes_hash()
    {
        var random = new Random(1);
        var managed = new ManagedSha256();
        for (int length = 0; length < 300; length++)
        {
            byte[] data = new byte[length];
            random.NextBytes(data);
            int first = random.Next(length + 1), second = random.Next(first, length + 1);
            managed.AppendData(data.AsSpan(0, first));
            managed.AppendData(data.AsSpan(first, second - first));
            managed.AppendData(data.AsSpan(second));
            byte[] expected = SHA256.HashData(data);
            Assert.That(managed.GetHashAndReset(), Is.EqualTo(expected), $"{length} bytes cut at {first} and {second}");
            Assert.That(Sha256.HashData(data), Is.EqualTo(expected));
            Assert.That(Sha256.HashData(new MemoryStream(data)), Is.EqualTo(expected));
        }
    }

    [Test]
    public void The_length_counts_beyond_32_bits_of_bits()
    {
        byte[] chunk = new byte[1 << 20];
        new Random(2).NextBytes(chunk);
        var managed = new ManagedSha256();
        using var expected = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (int i = 0; i < 513; i++)
        {
            managed.AppendData(chunk);
            expected.AppendData(chunk);
        }
        Assert.That(managed.GetHashAndReset(), Is.EqualTo(expected.GetHashAndReset()));
    }

    [Test]
    public void Nothing_else_calls_the_runtimes_cryptography()
    {
        string[] projects = ["Engine.Kernels", "Engine", "Gan", "Gan.Runner", Path.Combine("Benchmarks", "Kit")];
        var callers = projects.SelectMany(static p => Directory.EnumerateFiles(RepoRoot.At(p), "*.cs",
            SearchOption.AllDirectories))
            .Where(static f => !f.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}",
                StringComparison.Ordinal))
            .Where(static f => File.ReadAllText(f).Contains("System.Security.Cryptography", StringComparison.Ordinal));
        Assert.That(callers.Select(Path.GetFileName), Is.EqualTo(new[] { "Sha256.cs" }));
    }
}
