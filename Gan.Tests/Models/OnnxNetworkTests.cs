using Microsoft.ML.OnnxRuntime;
using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Serialization.Onnx;
using Ssgan.Gan.Algorithms;
using Ssgan.Gan.Interop;
using Ssgan.Gan.Models;
using Ssgan.Gan.Settings;
using Ssgan.Tests.Support;
using DenseFloats = Microsoft.ML.OnnxRuntime.Tensors.DenseTensor<float>;
using DenseInts = Microsoft.ML.OnnxRuntime.Tensors.DenseTensor<int>;

namespace Ssgan.Tests.Models;

/// <summary>ONNX Runtime draws and judges images as the engine does, for every GAN of the catalog.</summary>
sealed class OnnxNetworkTests
{
    // Sums in another order: both compute in F32.
    const float Tolerance = 2e-5f;
    const int Images = 5, Classes = 7;

    static IEnumerable<string> Gans => [.. GanCatalog.Names, "sngan" + SmallGans.SelfModulated];

    [TestCaseSource(nameof(Gans))]
    public void Networks_agree_with_onnx_runtime(string name)
    {
        using var folder = new TempFolder();
        using var device = Device.Cpu(2);
        var gan = SmallGans.Of(name);
        using var step = gan.Create(device, 32, gan.TakesClasses ? Classes : 0, new OptimisationSettings());
        using var random = new Rng(device, 11);
        var generator = step.Networks.Select(static n => n.Module).OfType<Generator>().First();
        var discriminator = step.Networks.Select(static n => n.Module).OfType<Discriminator>().First();
        using (device.Scope())
        using (device.NoGrad())
        {
            // A forward in training moves running statistics and singular vectors away from their first values.
            for (int i = 0; i < 3; i++)
                discriminator.Forward(generator.Forward(generator.Draw(random, Images)), Labels(device, discriminator.Classes));
        }
        generator.Eval();
        discriminator.Eval();
        using var scope = device.Scope();
        using var noGrad = device.NoGrad();
        // Batch norms begin with gamma 1 and beta 0, which would hide one that is left out.
        foreach (var (_, tensor) in generator.NamedParameters().Concat(discriminator.NamedParameters()))
            if (tensor.Shape.Rank <= 1) tensor.CopyFrom(tensor + random.Normal(tensor.Shape) * 0.1f);
        string g = folder["g.onnx"], d = folder["d.onnx"];
        OnnxNetworks.Save(g, generator, new Dictionary<string, string> { ["ssgan.model"] = name });
        OnnxNetworks.Save(d, discriminator);

        var latent = generator.Draw(random, Images, Labels(device, generator.Classes));
        var images = generator.Forward(latent);
        var drawn = Run(g, ("z", latent.Z.ToArray(), [Images, generator.LatentSize]), latent.Labels, out var names);
        Assert.That(names, Does.ContainKey("ssgan.model").WithValue(name));
        Compare(drawn["images"], images.Permute(0, 3, 1, 2));

        // The images as they are judged: scaled to have values up to 1, whatever the generator makes.
        var labels = Labels(device, discriminator.Classes);
        var output = discriminator.Forward(images, labels);
        var judged = Run(d, ("images", images.Permute(0, 3, 1, 2).ToArray(), [Images, 3, 32, 32]), labels, out _);
        Compare(judged["logits"], output.Logits);
        if (output.Rotation is not null) Compare(judged["rotation"], output.Rotation);
        Assert.That(judged, Has.Count.EqualTo(output.Rotation is null ? 1 : 2));

        using var file = OnnxFile.Open(d);
        Assert.That(file.Nodes.Select(static n => n.OpType), Has.None.EqualTo("Log").And.None.EqualTo("Sigmoid"));
        if (discriminator is ResNetDiscriminator)
            Assert.That(file.Entries.Select(static e => e.Name), Has.Member("block1.c1.weight").And.None.EndsWith(".u"));
    }

    static Tensor? Labels(Device device, int classes) =>
        classes == 0 ? null : device.From([.. Enumerable.Range(0, Images).Select(i => 3 * i % classes)], new Shape(Images));

    static Dictionary<string, float[]> Run(string path, (string Name, float[] Values, int[] Shape) input, Tensor? labels,
        out Dictionary<string, string> metadata)
    {
        using var options = new SessionOptions { IntraOpNumThreads = 1 };
        using var session = new InferenceSession(path, options);
        List<NamedOnnxValue> inputs =
            [NamedOnnxValue.CreateFromTensor(input.Name, new DenseFloats(input.Values, input.Shape))];
        if (labels is not null)
            inputs.Add(NamedOnnxValue.CreateFromTensor("labels", new DenseInts(labels.ToArray<int>(), [Images])));
        metadata = new(session.ModelMetadata.CustomMetadataMap);
        using var outputs = session.Run(inputs);
        return outputs.ToDictionary(static o => o.Name, static o => o.AsTensor<float>().ToArray());
    }

    static void Compare(float[] actual, Tensor expected)
    {
        float[] values = expected.ToArray();
        Assert.That(actual, Has.Length.EqualTo(values.Length));
        float largest = values.Max(MathF.Abs);
        Assert.That(largest, Is.GreaterThan(0));
        Assert.That(actual.Zip(values, static (a, b) => MathF.Abs(a - b)).Max(), Is.LessThan(Tolerance * largest));
    }
}
