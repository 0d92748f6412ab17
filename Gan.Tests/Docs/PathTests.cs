using System.Text.RegularExpressions;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Docs;

/// <summary>What the pages name exists: files and folders of the repository, code, and the ends of links.</summary>
sealed partial class PathTests
{
    static IEnumerable<string> Pages =>
        ["README.md", "kernels/README.md", .. SourceTree.Files("docs", "*.md").Select(SourceTree.Relative)];

    static readonly Lazy<string[]> s_files = new(static () => [.. SourceTree.Files("", "*").Select(SourceTree.Relative)]);

    static readonly Lazy<HashSet<string>> s_words = new(static () =>
        [.. SourceTree.Files("", "*.cs").SelectMany(static f => Word().Matches(File.ReadAllText(f)))
            .Select(static m => m.Value)]);

    [TestCaseSource(nameof(Pages))]
    public void Every_file_that_a_page_names_exists(string page) => Assert.That(
        Quoted(page).SelectMany(static q => q.Split(' ')).Select(Stripped).Where(IsOurs).Where(static p => !Exists(p)), Is.Empty);

    [TestCaseSource(nameof(Pages))]
    public void Every_name_of_code_that_a_page_uses_is_in_a_source(string page) => Assert.That(
        Quoted(page).Select(static q => Code().Match(q)).Where(static m => m.Success)
            .SelectMany(static m => m.Groups[1].Value.Split('.')).Where(static n => !s_words.Value.Contains(n)), Is.Empty);

    [TestCaseSource(nameof(Pages))]
    public void Every_link_within_the_repository_leads_somewhere(string page)
    {
        string folder = Path.GetDirectoryName(RepoRoot.At(page.Split('/')))!;
        foreach (var link in Link().Matches(Prose(page)).Select(static m => m.Groups[1].Value)
            .Where(static l => !l.StartsWith("http", StringComparison.Ordinal)))
        {
            string[] parts = link.Split('#');
            string file = parts[0].Length == 0 ? RepoRoot.At(page.Split('/')) : Path.GetFullPath(Path.Combine(folder, parts[0]));
            Assert.That(file, Does.Exist, link);
            if (parts.Length > 1) Assert.That(Headings(file), Does.Contain(parts[1]), link);
        }
    }

    static IEnumerable<string> Quoted(string page) => InQuotes().Matches(Prose(page)).Select(static m => m.Groups[1].Value);

    /// <summary>A page without its blocks of code.</summary>
    static string Prose(string page) =>
        Block().Replace(File.ReadAllText(RepoRoot.At(page.Split('/'))).ReplaceLineEndings("\n"), "");

    static string Stripped(string path) => path.StartsWith("./", StringComparison.Ordinal) ? path[2..] : path;

    /// <summary>By its ending, or by the folder that it begins with.</summary>
    static bool IsOurs(string path)
    {
        if (Source().IsMatch(path)) return true;
        string first = path[..(path.IndexOf('/') + 1)];
        return PathLike().IsMatch(path) && s_files.Value.Any(f => f.StartsWith(first, StringComparison.Ordinal));
    }

    /// <summary>A path from the root, or its last parts; a stem in brackets and * stand for anything in a name.</summary>
    static bool Exists(string path)
    {
        string pattern = Regex.Escape(Placeholder().Replace(path, "*")).Replace(@"\*", "[^/]*");
        var wanted = new Regex($"(^|/){pattern}{(path.EndsWith('/') ? "" : "(/|$)")}");
        return s_files.Value.Any(f => wanted.IsMatch(f));
    }

    /// <summary>As GitHub makes anchors of headings.</summary>
    static IEnumerable<string> Headings(string file) => File.ReadLines(file).Where(static l => l.StartsWith('#'))
        .Select(static l => NotInAnchors().Replace(l.TrimStart('#').Trim().ToLowerInvariant(), "").Replace(' ', '-'));

    [GeneratedRegex("`([^`\n]+)`")]
    private static partial Regex InQuotes();

    [GeneratedRegex(@"^```.*?^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();

    [GeneratedRegex(@"^[\w.*<>/-]+\.(cs|cu|cuh|ptx|py|sh|ps1|proj|csproj|sln|props|targets)$")]
    private static partial Regex Source();

    [GeneratedRegex(@"^[\w.-]+/[\w.*<>/-]*$")]
    private static partial Regex PathLike();

    [GeneratedRegex(@"^([A-Z]\w*[a-z]\w*(?:\.[A-Z]\w+)*)(?:\(.*\))?$")]
    private static partial Regex Code();

    [GeneratedRegex("<[a-zA-Z]+>")]
    private static partial Regex Placeholder();

    [GeneratedRegex(@"\w+")]
    private static partial Regex Word();

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex NotInAnchors();
}
