using Ssgan.Engine.Serialization.Onnx;

namespace Ssgan.Tests.Serialization.Onnx;

/// <summary>The models of a package that a machine may have, read as they are.</summary>
sealed class ResNet18FileTests
{
    const string Package = "microsoft.ml.dnnimagefeaturizer.resnet18/0.23.1/tools/DnnImageModels";

    static string PathOf(string model)
    {
        string packages = Environment.GetEnvironmentVariable("NUGET_PACKAGES")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        string path = Path.Combine([packages, .. Package.Split('/'), .. model.Split('/')]);
        if (!File.Exists(path)) Assert.Ignore($"{path} is not there.");
        return path;
    }

    [Test]
    public void Every_convolution_finds_its_filters()
    {
        using var file = OnnxFile.Open(PathOf("ResNet18Onnx/ResNet18.onnx"));
        Assert.That((file.Nodes.Count, file.Entries.Count), Is.EqualTo((74, 110)));
        var convolutions = file.Nodes.Where(static n => n.OpType == "Conv").ToArray();
        // Two more than the published network: this one has three blocks of 512 channels.
        Assert.That(convolutions, Has.Length.EqualTo(22));
        foreach (var node in convolutions)
        {
            var filters = file[node.Inputs[1]];
            long[] sides = [.. node.Attributes["kernel_shape"].Ints];
            Assert.That(filters.Shape[2..].ToArray(), Is.EqualTo(sides), node.Name);
            Assert.That(filters.ReadF32(), Has.Some.Not.Zero, node.Name);
        }
        foreach (var node in file.Nodes.Where(static n => n.OpType == "BatchNormalization"))
        {
            Assert.That(node.Attributes["epsilon"].Floats.Single(), Is.EqualTo(1e-5f).Within(1e-6f), node.Name);
            Assert.That(() => file[node.Inputs[4]].CheckFinite(nonNegative: true), Throws.Nothing, node.Name);
        }
    }

    [Test]
    public void The_mean_image_is_read()
    {
        using var file = OnnxFile.Open(PathOf("ResNetPrepOnnx/ResNetPreprocess.onnx"));
        Assert.That(file["MeanImage"].Shape.ToArray(), Is.EqualTo(new[] { 1, 3, 224, 224 }));
        Assert.That(file["MeanImage"].ReadF32().Average(), Is.InRange(90, 140));
        Assert.That(file.Nodes.Select(static n => n.OpType), Is.EqualTo(new[] { "Split", "Concat", "Sub" }));
    }
}
