using System.Text.RegularExpressions;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Docs;

/// <summary>docs/add-an-op.md tells the truth about the newest operation of each kind, and the whole of it.</summary>
sealed partial class AddAnOpTests
{
    const int ComposedPlaces = 2, KernelPlaces = 8;

    /// <summary>A row of a table: its number, 0 where it has none, a file, and the code that stands there.</summary>
    public sealed record Place(int Number, string File, string[] Code);

    /// <summary>A section's text, and its operation: in C#, and in CUDA where it has a kernel.</summary>
    sealed record Section(string Text, string Stem, string KernelStem)
    {
        public string Named(string pattern) => pattern.Replace("<Stem>", Stem).Replace("<stem>", KernelStem);

        public IReadOnlyList<Place> Places =>
            [.. Row().Matches(Text).Select(m => new Place(m.Groups[1].Value is { Length: > 0 } n ? int.Parse(n) : 0,
                Named(m.Groups[2].Value), [.. Quoted().Matches(m.Groups[3].Value).Select(q => Named(q.Groups[1].Value))]))];

        /// <summary>Every file that the section names, in tables or elsewhere; * stands for anything in a file's name.</summary>
        public IEnumerable<string> Files =>
            Quoted().Matches(Text).Select(q => Named(q.Groups[1].Value)).Where(static p => PathLike().IsMatch(p));
    }

    static readonly string s_page = File.ReadAllText(RepoRoot.At("docs", "add-an-op.md")).ReplaceLineEndings("\n");

    static Section Composed { get; } = new(Part("Composed of others"), Newest(Part("Composed of others")).Groups[1].Value, "");

    static Section Kernel { get; } = new(Part("With a kernel of its own"),
        Newest(Part("With a kernel of its own")).Groups[2].Value, Newest(Part("With a kernel of its own")).Groups[1].Value);

    static IEnumerable<Place> Places => [.. Composed.Places, .. Kernel.Places];

    [TestCaseSource(nameof(Places))]
    public void Each_place_has_what_the_page_says(Place place)
    {
        Assert.That(RepoRoot.At(place.File), Does.Exist);
        string text = File.ReadAllText(RepoRoot.At(place.File));
        Assert.That(place.Code, Is.Not.Empty);
        foreach (string code in place.Code) Assert.That(text, Does.Contain(code), place.File);
    }

    [Test]
    public void There_are_no_more_places_than_the_page_counts()
    {
        Assert.That(Numbers(Composed), Is.EqualTo(Enumerable.Range(1, ComposedPlaces)));
        Assert.That(Numbers(Kernel), Is.EqualTo(Enumerable.Range(1, KernelPlaces)));
        Assert.That(Composed.Places, Has.Count.EqualTo(ComposedPlaces + 1), "A row of a table is not numbered.");
        Assert.That(Kernel.Places, Has.Count.EqualTo(KernelPlaces + 2));

        static IEnumerable<int> Numbers(Section section) => section.Places.Select(static p => p.Number).Where(static n => n > 0);
    }

    [Test]
    public void An_operation_that_is_composed_has_no_primitive() =>
        Assert.That(File.ReadAllText(RepoRoot.At("Engine.Kernels", "Backend.cs")), Does.Not.Match($@"\b{Composed.Stem}\("));

    [Test]
    public void No_place_is_left_out()
    {
        string both = $"{Regex.Escape(Kernel.Stem)}|{Regex.Escape(Kernel.KernelStem)}";
        var stem = new Regex($"({both})(?![a-z])", RegexOptions.IgnoreCase);
        var named = Kernel.Files.Select(static p => new Regex($"^{Regex.Escape(p).Replace(@"\*", "[^/]*")}$")).ToArray();
        string[] found =
        [
            .. SourceTree.Files("", "*").Select(SourceTree.Relative).Where(static p => Text().IsMatch(p))
                .Where(p => stem.IsMatch(Path.GetFileName(p))
                    || stem.IsMatch(Comments().Replace(File.ReadAllText(RepoRoot.At(p)), ""))),
        ];
        Assert.That(found, Has.Length.GreaterThan(KernelPlaces));
        Assert.That(found.Where(p => !named.Any(n => n.IsMatch(p))), Is.Empty, "Places that the page does not name.");
    }

    static string Part(string title)
    {
        var parts = s_page.Split("\n## ");
        return parts.Single(p => p.StartsWith(title + "\n", StringComparison.Ordinal));
    }

    static Match Newest(string text)
    {
        var match = Newest().Match(text);
        Assert.That(match.Success, "The section names its newest operation.");
        return match;
    }

    [GeneratedRegex(@"newest\sone\sis `(\w+)`(?:, in C# `(\w+)`)?")]
    private static partial Regex Newest();

    [GeneratedRegex(@"^\| (\d*) ?\| `([^`]+)` \| (.+) \|$", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex("`([^`\n]+)`")]
    private static partial Regex Quoted();

    [GeneratedRegex(@"^[\w./*]+\.(cs|cu|ptx|md)$")]
    private static partial Regex PathLike();

    [GeneratedRegex("//.*$", RegexOptions.Multiline)]
    private static partial Regex Comments();

    [GeneratedRegex(@"\.(cs|cu|cuh|ptx|md|py|sh|ps1|proj|csproj|props|targets|xml|json)$")]
    private static partial Regex Text();
}
