using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using Ssgan.Engine.Serialization;

namespace Ssgan.Tests.Serialization;

/// <summary>Files of other kinds are told by their first bytes, and the sentence says what to do.</summary>
public class ForeignFileTests
{
    static byte[] Zip(string member)
    {
        using var stream = new MemoryStream();
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Create))
        using (var entry = archive.CreateEntry(member).Open()) entry.Write(new byte[40]);
        return stream.ToArray();
    }

    // As the formats' specifications have them, followed by what a file of the kind goes on with.
    static IEnumerable<TestCaseData> Kinds()
    {
        TestCaseData Case(string name, byte[] bytes, string what, string remedy) =>
            new TestCaseData(bytes, what, remedy).SetArgDisplayNames(name);
        byte[] Text(string text) => Encoding.UTF8.GetBytes(text);
        byte[] Padded(params byte[] start) => [.. start, .. new byte[600]];

        yield return Case("torch.save", Zip("weights/data.pkl"), "PyTorch file (.pth)", "torch.load");
        yield return Case("torch.save 2.x", Zip("archive/.format_version"), "PyTorch file (.pth)", "safetensors.torch.save_file");
        yield return Case("numpy.savez", Zip("l1.weight.npy"), "NumPy archive (.npz)", "numpy.load");
        yield return Case("any zip", Zip("readme.txt"), "ZIP archive", "unpack");
        yield return Case("empty zip", [(byte)'P', (byte)'K', 5, 6, .. new byte[18]], "ZIP archive", "unpack");
        yield return Case("cut-off zip", [(byte)'P', (byte)'K', 3, 4], "ZIP archive", "unpack");
        // What torch.save wrote until version 1.5: protocol 2 and its magic number.
        yield return Case("old torch.save", Padded(0x80, 2, 0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20), "Python pickle",
            "torch.load");
        // A frame of 96 bytes: read as a length, these eight bytes are 1,613,071,488.
        yield return Case("pickle protocol 4", Padded(0x80, 4, 0x95, 0x60, 0, 0, 0, 0, 0, 0, 0, (byte)'}'), "Python pickle",
            "torch.load");
        // A frame of 3 bytes: read as a length, the eight bytes are 60,097,664, which a header may have.
        yield return Case("short pickle", Padded(0x80, 4, 0x95, 3, 0, 0, 0, 0, 0, 0, 0, (byte)'N'), "Python pickle",
            "torch.load");
        yield return Case("HDF5", Padded(0x89, (byte)'H', (byte)'D', (byte)'F', 13, 10, 26, 10), "HDF5", "h5py");
        // 123 tensors: their count begins with the byte of a brace.
        yield return Case("GGUF", Padded([.. "GGUF"u8, 3, 0, 0, 0, (byte)'{']), "GGUF", "safetensors");
        yield return Case("npy", Padded([0x93, .. "NUMPY"u8, 1, 0, 0x76, 0]), "NumPy array (.npy)",
            "safetensors.numpy.save_file");
        yield return Case("ONNX of PyTorch", Padded([8, 7, 0x12, 7, .. "pytorch"u8]), "ONNX", "initializers");
        yield return Case("gzip", Padded(0x1F, 0x8B, 8, 0), "gzip", "unpack");
        yield return Case("LFS pointer", Text("version https://git-lfs.github.com/spec/v1\noid sha256:0\n"), "Git LFS pointer",
            "git lfs pull");
        yield return Case("web page", Text("\n<!DOCTYPE html><html><body>404</body></html>"), "web page", "download");
        yield return Case("bare web page", Text("<HTML></HTML>"), "web page", "download");
        yield return Case("index", Text("{\"metadata\":{},\"weight_map\":{}}"), "JSON", "holds the tensors");
    }

    [TestCaseSource(nameof(Kinds))]
    public void A_file_of_another_kind_is_named_with_what_to_do(byte[] bytes, string what, string remedy) =>
        Assert.That(() => SafetensorsFile.Read(bytes, "net.pth"), Throws.TypeOf<SafetensorsException>()
            .With.Message.StartsWith("net.pth: this is ").And.Message.Contains(what).And.Message.Contains(remedy)
            .And.Message.EndsWith("."));

    /// <summary>
    /// A header's length may begin like another kind's mark: 640 like a pickle, 35,615 like gzip, 1,800 like ONNX.
    /// </summary>
    [TestCase(640)]
    [TestCase(35_615)]
    [TestCase(1800)]
    public void A_length_that_looks_like_a_mark_is_still_a_length(int header)
    {
        byte[] bytes = [.. new byte[8], .. Encoding.UTF8.GetBytes("{}".PadRight(header))];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, header);
        using (var file = SafetensorsFile.Read(bytes, "f")) Assert.That(file.Entries, Is.Empty);
        Assert.That(() => SafetensorsFile.Read(bytes.AsMemory(0, 100), "f"),
            Throws.TypeOf<SafetensorsException>().With.Message.Contains("truncated"));
    }
}
