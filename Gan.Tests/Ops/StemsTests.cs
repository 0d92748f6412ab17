using System.Text.RegularExpressions;
using Ssgan.Engine.Kernels.Conformance;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Ops;

/// <summary>An operation or a primitive without tests does not get in.</summary>
sealed partial class StemsTests
{
    static IEnumerable<string> OpStems => Stems(RepoRoot.At("Engine", "Ops")).Where(s => s != "Guard");

    static IEnumerable<string> PrimitiveStems =>
        Stems(RepoRoot.At("Engine.Kernels", "Cpu")).Where(s => s != "CpuBackend" && Primitives(s).Length > 0);

    [TestCaseSource(nameof(OpStems))]
    public void Every_operation_has_a_test_file_and_rows_in_the_table(string stem)
    {
        Assert.That(RepoRoot.At("Gan.Tests", "Ops", stem + "Tests.cs"), Does.Exist);
        // Their inputs are bytes and indices, or their results truth values: no gradient flows.
        if (stem is "GatherImages" or "OneHot" or "Comparison") return;
        Assert.That(OpTable.Cases.Select(c => c.Stem), Does.Contain(stem), $"{stem}Tests.Cases is empty or not in OpTable.");
    }

    [Test]
    public void The_conformance_table_has_rows_of_every_stem() =>
        Assert.That(ConformanceTable.All.Select(static row => row.Stem).Distinct(), Is.EquivalentTo(PrimitiveStems));

    [Test]
    public void Every_composition_has_the_stem_of_the_primitives_that_it_composes() =>
        Assert.That(Stems(RepoRoot.At("Engine.Kernels", "Composed")).Where(static s => s != "Temporaries"),
            Is.Not.Empty.And.SubsetOf(PrimitiveStems.ToArray()));

    [Test]
    public void The_table_names_only_stems_that_exist() =>
        Assert.That(OpTable.Cases.Select(c => c.Stem).Distinct(), Is.SubsetOf(OpStems.ToArray()));

    [Test]
    public void Both_trees_were_found()
    {
        Assert.That(OpStems.Count(), Is.GreaterThan(10));
        Assert.That(PrimitiveStems.Count(), Is.GreaterThan(10));
    }

    static IEnumerable<string> Stems(string folder) =>
        Directory.GetFiles(folder, "*.cs").Select(f => Path.GetFileNameWithoutExtension(f)!).Order();

    /// <summary>The methods of the page of primitives that a file implements.</summary>
    static string[] Primitives(string stem) =>
        [.. Override().Matches(File.ReadAllText(RepoRoot.At("Engine.Kernels", "Cpu", stem + ".cs")))
            .Select(m => m.Groups[1].Value).Distinct()];

    [GeneratedRegex(@"public override void (\w+)")]
    private static partial Regex Override();
}
