using Ssgan.Engine.Serialization;
using Ssgan.Engine.Serialization.Onnx;
using Ssgan.Engine.Serialization.PyTorch;
using Ssgan.Runner.Terminal;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Runner;

/// <summary>"export" writes what a checkpoint holds.</summary>
sealed class ExportTests
{
    [Test]
    public void Networks_are_written_in_every_format()
    {
        using var scratch = new TempFolder();
        Shell.Train(scratch["run"], "--steps", "1");
        var printed = Shell.Run("export", "--checkpoint", scratch["run"], "--onnx", scratch["g.onnx"], "--safetensors",
            scratch["g.safetensors"], "--pth", scratch["g.pth"]);
        Assert.That((printed.Code, printed.Error), Is.EqualTo((ExitCode.Done, "")));
        using var onnx = OnnxFile.Open(scratch["g.onnx"]);
        using var safetensors = SafetensorsFile.Open(scratch["g.safetensors"]);
        using var pth = PthFile.Open(scratch["g.pth"]);
        Assert.That(pth.Entries, Has.Count.EqualTo(safetensors.Entries.Count));
        foreach (var entry in safetensors.Entries)
            Assert.That(pth.Entries.Single(e => e.Name == entry.Name).ReadBytes(), Is.EqualTo(entry.ReadBytes()), entry.Name);
        // What is not normalised is in the model as it is.
        Assert.That(onnx.Entries.Single(static e => e.Name == "l1.weight").ReadBytes(),
            Is.EqualTo(safetensors.Entries.Single(static e => e.Name == "l1.weight").ReadBytes()));

        Shell.Run("export", "--checkpoint", scratch["run"], "--network", "discriminator", "--onnx", scratch["d.onnx"]);
        using var judge = OnnxFile.Open(scratch["d.onnx"]);
        Assert.That(judge.Nodes.SelectMany(static n => n.Outputs), Has.Member("logits").And.Member("rotation"));
    }

    [Test]
    public void Without_a_file_nothing_is_written()
    {
        var printed = Shell.Run("export", "--checkpoint", "nowhere");
        Assert.That(printed.Code, Is.EqualTo(ExitCode.BadArguments));
        Assert.That(printed.Error, Does.Contain("--onnx FILE"));
    }
}
