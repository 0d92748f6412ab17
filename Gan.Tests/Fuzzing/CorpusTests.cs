using Ssgan.Fuzzing;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Fuzzing;

/// <summary>What Fuzzing/run.sh does at length, in short: the corpus, inputs that once did harm, and a few changes.</summary>
public sealed class CorpusTests
{
    static IEnumerable<string> Names => Target.All.Select(static t => t.Name);

    [TestCaseSource(nameof(Names))]
    public void TheCorpusIsTaken(string name)
    {
        var target = Target.All.Single(t => t.Name == name);
        using var temp = new TempFolder();
        string[] files = Directory.GetFiles(RepoRoot.At("Fuzzing", "corpus", name));
        Assert.That(files, Is.Not.Empty);
        Assert.That(files.Count(file => target.Try(File.ReadAllBytes(file), temp.Root)), Is.Positive);
    }

    [TestCaseSource(nameof(Names))]
    public void InputsThatDidHarmDoNoneAndOthersDoNeither(string name)
    {
        var target = Target.All.Single(t => t.Name == name);
        using var temp = new TempFolder();
        string harm = RepoRoot.At("Fuzzing", "regressions", name);
        foreach (string file in Directory.Exists(harm) ? Directory.GetFiles(harm) : [])
            Assert.That(() => target.Try(File.ReadAllBytes(file), temp.Root), Throws.Nothing, file);
        byte[][] corpus = [.. Directory.GetFiles(RepoRoot.At("Fuzzing", "corpus", name)).Order(StringComparer.Ordinal)
            .Select(File.ReadAllBytes)];
        var random = new Random(5);
        for (int i = 0; i < 100; i++)
        {
            byte[] bytes = Mutation.Of(corpus[random.Next(corpus.Length)], corpus[random.Next(corpus.Length)], random);
            Assert.That(() => target.Try(bytes, temp.Root), Throws.Nothing, $"change {i}");
        }
    }
}
