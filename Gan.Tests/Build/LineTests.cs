using System.Text.RegularExpressions;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Build;

/// <summary>Files stay short and narrow enough to be read.</summary>
sealed partial class LineTests
{
    const int MostColumns = 130, MostLines = 300;

    static readonly string[] Short = ["*.cs", "*.cu", "*.cuh", "*.py"],
        Narrow = [.. Short, "*.sh", "*.ps1", "*.csproj", "*.proj", "*.props", "*.targets"];

    [TestCaseSource(nameof(Narrow))]
    public void No_line_is_wider_than_the_rule(string pattern) => Assert.That(
        SourceTree.Files("", pattern).SelectMany(static file => Wide(file, File.ReadLines(file))), Is.Empty);

    /// <summary>Tables, code and lines that a link makes long stay as they are.</summary>
    [Test]
    public void No_line_of_prose_is_wider_than_the_rule() => Assert.That(
        SourceTree.Files("", "*.md").SelectMany(static file => Wide(file, Prose(File.ReadLines(file)))), Is.Empty);

    [TestCaseSource(nameof(Short))]
    public void No_file_is_longer_than_the_rule(string pattern) => Assert.That(
        SourceTree.Files("", pattern)
            .Select(static file => (Name: SourceTree.Relative(file), Lines: File.ReadLines(file).Count()))
            .Where(static f => f.Lines > MostLines).Select(static f => $"{f.Name}: {f.Lines} lines"), Is.Empty);

    static IEnumerable<string> Wide(string file, IEnumerable<string> lines) => lines.Index()
        .Select(static l => (l.Index, Columns: l.Item.EnumerateRunes().Count())).Where(static l => l.Columns > MostColumns)
        .Select(l => $"{SourceTree.Relative(file)}:{l.Index + 1}: {l.Columns} columns");

    /// <summary>The lines in their places, with none where there is no prose.</summary>
    static IEnumerable<string> Prose(IEnumerable<string> lines)
    {
        bool code = false;
        foreach (string line in lines)
        {
            bool fence = line.TrimStart().StartsWith("```", StringComparison.Ordinal);
            code ^= fence;
            yield return code || fence || line.TrimStart().StartsWith('|') ? "" : Link().Replace(line, "");
        }
    }

    [GeneratedRegex(@"\]\([^)]*\)|https?://\S+")]
    private static partial Regex Link();
}
