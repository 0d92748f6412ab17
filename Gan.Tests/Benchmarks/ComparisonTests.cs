using Ssgan.Benchmarks.Kit;
using Ssgan.Benchmarks.Results;
using Ssgan.Emulator;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Benchmarks;

sealed class ComparisonTests
{
    static ResultItem Item(string name, double median, double error, double? mean = null) => new()
    {
        Suite = "Gemm", Name = name, Device = "cpu", Precision = "f32", MedianNs = median, MeanNs = mean ?? median,
        ErrorNs = error, MinNs = median, MaxNs = median, Samples = 7, Operations = 1e6, Bytes = 0, OfCeiling = 0.5,
        Against = Ceilings.Product, AllocatedBytes = 0,
    };

    static ResultFile Results(params ResultItem[] items) => new()
    {
        Format = ResultFile.CurrentFormat, Date = new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc), Command = "--short",
        Version = "1.2.3", BenchmarkDotNet = "0.15.8", Machine = About.Host(), Seconds = 1,
        Ceilings = new Dictionary<string, Ceilings> { ["cpu"] = new(12.5, new Dictionary<string, double> { ["f32"] = 0.2 }) },
        Notes = [], Items = items,
    };

    [TestCase(100, 1, 120, 1, "Slower")]
    [TestCase(120, 1, 100, 1, "Faster")]
    [TestCase(100, 1, 104, 0.1, "None", Description = "beyond the errors, below the least change")]
    [TestCase(100, 1, 96, 0.1, "None")]
    [TestCase(100, 4, 120, 3, "None", Description = "3 * (4 + 3) is more than 20")]
    [TestCase(100, 3, 120, 3, "Slower", Description = "3 * (3 + 3) is less than 20")]
    [TestCase(100, 0, 106, 0, "Slower")]
    [TestCase(106, 0, 100, 0, "Faster")]
    public void ChangeIsWhatIsBeyondTheNoise(double first, double firstError, double second, double secondError, string change)
    {
        var comparison = new Comparison([Results(Item("a", first, firstError))], [Results(Item("a", second, secondError))]);
        Assert.That(comparison.Items.Single().Change.ToString(), Is.EqualTo(change));
        Assert.That(comparison.Items.Single().Ratio, Is.EqualTo(second / first));
    }

    [Test]
    public void MeansDecideWhetherIntervalsTouchAndMediansHowLargeAChangeIs()
    {
        Assert.That(new Comparison([Results(Item("a", 100, 1, mean: 130))], [Results(Item("a", 120, 1, mean: 131))])
            .Count(Change.None), Is.EqualTo(1));
        Assert.That(new Comparison([Results(Item("a", 100, 1, mean: 100))], [Results(Item("a", 101, 1, mean: 150))])
            .Count(Change.None), Is.EqualTo(1));
    }

    [Test]
    public void LeastChangeCanBeChosen() =>
        Assert.That(new Comparison([Results(Item("a", 100, 0))], [Results(Item("a", 106, 0))], least: 0.07).Count(Change.None),
            Is.EqualTo(1));

    [Test]
    public void FilesOfOtherItemsAreComparedWhereTheyMeet()
    {
        var comparison = new Comparison([Results(Item("a", 100, 1), Item("b", 1, 0))],
            [Results(Item("c", 1, 0), Item("a", 50, 1))]);
        Assert.That(comparison.Items.Select(static i => i.Key), Is.EqualTo(new[] { "Gemm.a cpu f32" }));
        Assert.That((comparison.OnlyInFirst[0], comparison.OnlyInSecond[0]), Is.EqualTo(("Gemm.b cpu f32", "Gemm.c cpu f32")));
        string text = comparison.Describe("old.json", "new.json");
        Assert.That(text, Does.Contain("a: old.json, 2026-01-02 03:04 UTC, version 1.2.3"));
        Assert.That(text, Does.Contain("cpu: copies 12.5 and 12.5 GB/s, f32 products 200 and 200 GFLOP/s"));
        Assert.That(text, Does.Contain("| Gemm.a cpu f32 | 100.0 ns | 50.00 ns | 0.500 | faster |"));
        Assert.That(text,
            Does.EndWith("1 items: 0 slower, 1 faster, 0 within the noise (three standard errors, and 5%); only in "
                + "a: 1, only in b: 1.\n"));
    }

    [Test]
    public void RunsOfASideThatDifferMakeItsIntervalWide()
    {
        ResultFile[] before = [Results(Item("a", 100, 1)), Results(Item("a", 130, 1)), Results(Item("a", 104, 1))],
            after = [Results(Item("a", 129, 1))];
        var wide = new Comparison(before, after).Items.Single();
        Assert.That((wide.FirstNs, wide.Change), Is.EqualTo((104.0, Change.None)));
        Assert.That(new Comparison([before[0], before[2]], after).Items.Single().Change, Is.EqualTo(Change.Slower));
    }

    [TestCase(100, 100, KitProgram.Done)]
    [TestCase(100, 50, KitProgram.Done)]
    [TestCase(100, 200, KitProgram.Failed)]
    public void ExitCodeSaysWhetherSomethingBecameSlower(double before, double after, int code)
    {
        using var folder = new TempFolder();
        Results(Item("a", before, 1)).Save(folder["a.json"]);
        Results(Item("a", after, 1)).Save(folder["b.json"]);
        var (actual, text) = Run("compare", $"{folder["a.json"]},{folder["a.json"]}", folder["b.json"], "--least", "10");
        Assert.That(actual, Is.EqualTo(code));
        Assert.That(text, Does.Contain("Gemm.a cpu f32").And.Contain("and 10%"));
    }

    [TestCase("{")]
    [TestCase("null")]
    [TestCase("{\"part\": \"kernels\"}")]
    [TestCase(null)]
    public void BadFileIsASentence(string? content)
    {
        using var folder = new TempFolder();
        Results(Item("a", 1, 0)).Save(folder["a.json"]);
        if (content is not null) File.WriteAllText(folder["b.json"], content);
        var (code, text) = Run("compare", folder["a.json"], folder["b.json"]);
        Assert.That(code, Is.EqualTo(KitProgram.BadArguments));
        Assert.That(text, Does.StartWith(folder["b.json"]).And.Match(@"^[^\n]*\.\n$"));
    }

    [TestCase("\"items\": null")]
    [TestCase("\"items\": [null]")]
    public void FileWithoutItemsIsASentence(string items)
    {
        using var folder = new TempFolder();
        Results(Item("a", 1, 0)).Save(folder["a.json"]);
        string whole = File.ReadAllText(folder["a.json"]);
        File.WriteAllText(folder["b.json"], whole[..whole.IndexOf("\"items\"", StringComparison.Ordinal)] + items + "}");
        var (code, text) = Run("compare", folder["a.json"], folder["b.json"]);
        Assert.That(code, Is.EqualTo(KitProgram.BadArguments));
        Assert.That(text, Does.StartWith(folder["b.json"] + " is no result file"));
    }

    [Test]
    public void FileWithATimeOfNothingIsRefused()
    {
        using var folder = new TempFolder();
        Results(Item("a", 0, 0)).Save(folder["a.json"]);
        Assert.That(() => ResultFile.Load(folder["a.json"]),
            Throws.TypeOf<KitException>().With.Message.EndsWith("a time in it is not positive."));
    }

    [TestCase("compare takes two result files, or commas between several of a side, not 1.", "compare", "a.json")]
    [TestCase("compare takes two result files, or commas between several of a side, not 3.", "compare", "a", "b", "c")]
    [TestCase("There is no option --most here", "compare", "a", "b", "--most", "3")]
    [TestCase("--least takes a percentage of at least 0, not -1.", "compare", "a", "b", "--least", "-1")]
    public void MisuseIsASentence(string sentence, params string[] args)
    {
        var (code, text) = Run(args);
        Assert.That(code, Is.EqualTo(KitProgram.BadArguments));
        Assert.That(text, Does.StartWith(sentence));
    }

    static (int Code, string Text) Run(params string[] args)
    {
        using var none = new EmulatedCuda(new EmulatorOptions { HasDriver = false });
        using var text = new StringWriter { NewLine = "\n" };
        return (KitProgram.Run(args, none, text, text), text.ToString());
    }
}
