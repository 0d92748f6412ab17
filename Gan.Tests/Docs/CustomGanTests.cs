using CustomGan;
using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Gan.Algorithms;
using Ssgan.Gan.Models;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Docs;

/// <summary>The page on writing a GAN of one's own shows code that compiles and trains.</summary>
sealed class CustomGanTests
{
    [Test]
    public void The_page_shows_the_code_that_is_compiled_here()
    {
        string page = Text("docs", "custom-gan.md"), code = Text("Gan.Tests", "Docs", "LsganStep.cs");
        string[] blocks = [.. page.Split("```csharp\n").Skip(1).Select(static b => b.Split("```")[0])];
        Assert.That(blocks, Has.Length.EqualTo(2), "The page has the GAN, and how it is trained.");
        Assert.That(blocks[0], Is.EqualTo(code));

        static string Text(params string[] path) => File.ReadAllText(RepoRoot.At(path)).ReplaceLineEndings("\n");
    }

    [Test]
    public void The_code_trains()
    {
        using var device = Device.Cpu(2);
        using var leaks = new NoLeaks(device);
        using var step = new LsganStep(device, Architecture.For(32, 2, 4), seed: 3);
        float[][] before = Values(step);
        float[] images = [.. Make.Numbers(4 * 32 * 32 * 3, 1).Select(x => x / 2)];
        for (int i = 0; i < 3; i++)
        {
            using (device.Scope()) step.TrainDiscriminator(RealBatch.Of(device.From(images, new Shape(4, 32, 32, 3))));
            step.TrainGenerator(4);
        }
        var stats = step.Stats.Take();
        Assert.That(stats.Select(s => s.Name), Is.EquivalentTo(new[] { "grad_norm_d", "loss_d", "grad_norm_g", "loss_g" }));
        Assert.That(stats.Select(s => s.Mean), Has.All.Matches<double>(double.IsFinite));
        float[][] after = Values(step);
        string[] names = [.. step.Networks.SelectMany(n => n.Module.NamedParameters()).Select(p => p.Name)];
        for (int i = 0; i < before.Length; i++) Assert.That(after[i], Is.Not.EqualTo(before[i]), names[i]);

        using (device.Scope())
        {
            var sample = step.Sample(step.Noise(step.Random, 2));
            Assert.That((sample.Shape, sample.RequiresGrad), Is.EqualTo((new Shape(2, 32, 32, 3), false)));
        }
    }

    static float[][] Values(LsganStep step) => [.. step.Networks.SelectMany(n => n.Module.Parameters).Select(p => p.ToArray())];
}
