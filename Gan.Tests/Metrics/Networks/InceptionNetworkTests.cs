using Ssgan.Engine;
using Ssgan.Engine.Serialization;
using Ssgan.Gan.Metrics.Networks;
using Ssgan.Gan.Metrics.Networks.Inception;
using Ssgan.Tests.Golden;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Metrics.Networks;

/// <summary>The Inception network with weights by a formula, against PyTorch's in double.</summary>
public sealed class InceptionNetworkTests
{
    static readonly GoldenFile File = GoldenFile.Load("inception");

    /// <summary>Within 2e-5 of the largest feature and the largest logit.</summary>
    [Test]
    public void Features_and_logits_are_PyTorchs([Values(ImageResize.TensorFlow, ImageResize.PytorchFid)] ImageResize resize,
        [Values] bool allowWinograd)
    {
        using var device = Device.Cpu(0, allowWinograd);
        using var network = InceptionNetwork.Fill(device, Formula.Fill, "", resize, batch: 16);
        string way = resize == ImageResize.TensorFlow ? "tensorflow" : "pytorch_fid";
        foreach (var (size, count) in new[] { (32, 2), (299, 1) })
        {
            var (features, logits) = network.Read(Formula.Images($"inception{size}", count, size), count, size);
            Close(features, File.F32($"{way}_{size}/features"), "features");
            Close(logits, File.F32($"{way}_{size}/logits"), "logits");
        }

        static void Close(float[] actual, float[] expected, string what)
        {
            double scale = expected.Max(Math.Abs);
            TestContext.Out.WriteLine($"{what}: {actual.Zip(expected, static (a, e) => Math.Abs(a - e)).Max() / scale:G3}");
            GoldenCheck.CloseAbsolute(actual, expected, 2e-5 * scale, what);
        }
    }

    [Test]
    public void It_has_the_original_s_94_convolutions_and_parameters()
    {
        using var device = Device.Cpu(1);
        long classes = 0;
        using var network = InceptionNetwork.Fill(device, entries =>
        {
            Formula.Fill(entries);
            classes = entries.Single(static e => e.Name == "fc.weight").Tensor.Count + 1008;
        }, "", ImageResize.TensorFlow, 1);
        Assert.That(network.Convolutions, Is.EqualTo((94, 21_785_568L)));
        Assert.That(classes, Is.EqualTo(2_065_392));
        Assert.That(network.Info, Is.EqualTo(new FeatureNetworkInfo("Inception", "", 2048, 1008)));
    }

    /// <summary>A file's counts of batches, and the bias that scores leave out, are passed over; nothing else is.</summary>
    [Test]
    public void A_file_gives_the_same_network_and_is_refused_where_it_is_another()
    {
        using var device = Device.Cpu(0, allowWinograd: false);
        var items = new List<SafetensorsItem>();
        using var expected = InceptionNetwork.Fill(device, entries =>
        {
            Formula.Fill(entries);
            items.AddRange(entries.Select(static e =>
                new SafetensorsItem(e.Name, [.. e.FileShape ?? e.Tensor.Shape.Select(static d => (long)d)], Formula.Weights(e))));
        }, "", ImageResize.TensorFlow, 1);
        items.Add(new("fc.bias", [1008], new float[1008]));
        items.Add(new("Mixed_7c.branch_pool.bn.num_batches_tracked", FileDType.I64, [], new byte[8]));
        byte[] pixels = Formula.Images("file", 1, 8);
        using (var network = InceptionNetwork.Load(device, Written(items), "", ImageResize.TensorFlow, 1))
            Assert.That(network.Read(pixels, 1, 8).Features, Is.EqualTo(expected.Read(pixels, 1, 8).Features));
        items.RemoveAll(static i => i.Name == "Mixed_6d.branch7x7_2.bn.running_var");
        Assert.That(() => InceptionNetwork.Load(device, Written(items), "", ImageResize.TensorFlow, 1),
            Throws.TypeOf<StateDictException>().With.Message.Contains("Mixed_6d.branch7x7_2.bn.running_var is missing"));

        static SafetensorsFile Written(IEnumerable<SafetensorsItem> items)
        {
            using var stream = new MemoryStream();
            SafetensorsWriter.Write(stream, items);
            return SafetensorsFile.Read(stream.ToArray(), "formula");
        }
    }

    /// <summary>Neither those beside it, nor where a batch is cut, nor the threads.</summary>
    [Test]
    public void Features_depend_on_the_image_alone()
    {
        byte[] pixels = Formula.Images("batch", 6, 16);
        using var one = Device.Cpu(1, allowWinograd: false);
        using var two = Device.Cpu(2, allowWinograd: false);
        using var single = InceptionNetwork.Fill(one, Formula.Fill, "", ImageResize.Clean, batch: 1);
        using var many = InceptionNetwork.Fill(two, Formula.Fill, "", ImageResize.Clean, batch: 5);
        var expected = single.Read(pixels, 6, 16);
        var actual = many.Read(pixels, 6, 16);
        Assert.That(actual.Features, Is.EqualTo(expected.Features));
        Assert.That(actual.Logits, Is.EqualTo(expected.Logits));
    }

    [Test]
    public void Bytes_that_are_not_those_images_are_refused_and_nothing_leaks()
    {
        using var device = Device.Cpu(1);
        using var leaks = new NoLeaks(device);
        using var network = InceptionNetwork.Fill(device, Formula.Fill, "", ImageResize.TensorFlow, 4);
        Assert.That(() => network.Read(new byte[10], 1, 2), Throws.ArgumentException.With.Message.Contains("12 bytes, not 10"));
        Assert.That(network.Read([], 0, 2).Features, Is.Empty);
        Assert.That(network.Read(new byte[12], 1, 2).Features, Has.Length.EqualTo(2048));
    }
}
