using System.IO.Compression;
using System.Text;
using Ssgan.Engine.Serialization;
using Ssgan.Engine.Serialization.Numpy;
using Ssgan.Tests.Golden;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Serialization.Numpy;

/// <summary>What NumPy wrote is read as it was, and what we write is what NumPy writes.</summary>
sealed class NpzFileTests
{
    static string At(string name) => GoldenFile.PathOf("formats/" + name);

    [TestCase("stored.npz")]
    [TestCase("deflated.npz")]
    public void What_NumPy_wrote_is_read(string name)
    {
        var golden = GoldenFile.Load("formats/values");
        var arrays = NpzFile.Read(At(name));
        Assert.That(arrays.Select(static a => a.Name), Is.EqualTo(
            new[] { "mu", "sigma", "fortran", "f32", "cube", "u8", "i32", "i64", "scalar", "empty" }));
        foreach (var array in arrays)
        {
            string key = "npz/" + array.Name;
            Assert.That(array.Shape.ToArray(), Is.EqualTo(golden.Shape(key)), array.Name);
            double[] expected = array.DType switch
            {
                FileDType.F32 => Array.ConvertAll(golden.F32(key), static x => (double)x),
                FileDType.F64 => golden.F64(key),
                FileDType.U8 => Array.ConvertAll(golden.U8(key), static x => (double)x),
                _ => Array.ConvertAll(golden.I32(key), static x => (double)x),
            };
            Assert.That(array.ToDoubles(), Is.EqualTo(expected), array.Name);
        }
        Assert.That(arrays.Single(static a => a.Name == "i64").Values<long>().ToArray(), Is.EqualTo(new[] { -2L, 3 }));
        Assert.That(arrays.Single(static a => a.Name == "fortran").ToDoubles(),
            Is.EqualTo(arrays.Single(static a => a.Name == "sigma").ToDoubles()));
    }

    [TestCase(1)]
    [TestCase(2)]
    [TestCase(3)]
    public void Every_version_of_a_header_is_read(int version)
    {
        var array = NpyFile.Read(At($"version{version}.npy"));
        Assert.That((array.Name, array.DType), Is.EqualTo(($"version{version}", FileDType.F64)));
        Assert.That(array.Values<double>().ToArray(), Is.EqualTo(GoldenFile.Load("formats/values").F64("npz/sigma")));
    }

    [Test]
    public void What_is_written_are_the_bytes_that_NumPy_writes()
    {
        using var theirs = ZipFile.OpenRead(At("stored.npz"));
        var arrays = NpzFile.Read(At("stored.npz"));
        using var stream = new MemoryStream();
        NpzFile.Write(stream, arrays);
        using var mine = new ZipArchive(stream, ZipArchiveMode.Read);
        foreach (var array in arrays)
        {
            if (array.Name is "fortran" or "cube") continue; // These are turned.
            var (a, b) = (mine.GetEntry(array.Name + ".npy")!, theirs.GetEntry(array.Name + ".npy")!);
            Assert.That(a.CompressedLength, Is.EqualTo(a.Length), "stored");
            Assert.That(a.LastWriteTime.DateTime, Is.EqualTo(b.LastWriteTime.DateTime), "the same bytes at any time");
            Assert.That(Bytes(a), Is.EqualTo(Bytes(b)), array.Name);
        }
    }

    [Test]
    public void What_is_written_is_read_back_and_the_same_arrays_give_the_same_bytes()
    {
        using var temp = new TempFolder();
        NpyArray[] arrays =
        [
            NpyArray.Of("mu", [3], [1.0, double.NaN, -1e300]), NpyArray.Of("x", [2, 0], ReadOnlySpan<float>.Empty),
            NpyArray.Of("images", [1, 1, 2, 3], new byte[] { 0, 1, 2, 3, 4, 255 }), NpyArray.Of("n", [], [-7]),
            NpyArray.Of("big", [1], [long.MinValue]), NpyArray.Of("f", [2], [0.1f, 2]),
        ];
        NpzFile.Write(temp["a.npz"], arrays);
        NpzFile.Write(temp["b.npz"], arrays);
        Assert.That(File.ReadAllBytes(temp["a.npz"]), Is.EqualTo(File.ReadAllBytes(temp["b.npz"])));
        foreach (var (read, written) in NpzFile.Read(temp["a.npz"]).Zip(arrays))
        {
            Assert.That(read.ToString(), Is.EqualTo(written.ToString()));
            Assert.That(read.ToDoubles(), Is.EqualTo(written.ToDoubles()));
        }
        NpyFile.Write(temp["mu.npy"], arrays[0]);
        Assert.That(NpyFile.Read(temp["mu.npy"]).ToString(), Is.EqualTo("mu: F64 (3)"));
        Assert.That(() => arrays[0].Values<float>(), Throws.InvalidOperationException.With.Message.Contains("'mu' is of F64"));
        Assert.That(() => NpzFile.Write(temp["c.npz"], [arrays[0], arrays[0]]), Throws.ArgumentException);
        Assert.That(() => NpyArray.Of("x", [3], [1f]), Throws.ArgumentException);
        Assert.That(File.Exists(temp["c.npz"]), Is.False);
    }

    static byte[] Npy(string header, int bytes = 8) => [0x93, .. "NUMPY"u8, 1, 0, (byte)header.Length, 0,
        .. Encoding.ASCII.GetBytes(header), .. new byte[bytes]];

    static IEnumerable<TestCaseData> Bad()
    {
        static TestCaseData Case(string name, byte[] bytes, string message) =>
            new TestCaseData(bytes, message).SetArgDisplayNames(name);
        const string good = "{'descr': '<f8', 'fortran_order': False, 'shape': (1,), }\n";

        yield return Case("nothing", [], "no NumPy array");
        yield return Case("version 4", [0x93, .. "NUMPY"u8, 4, 0, 0, 0], "version 4");
        yield return Case("a long header", [0x93, .. "NUMPY"u8, 2, 0, 0, 0, 0, 0x80], "claims 2147483648 bytes");
        yield return Case("a cut-off header", Npy(good, 0)[..20], "header is cut off");
        yield return Case("too few values", Npy(good, 7), "ends after 7 bytes of data, but F64 (1) needs 8");
        yield return Case("too many", Npy(good, 9), "goes on behind the 8 bytes of F64 (1)");
        yield return Case("objects", Npy(good.Replace("<f8", "|O")), "it holds '|O'");
        yield return Case("big-endian", Npy(good.Replace("<f8", ">f8")), "it holds '>f8'");
        yield return Case("a record", Npy(good.Replace("'<f8'", "[('a', '<f8')]")), "no text where one should be");
        yield return Case("no shape", Npy(good.Replace("'shape': (1,), ", "")), "lacks one of");
        yield return Case("another key", Npy(good.Replace("'shape'", "'form'")), "the key 'form', which is unknown");
        yield return Case("twice the key", Npy(good.Replace("}", "'shape': (1,)}")), "which is unknown or there twice");
        yield return Case("a negative size", Npy(good.Replace("(1,)", "(-1,)")), "what is no whole number");
        yield return Case("a huge size", Npy(good.Replace("(1,)", "(4611686018427387904,)")), "more than one array holds");
        yield return Case("beyond 63 bits", Npy(good.Replace("(1,)", "(9223372036854775808,)")), "what is no whole number");
        yield return Case("two million", Npy(good.Replace("(1,)", "(2000000,)")), "needs 16000000");
        yield return Case("rank 33", Npy(good.Replace("1,", string.Concat(Enumerable.Repeat("1,", 33)))), "33 dimensions");
        yield return Case("code", Npy(good.Replace("False", "exit()")), "no truth value");
        yield return Case("more code", Npy(good.Replace("}", "} + {}")), "goes on behind its dictionary");
        yield return Case("an open text", Npy(good.Replace("'<f8', 'fortran_order': False, 'shape': (1,), }", "'<f8")),
            "a text without an end");
    }

    [TestCaseSource(nameof(Bad))]
    public void Damage_is_named(byte[] bytes, string message)
    {
        using var temp = new TempFolder();
        File.WriteAllBytes(temp["a.npy"], bytes);
        Assert.That(() => NpyFile.Read(temp["a.npy"]), Throws.TypeOf<TensorFileException>()
            .With.Message.StartsWith(temp["a.npy"] + ": ").And.Message.Contains(message).And.Message.EndsWith("."));
        using var stream = new MemoryStream();
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        using (var member = archive.CreateEntry("a.npy").Open()) member.Write(bytes);
        Assert.That(() => NpzFile.Read(stream, "f.npz"), Throws.TypeOf<TensorFileException>()
            .With.Message.StartsWith("f.npz: 'a': ").And.Message.Contains(message));
    }

    [Test]
    public void What_is_no_archive_of_arrays_is_told()
    {
        Assert.That(() => NpzFile.Read(At("state.pth")),
            Throws.TypeOf<TensorFileException>().With.Message.Contains("'state/data.pkl', which is no NumPy array"));
        Assert.That(() => NpzFile.Read(At("version1.npy")),
            Throws.TypeOf<TensorFileException>().With.Message.Contains("no NumPy archive (.npz)"));
    }

    // Deflate may make much of little, but these members hold some hundred bytes each.
    [Test]
    public void Mutations_never_escape_the_one_exception() =>
        FileFuzz.Run([File.ReadAllBytes(At("stored.npz")), File.ReadAllBytes(At("deflated.npz"))], 4000, 512,
            static bytes => NpzFile.Read(new MemoryStream(bytes), "fuzz"));

    static byte[] Bytes(ZipArchiveEntry entry)
    {
        using var stream = entry.Open();
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }
}
