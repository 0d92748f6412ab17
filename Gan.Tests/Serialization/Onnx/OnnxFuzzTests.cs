using Ssgan.Engine.Serialization.Onnx;
using Ssgan.Tests.Golden;

namespace Ssgan.Tests.Serialization.Onnx;

sealed class OnnxFuzzTests
{
    // An empty node is two bytes in the file and some 400 here.
    const int AllocationPerByte = 512;

    [Test]
    public void Mutations_never_escape_the_one_exception() =>
        FileFuzz.Run([File.ReadAllBytes(GoldenFile.PathOf("formats/net.onnx"))], 6000, AllocationPerByte, static bytes =>
        {
            using var file = OnnxFile.Read(bytes, "fuzz");
            foreach (var entry in file.Entries) Assert.That(entry.ReadBytes(), Has.Length.LessThanOrEqualTo(bytes.Length));
        });
}
