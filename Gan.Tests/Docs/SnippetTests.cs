using System.Globalization;
using Ssgan.Engine;
using Ssgan.Engine.Serialization;
using Ssgan.Gan.Interop;
using Ssgan.Gan.Models;
using Ssgan.Tests.Golden;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Docs;

/// <summary>
/// All C# that the README, the pages and the packages' pages show compiles as it stands there, and most of it runs.
/// </summary>
[NonParallelizable]
sealed class SnippetTests
{
    /// <summary>What is not run, and why.</summary>
    static readonly Dictionary<string, string> s_compiledOnly = new()
    {
        ["docs/metrics.md"] = "scores ten thousand images of a run",
        ["Gan/PACKAGE.md"] = "trains for two minutes; SampleProgramTests run the same with fewer steps",
    };

    static IEnumerable<string> Pages => SourceTree.Files("", "*.md").Select(SourceTree.Relative)
        .Where(static page => File.ReadLines(RepoRoot.At(page.Split('/'))).Any(static l => l.Trim() == "```csharp"));

    [TestCaseSource(nameof(Pages))]
    public void Code_on_a_page_compiles_and_runs(string page)
    {
        var program = Snippets.Compile(page);
        Assert.That(Snippets.Errors(program), Is.Empty);
        if (s_compiledOnly.ContainsKey(page)) return;
        using var temp = new TempFolder();
        string before = Environment.CurrentDirectory;
        try
        {
            Environment.CurrentDirectory = temp.Root;
            if (page == "docs/weights.md") Files();
            Left(page, Snippets.Run(program));
        }
        finally
        {
            Environment.CurrentDirectory = before;
        }
    }

    [Test]
    public void Pages_that_are_not_run_are_pages() => Assert.That(Pages, Is.SupersetOf(s_compiledOnly.Keys));

    /// <summary>What docs/weights.md reads.</summary>
    static void Files()
    {
        using var device = Device.Cpu();
        using var seed = new Rng(device, 1);
        using var generator = new ResNetGenerator(seed, Architecture.For(32));
        MimicryWeights.Save("netG.safetensors", generator);
        File.Copy(GoldenFile.PathOf("formats/checkpoint.pth"), "linear-998d789b.pth");
        File.Copy(GoldenFile.PathOf("formats/net.onnx"), "net.onnx");
    }

    /// <summary>What a page's program must have printed or written.</summary>
    static void Left(string page, string printed)
    {
        switch (page)
        {
            case "README.md" or "Engine/PACKAGE.md":
                // tanh is flat at 5, 11 and 25: d/dx of the four nearly vanishes, but not to nothing.
                Assert.That(printed.Split(' ').Select(static g => float.Parse(g, CultureInfo.InvariantCulture)),
                    Has.Exactly(4).InRange(0f, 1e-2f).And.Some.GreaterThan(0f));
                break;
            case "docs/weights.md":
                using (var gradients = SafetensorsFile.Open("gradients.safetensors"))
                    Assert.That(gradients["block1.c1.weight_orig"].ReadF32(), Has.Some.Not.Zero);
                Assert.That(printed, Does.StartWith("998d789b").And.Contain(", pads "));
                Assert.That(new FileInfo("fid.npz"), Does.Exist);
                break;
            case "docs/custom-gan.md":
                Assert.That(new FileInfo("runs/0001-lsgan/samples/fakes-00000020.png"), Does.Exist);
                break;
        }
    }
}
