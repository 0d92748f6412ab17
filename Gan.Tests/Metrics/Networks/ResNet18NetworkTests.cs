using Ssgan.Engine;
using Ssgan.Gan.Data;
using Ssgan.Gan.Metrics.Networks;
using Ssgan.Gan.Metrics.Networks.ResNet18;
using Ssgan.Tests.Golden;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Metrics.Networks;

/// <summary>The models that builds lay beside the program, against ONNX Runtime.</summary>
public sealed class ResNet18NetworkTests
{
    /// <summary>Within 1e-4 of the largest feature: both sides round to F32 in another order.</summary>
    [Test]
    public void Features_are_ONNX_Runtimes([Values] bool allowWinograd, [Values] ImageResize resize)
    {
        float[] expected = GoldenFile.Load("resnet18").F32("ort_224/features");
        using var device = Device.Cpu(0, allowWinograd);
        using var leaks = new NoLeaks(device);
        using var network = ResNet18Network.Load(device, ResNet18Weights.Find(), resize);
        // Images of the network's own size are taken as they are, whatever the way.
        var (features, logits) = network.Read(Formula.Images("resnet224", 2, 224), 2, 224);
        double scale = expected.Max(Math.Abs);
        TestContext.Out.WriteLine($"{features.Zip(expected, static (a, e) => Math.Abs(a - e)).Max() / scale:G3}");
        GoldenCheck.CloseAbsolute(features, expected, 1e-4 * scale, "features");
        Assert.That(logits, Is.Empty);
        Assert.That((network.Info.Dimensions, network.Info.Classes, network.Info.Sha256[..8]), Is.EqualTo((512, 0, "e2552f19")));
    }

    [Test]
    public void Features_depend_on_the_image_alone()
    {
        byte[] pixels = Formula.Images("batch", 3, 32);
        using var device = Device.Cpu(0, allowWinograd: false);
        using var single = ResNet18Network.Load(device, ResNet18Weights.Find(), batch: 1);
        using var many = ResNet18Network.Load(device, ResNet18Weights.Find(), batch: 2);
        Assert.That(many.Read(pixels, 3, 32).Features, Is.EqualTo(single.Read(pixels, 3, 32).Features));
    }

    [Test]
    public void Where_the_files_are_not_one_sentence_says_which_belong_where()
    {
        using var folder = new TempFolder();
        Assert.That(() => ResNet18Weights.Find(folder.Root), Throws.TypeOf<DatasetException>().With.Message.EqualTo(
            $"ResNet-18 is not in {folder.Root}: put ResNet18.onnx and ResNetPreprocess.onnx there, of tools/DnnImageModels in "
            + "https://www.nuget.org/api/v2/package/Microsoft.ML.DnnImageFeaturizer.ResNet18/0.23.1."));
        folder.Write("ResNet18.onnx", [1, 2, 3]);
        Assert.That(() => ResNet18Weights.Find(folder.Root), Throws.TypeOf<DatasetException>().With.Message.Contains(
            $"{folder["ResNet18.onnx"]} is not that of Microsoft.ML.DnnImageFeaturizer.ResNet18/0.23.1"));
    }
}
