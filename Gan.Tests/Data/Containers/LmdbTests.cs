using System.Text;
using Ssgan.Gan.Data;
using Ssgan.Gan.Data.Containers;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Data.Containers;

/// <summary>LMDB's layout: trees of any depth, values within pages and outside, and nothing believed of a damaged file.</summary>
public sealed class LmdbTests
{
    static (byte[] Key, byte[] Value)[] Entries(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(i =>
        {
            byte[] value = new byte[random.Next(4) switch { 0 => 0, 1 => random.Next(1, 600), 2 => 4096, _ =>
                random.Next(3000, 20_000) }];
            random.NextBytes(value);
            return (Encoding.ASCII.GetBytes($"{random.Next():x8}{i:0000}"), value);
        })];
    }

    static void Same((byte[] Key, byte[] Value)[] entries, string path)
    {
        using LmdbFile file = LmdbFile.Open(path);
        var read = file.Entries(default);
        var sorted = entries.OrderBy(static e => Encoding.ASCII.GetString(e.Key), StringComparer.Ordinal).ToArray();
        Assert.That(read, Has.Count.EqualTo(sorted.Length));
        for (int i = 0; i < sorted.Length; i++)
        {
            Assert.That(read[i].Key, Is.EqualTo(sorted[i].Key));
            Assert.That(file.Read(read[i].Value), Is.EqualTo(sorted[i].Value), $"value {i}");
        }
    }

    [Test]
    public void EntriesComeInOrderOfTheirKeys([Values(1, 3, 200)] int count)
    {
        using var folder = new TempFolder();
        var entries = Entries(count, count);
        Same(entries, folder.Write("data.mdb", LmdbBytes.Of(entries)));
    }

    // By mdb_load of liblmdb 0.9.24: 300 entries, of which six are too large for a page.
    [Test]
    public void WhatLmdbItselfWroteIsRead()
    {
        using LmdbFile file = LmdbFile.Open(
            Path.Combine(TestContext.CurrentContext.TestDirectory, "Data", "Containers", "Lmdb", "liblmdb.mdb"));
        var entries = file.Entries(default);
        Assert.That(entries, Has.Count.EqualTo(300));
        for (int i = 0; i < 300; i++)
        {
            Assert.That(Encoding.ASCII.GetString(entries[i].Key), Is.EqualTo($"key{i:00000}"));
            byte[] value = [.. Enumerable.Range(0, i % 50 == 0 ? 5000 : i * 13 % 120).Select(j => (byte)(i * 31 + j * 7))];
            Assert.That(file.Read(entries[i].Value), Is.EqualTo(value), $"value {i}");
        }
    }

    [Test]
    public void ThePageWithTheHigherTransactionIsTaken()
    {
        using var folder = new TempFolder();
        byte[] file = LmdbBytes.Of(Entries(3, 1));
        // An older state, whose root is elsewhere.
        file.AsSpan(128, 8).Fill(0xEE);
        using (LmdbFile newer = LmdbFile.Open(folder.Write("a.mdb", file))) Assert.That(newer.Entries(default),
            Has.Count.EqualTo(3));
        file[144] = 9;
        using LmdbFile older = LmdbFile.Open(folder.Write("b.mdb", file));
        Assert.That(() => older.Entries(default), Throws.InstanceOf<DatasetException>().With.Message.Contains("damaged"));
    }

    [Test]
    public void DamagedFilesAreRefusedOrReadWithinTheirBounds()
    {
        using var folder = new TempFolder();
        byte[] valid = LmdbBytes.Of(Entries(60, 5));
        var random = new Random(17);
        int refused = 0;
        for (int i = 0; i < 400; i++)
        {
            byte[] bytes = [.. valid];
            int tree = valid.Length - 3 * LmdbBytes.Page;
            for (int k = random.Next(1, 4); k > 0; k--)
                bytes[random.Next(3) switch { 0 => random.Next(160), 1 => random.Next(bytes.Length), _ => tree
                    + random.Next(3 * LmdbBytes.Page) }]
                    = (byte)random.Next(256);
            if (random.Next(5) == 0) bytes = bytes[..random.Next(bytes.Length)];
            string path = folder.Write("data.mdb", bytes);
            try
            {
                using LmdbFile file = LmdbFile.Open(path);
                foreach (LmdbFile.Entry entry in file.Entries(default)) file.Read(entry.Value);
            }
            catch (DatasetException e)
            {
                Assert.That(e.Message, Does.Contain(path));
                refused++;
            }
        }
        Assert.That(refused, Is.GreaterThan(80));
    }

    [Test]
    public void ALoopInTheTreeEnds()
    {
        using var folder = new TempFolder();
        byte[] file = LmdbBytes.Of(Entries(200, 2));
        int root = (int)BitConverter.ToUInt64(file, LmdbBytes.Page + 128), at = root * LmdbBytes.Page;
        // The first child of the root is the root.
        int node = at + BitConverter.ToUInt16(file, at + 16);
        BitConverter.GetBytes(root).CopyTo(file, node);
        using LmdbFile open = LmdbFile.Open(folder.Write("data.mdb", file));
        Assert.That(() => open.Entries(default), Throws.InstanceOf<DatasetException>().With.Message.Contains("deeper"));
    }
}
