using System.Text.RegularExpressions;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Docs;

/// <summary>docs/architecture.md lists the folders that there are, and walks along methods that exist.</summary>
sealed partial class ArchitectureTests
{
    /// <summary>One hop of a walk.</summary>
    public sealed record Hop(string Walk, int Number, string File, string Method);

    static readonly string[] s_walks = ["On a CPU", "On a GPU"];

    static readonly string s_page = File.ReadAllText(RepoRoot.At("docs", "architecture.md")).ReplaceLineEndings("\n");

    static IEnumerable<Hop> Hops => s_walks.SelectMany(Walk);

    [TestCaseSource(nameof(Hops))]
    public void Each_hop_is_a_method_of_its_file(Hop hop)
    {
        Assert.That(RepoRoot.At(hop.File), Does.Exist);
        Assert.That(Declaration(hop).IsMatch(File.ReadAllText(RepoRoot.At(hop.File))), $"{hop.File} declares no {hop.Method}.");
    }

    [TestCaseSource(nameof(Hops))]
    public void Each_hop_is_called_on_its_walk(Hop hop)
    {
        // A trainer is run by whoever embeds it.
        if (hop.File == "Gan/Training/Trainer.cs") return;
        var call = new Regex($@"\b{hop.Method}(_f32|_bf16)?\b");
        var files = Walk(hop.Walk).Select(static h => h.File).Distinct().Select(static f => File.ReadAllText(RepoRoot.At(f)));
        Assert.That(files.Sum(text => call.Count(Comments().Replace(text, ""))), Is.GreaterThan(1), "Declared, and called.");
    }

    [TestCaseSource(nameof(s_walks))]
    public void Each_walk_goes_from_the_disk_to_Adam_without_a_gap(string name)
    {
        var hops = Walk(name).ToArray();
        Assert.That(hops.Select(static h => h.Number), Is.EqualTo(Enumerable.Range(1, hops.Length)));
        Assert.That(hops.Length, Is.GreaterThan(30));
        Assert.That(hops[0].File, Does.StartWith("Gan/Data/"));
        Assert.That(hops.Select(static h => h.Method), Does.Contain("Adam"));
        Assert.That(Lines(name).Where(static l => l.Length > 0 && char.IsDigit(l[0])), Has.Exactly(hops.Length).Items);
    }

    [Test]
    public void The_list_at_the_top_names_folders_and_files_that_there_are()
    {
        string[] all = [.. SourceTree.Files("", "*").Select(SourceTree.Relative)];
        var missing = new List<string>();
        string top = "";
        foreach (string line in Listed)
        {
            if (line[0] != ' ') top = line[..(line.IndexOf('/') + 1)];
            missing.AddRange(Named().Matches(line).Select(static m => m.Value)
                .Where(name => !all.Any(p => p.StartsWith(top, StringComparison.Ordinal) && $"/{p}".Contains($"/{name}")))
                .Select(name => top + name));
        }
        Assert.That(missing, Is.Empty);
    }

    [Test]
    public void The_list_at_the_top_leaves_no_folder_out()
    {
        var listed = Listed.SelectMany(static l => Named().Matches(l).Select(static m => m.Value)).ToHashSet();
        string[] layers = ["Engine.Kernels", "Engine", "Gan", "Gan.Runner"];
        var folders = SourceTree.Files("", "*").Select(SourceTree.Relative).Where(static p => p.Contains('/'))
            .Select(static p => p[..(p.IndexOf('/') + 1)])
            .Concat(layers.SelectMany(static layer => SourceTree.Files(layer, "*.cs").Select(SourceTree.Relative)
                .Select(static p => p.Split('/')).Where(static p => p.Length > 2).Select(static p => p[1] + "/")));
        Assert.That(folders.Distinct().Where(f => !listed.Contains(f)), Is.Empty);
    }

    [Test]
    public void Every_package_has_its_reason()
    {
        // A peer that is timed is no part of this.
        var referenced = SourceTree.Files("", "*.csproj").Where(static f => !SourceTree.Relative(f).Contains("/peers/"))
            .SelectMany(static f => Reference().Matches(File.ReadAllText(f)).Select(static m => m.Groups[1].Value)).ToHashSet();
        string table = s_page.Split("\n## Packages\n")[1];
        Assert.That(referenced, Does.Contain("SkiaSharp"));
        // Native parts come with the package that they are of; our own are what strangers' projects use.
        Assert.That(referenced.Where(id => !table.Contains(id) && !id.Contains(".NativeAssets.")
            && !id.StartsWith("Ssgan.", StringComparison.Ordinal)), Is.Empty);
    }

    static IEnumerable<string> Listed => s_page.Split("```\n")[1].Split('\n').Where(static l => l.Length > 0);

    static string[] Lines(string walk)
    {
        string from = s_page.Split($"\n### {walk}\n")[1];
        return [.. from.Split("\n#")[0].Split('\n')];
    }

    static IEnumerable<Hop> Walk(string name) => Lines(name).Select(static l => Line().Match(l)).Where(static m => m.Success)
        .Select(m => new Hop(name, int.Parse(m.Groups[1].Value), m.Groups[2].Value, m.Groups[3].Value));

    /// <summary>A method with its modifiers and type before its name, on one line; of a kernel, one for each storage.</summary>
    static Regex Declaration(Hop hop) => hop.File.EndsWith(".cu", StringComparison.Ordinal)
        ? new Regex($@"^KERNEL .*\b{hop.Method}(_f32|_bf16)?\(", RegexOptions.Multiline)
        : new Regex(@"^ *(?!(?:return|throw|await|if|else|for|foreach|while|lock|using|yield|new|var)\b)[\w(]"
            + $@"[\w.,<>\[\]?() ]* {hop.Method}(?:<\w+>)?\(", RegexOptions.Multiline);

    [GeneratedRegex(@"^(\d+)\. `([\w./]+)` `(\w+)`: .+\.$")]
    private static partial Regex Line();

    [GeneratedRegex(@"(?<![\w/])[A-Z]?[\w.]*\w/|(?<![\w/.])\w+\.cs\b")]
    private static partial Regex Named();

    [GeneratedRegex("<PackageReference Include=\"([^\"]+)\"")]
    private static partial Regex Reference();

    [GeneratedRegex(@"//.*$", RegexOptions.Multiline)]
    private static partial Regex Comments();
}
