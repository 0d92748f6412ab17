using Ssgan.Gan.Metrics;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Metrics;

/// <summary>Features on disk: whole, begun, damaged, and of others.</summary>
public sealed class FeatureFileTests
{
    const int Columns = 3, Count = 10, Batch = 4;
    static readonly float[] s_rows = [.. Enumerable.Range(0, Columns * Count).Select(static i => i * 0.5f)];

    [Test]
    public void FinishedFileIsReadBack()
    {
        using var scratch = new TempFolder();
        string path = Write(scratch, "a", Count);
        Assert.That(FeatureFile.Load(path, "a", Columns, Count, null), Is.EqualTo(s_rows));
        Assert.That(Directory.GetFiles(scratch.Root), Has.Length.EqualTo(1));
    }

    [Test]
    public void FileThatWasBegunGoesOnAfterItsWholeBatches([Values(0, 3, 4, 7, 9)] int begun)
    {
        using var scratch = new TempFolder();
        string path = Write(scratch, "a", begun);
        float[] rows = new float[Columns * Count];
        using var file = FeatureFile.Begin(path, "a", Columns, Count, Batch, rows);
        int whole = begun / Batch * Batch;
        Assert.That(file.Rows, Is.EqualTo(whole));
        Assert.That(rows[..(whole * Columns)], Is.EqualTo(s_rows[..(whole * Columns)]));
        file.Append(s_rows.AsSpan(whole * Columns));
        file.Finish();
        Assert.That(FeatureFile.Load(path, "a", Columns, Count, null), Is.EqualTo(s_rows));
    }

    [Test]
    public void WhatWasBegunOfOtherThingsIsDropped()
    {
        using var scratch = new TempFolder();
        string path = Write(scratch, "a", Batch);
        using var file = FeatureFile.Begin(path, "b", Columns, Count, Batch, new float[Columns * Count]);
        Assert.That(file.Rows, Is.Zero);
    }

    [Test]
    public void DamagedFileIsSaidAndDeleted([Values] bool isCut)
    {
        using var scratch = new TempFolder();
        string path = Write(scratch, "a", Count);
        byte[] bytes = File.ReadAllBytes(path);
        bytes[^40] ^= 1;
        File.WriteAllBytes(path, isCut ? bytes[..^1] : bytes);
        string? notice = null;
        Assert.That(FeatureFile.Load(path, "a", Columns, Count, said => notice = said), Is.Null);
        Assert.That(notice, Does.Contain(path).And.Contain("damaged"));
        Assert.That(File.Exists(path), Is.False);
    }

    [Test]
    public void TwoWritersOfOneFileAreRefused()
    {
        using var scratch = new TempFolder();
        string path = scratch["a.features"];
        using var file = FeatureFile.Begin(path, "a", Columns, Count, Batch, new float[Columns * Count]);
        Assert.That(() => FeatureFile.Begin(path, "a", Columns, Count, Batch, new float[Columns * Count]),
            Throws.InstanceOf<IOException>());
    }

    static string Write(TempFolder scratch, string identity, int rows)
    {
        string path = scratch["a.features"];
        using var file = FeatureFile.Begin(path, identity, Columns, Count, Batch, new float[Columns * Count]);
        file.Append(s_rows.AsSpan(0, rows * Columns));
        if (rows == Count) file.Finish();
        return path;
    }
}
