using Ssgan.Engine.Serialization.PyTorch;
using Ssgan.Tests.Golden;

namespace Ssgan.Tests.Serialization.PyTorch;

sealed class PthFuzzTests
{
    // A tensor may repeat its values up to the file's length, and is read twice.
    const int AllocationPerByte = 512;

    [TestCase("state", "checkpoint", "big", "untyped")]
    [TestCase("legacy", "legacy_checkpoint")]
    public void Mutations_never_escape_the_one_exception(params string[] names) =>
        FileFuzz.Run(names.Select(static n => File.ReadAllBytes(GoldenFile.PathOf($"formats/{n}.pth"))), 3000, AllocationPerByte,
            static bytes =>
            {
                using var file = PthFile.Read(bytes, "fuzz");
                foreach (var entry in file.Entries) Assert.That(entry.ReadBytes(), Has.Length.LessThanOrEqualTo(bytes.Length));
            });
}
