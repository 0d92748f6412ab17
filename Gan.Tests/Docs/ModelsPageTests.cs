using System.Text.RegularExpressions;
using Ssgan.Gan.Algorithms;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Docs;

/// <summary>docs/models.md has a row for every GAN of the catalog, and no other.</summary>
sealed partial class ModelsPageTests
{
    [Test]
    public void Every_GAN_has_its_paper_recipe_and_score()
    {
        var rows = Row().Matches(File.ReadAllText(RepoRoot.At("docs", "models.md"))).ToArray();
        Assert.That(rows.Select(static r => r.Groups[1].Value), Is.EquivalentTo(GanCatalog.Names));
    }

    [GeneratedRegex(@"^\| `([\w-]+)` \|[^|]+\|[^|]+\|[^|]*\|\r?$", RegexOptions.Multiline)]
    private static partial Regex Row();
}
