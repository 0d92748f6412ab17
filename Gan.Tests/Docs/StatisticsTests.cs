using System.Text.RegularExpressions;
using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Gan.Algorithms;
using Ssgan.Gan.Settings;
using Ssgan.Gan.Training;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Docs;

/// <summary>docs/statistics.md has every name that is reported, and no other.</summary>
sealed partial class StatisticsTests
{
    const int Batch = 4;

    static IEnumerable<string> Gans => GanCatalog.Names;

    [TestCaseSource(nameof(Gans))]
    public void The_table_has_what_the_algorithm_reports(string gan)
    {
        using var device = Device.Cpu(1);
        using var step = Step(device, gan);
        Update(device, step);
        string[] documented = [.. Rows("Of the updates").Where(r => r.Last.Contains($"`{gan}`")).Select(static r => r.Name)];
        Assert.That(step.Stats.Take().Select(static s => s.Name), Is.EquivalentTo(documented));
    }

    [Test]
    public void The_table_names_only_algorithms_of_the_catalog()
    {
        var rows = Rows("Of the updates").ToArray();
        Assert.That(rows.Select(static r => r.Name), Is.Unique);
        Assert.That(rows.Select(static r => r.Last), Has.All.Not.Empty);
        Assert.That(rows.SelectMany(static r => Quoted().Matches(r.Last).Select(static m => m.Groups[1].Value)).Distinct(),
            Is.EquivalentTo(GanCatalog.Names));
    }

    [TestCase("ssgan")]
    [TestCase("wgan-gp")]
    public void The_table_has_what_options_add(string gan)
    {
        using var device = Device.Cpu(1);
        using var plain = Step(device, gan);
        Update(device, plain);
        using var step = (GanCatalog.Of(gan).Defaults with { Ngf = 4, Ndf = 4, Augment = "ada", Lecam = 1 })
            .Create(device, 32, 4, new OptimisationSettings { Batch = Batch });
        Update(device, step);
        var added = step.Stats.Take().Select(static s => s.Name).Except(plain.Stats.Take().Select(static s => s.Name));
        Assert.That(added, Is.EquivalentTo(Rows("Of options").Select(static r => r.Name)));
    }

    [Test]
    public void The_table_has_what_a_line_of_the_log_adds()
    {
        using var temp = new TempFolder();
        string path = temp["metrics.jsonl"];
        using (var log = new MetricsLog(path, 0)) log.Append(new(1, 2, [], 1e-4, 10, TimeSpan.FromSeconds(1), null, 3, 4));
        Assert.That(MetricsLog.Read(path).Single().Keys, Is.EqualTo(Rows("Of the run").Select(static r => r.Name)));
    }

    [TestCaseSource(nameof(Gans))]
    public void The_table_has_whose_logits_are_observed(string gan)
    {
        using var device = Device.Cpu(1);
        using var step = Step(device, gan);
        var told = new List<string>();
        step.LogitsObserver = (name, logits) =>
        {
            Assert.That(logits.Shape, Is.EqualTo(new Shape(Batch, 1)));
            told.Add(name);
        };
        Update(device, step);
        Assert.That(told, Is.EqualTo(Rows("Single logits").Where(r => !r.Last.Contains($"`{gan}`")).Select(static r => r.Name)));
    }

    static GanStep Step(Device device, string gan) =>
        SmallGans.Of(gan).Create(device, 32, 4, new OptimisationSettings { Batch = Batch });

    static void Update(Device device, GanStep step)
    {
        using (device.Scope())
        {
            using var random = new Rng(device, 1);
            var real = RealBatch.Of(random.Uniform(new Shape(Batch, 32, 32, 3), -1, 1),
                step.Classes == 0 ? null : random.Integers(new Shape(Batch), step.Classes));
            step.TrainDiscriminator(real);
            if (step.GeneratorSeesReals) step.TrainGenerator(real);
            else step.TrainGenerator(Batch);
        }
    }

    /// <summary>The rows of a section's table: the name of each, and its last column.</summary>
    static IEnumerable<(string Name, string Last)> Rows(string section)
    {
        string page = File.ReadAllText(RepoRoot.At("docs", "statistics.md")).ReplaceLineEndings("\n");
        string text = page.Split("\n## ").Single(p => p.StartsWith(section + "\n", StringComparison.Ordinal));
        return Row().Matches(text).Select(static m => (m.Groups[1].Value, m.Groups[2].Value));
    }

    [GeneratedRegex(@"^\| `(\w+)` \|(?:.*\|)? ([^|]*) \|$", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Quoted();
}
