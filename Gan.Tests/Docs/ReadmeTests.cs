using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Nn;
using Ssgan.Engine.Serialization;
using Ssgan.Engine.Serialization.Numpy;
using Ssgan.Engine.Serialization.Onnx;
using Ssgan.Engine.Serialization.PyTorch;
using Ssgan.Gan.Interop;
using Ssgan.Gan.Models;
using Ssgan.Tests.Golden;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Docs;

/// <summary>Code in the README and in docs/weights.md is code of this file, line by line, so it compiles and runs.</summary>
public sealed class ReadmeTests
{
    [Test]
    public void Engine_example()
    {
        using var device = Device.Cpu();
        using (device.Scope())                                   // owns every tensor made inside
        {
            var x = device.From([1f, 2, 3, 4], new Shape(2, 2));
            x.RequiresGrad = true;
            var loss = x.MatMul(x, transposeB: true).Tanh().Sum();
            loss.Backward();
            Console.WriteLine(string.Join(" ", x.Grad!.ToArray()));
            // tanh is flat at 5, 11 and 25: d/dx of the four nearly vanishes, but not to nothing.
            Assert.That(x.Grad!.ToArray(), Has.All.InRange(0f, 1e-2f).And.Some.GreaterThan(0f));
        }
    }

    [Test]
    public void Weights_example()
    {
        using var temp = new TempFolder();
        string before = Environment.CurrentDirectory;
        try
        {
            Environment.CurrentDirectory = temp.Root;
            using (var maker = Device.Cpu())
            using (var seed = new Rng(maker, 1))
            using (var made = new ResNetGenerator(seed, Architecture.For(32))) MimicryWeights.Save("netG.safetensors", made);
            using var device = Device.Cpu();
            using var rng = new Rng(device, seed: 0);
            using var generator = new ResNetGenerator(rng, Architecture.For(32));
            MimicryWeights.Load("netG.safetensors", generator);     // or a .pth; and MimicryWeights.Save(path, generator)
            Assert.That(generator.ParameterCount, Is.EqualTo(4_276_739));

            using var discriminator = new ResNetDiscriminator(rng, Architecture.For(32));
            SafetensorsWriter.Write("gan.safetensors",
                [.. MimicryWeights.Items(generator, "netG."), .. MimicryWeights.Items(discriminator, "netD.")]);

            using var file = SafetensorsFile.Open("gan.safetensors");   // or Read(stream), or Read(bytes, name)
            using var drawer = new ResNetGenerator(rng, MimicryWeights.ArchitectureOf(file, "netG."));
            MimicryWeights.Load(file, drawer, "netG.");
            var (architecture, options) = MimicryWeights.DiscriminatorOf(file, "netD.");
            using var judge = new ResNetDiscriminator(rng, architecture, options);
            MimicryWeights.Load(file, judge, "netD.");
            Assert.That(judge.Parameters[0].ToArray(), Is.EqualTo(discriminator.Parameters[0].ToArray()));

            using var scope = device.Scope();
            judge.Forward(drawer.Forward(rng.Normal([4, 128]))).Logits.Mean().Backward();
            SafetensorsWriter.Write("gradients.safetensors", MimicryWeights.Gradients(judge));
            using var gradients = SafetensorsFile.Open("gradients.safetensors");
            Assert.That(gradients["block1.c1.weight_orig"].ReadF32(), Has.Some.Not.Zero);
        }
        finally
        {
            Environment.CurrentDirectory = before;
        }
    }

    [Test]
    public void Formats_example()
    {
        using var temp = new TempFolder();
        string before = Environment.CurrentDirectory;
        try
        {
            Environment.CurrentDirectory = temp.Root;
            File.Copy(GoldenFile.PathOf("formats/checkpoint.pth"), "linear-998d789b.pth");
            File.Copy(GoldenFile.PathOf("formats/net.onnx"), "net.onnx");
            using var device = Device.Cpu();
            using var rng = new Rng(device, seed: 0);

            Console.WriteLine(Sha256File.Check("linear-998d789b.pth"));     // the whole hash, or an exception
            using var checkpoint = PthFile.Open("linear-998d789b.pth", "model_state_dict");
            using var linear = new Linear(rng, 3, 2);
            StateDict.Load(checkpoint, [.. StateDict.Entries(linear, "0.")], isExtra: name => name.StartsWith("1."));
            Assert.That(linear.Bias.ToArray(), Is.EqualTo(checkpoint["0.bias"].ReadF32()));

            using var model = OnnxFile.Open("net.onnx");
            foreach (var node in model.Nodes.Where(n => n.OpType == "Conv"))
                Console.WriteLine($"{node.Name}: {model[node.Inputs[1]]}, pads {string.Join(" ", node.Attributes["pads"].Ints)}");

            NpzFile.Write("fid.npz", [NpyArray.Of("mu", [2], [0.5, -1]), NpyArray.Of("sigma", [2, 2], [1.0, 0, 0, 1])]);
            double[] mean = NpzFile.Read("fid.npz").Single(a => a.Name == "mu").ToDoubles();
            Assert.That(mean, Is.EqualTo(new[] { 0.5, -1 }));
        }
        finally
        {
            Environment.CurrentDirectory = before;
        }
    }

    [TestCase("README.md")]
    [TestCase("docs/weights.md")]
    public void Every_line_shown_is_compiled_here(string page)
    {
        var compiled = new Queue<string>(File.ReadLines(RepoRoot.At("Gan.Tests", "Docs", "ReadmeTests.cs"))
            .Select(static l => l.Trim()));
        string text = File.ReadAllText(RepoRoot.At(page.Split('/'))).ReplaceLineEndings("\n");
        var blocks = text.Split("```csharp\n").Skip(1).Select(static b => b.Split("```")[0]).ToList();
        Assert.That(blocks, Is.Not.Empty);
        foreach (string line in blocks.SelectMany(static b => b.Split('\n')).Select(static l => l.Trim())
            .Where(static l => l.Length > 0))
        {
            while (compiled.TryPeek(out string? next) && next != line) compiled.Dequeue();
            Assert.That(compiled, Is.Not.Empty, $"{page} shows a line that is not compiled here, in this order: {line}");
        }
    }
}
