using Ssgan.Engine.Serialization;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Serialization;

public class Sha256FileTests
{
    // FIPS 180-2, appendix B.1.
    const string Abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    [TestCase("net-ba7816bf.pth", null)]
    [TestCase("a-b.c-ba7816.onnx", null)]
    [TestCase("net.pth", "ba7816bf8f01")]
    [TestCase("net-00000000.pth", Abc)]
    public void The_published_file_passes(string name, string? prefix)
    {
        using var temp = new TempFolder();
        File.WriteAllText(temp[name], "abc");
        Assert.That(Sha256File.Of(temp[name]), Is.EqualTo(Abc));
        Assert.That(Sha256File.Check(temp[name], prefix), Is.EqualTo(Abc));
    }

    [Test]
    public void Another_file_is_told_with_its_hash()
    {
        using var temp = new TempFolder();
        string path = temp["net-ba7816bf.pth"];
        File.WriteAllText(path, "abd");
        Assert.That(() => Sha256File.Check(path), Throws.TypeOf<TensorFileException>()
            .With.Message.StartsWith($"{path}: its SHA-256 is a52d159f").And.Message.Contains("should begin with ba7816bf;"));
    }

    [TestCase("net.pth", null)]
    [TestCase("net-final.pth", null)]
    [TestCase("net.pth", "BA78")]
    [TestCase("net.pth", "")]
    public void A_prefix_that_is_none_is_refused(string name, string? prefix)
    {
        using var temp = new TempFolder();
        File.WriteAllText(temp[name], "abc");
        Assert.That(() => Sha256File.Check(temp[name], prefix), Throws.ArgumentException);
    }
}
