using System.Globalization;
using Ssgan.Benchmarks.Kit;
using Ssgan.Benchmarks.Results;
using Ssgan.Benchmarks.Running;
using Ssgan.Benchmarks.Workloads;
using Ssgan.Emulator;
using Ssgan.Engine.Kernels.Cuda.Native;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Benchmarks;

/// <summary>Runs of BenchmarkDotNet in this process, each item once and small.</summary>
sealed class BenchRunTests
{
    static (int Code, string Text, ResultFile? Results, string Markdown) Run(ISymbolSource libraries, params string[] args)
    {
        using var folder = new TempFolder();
        using var text = new StringWriter { NewLine = "\n" };
        int code = KitProgram.Run([.. args, "--out", folder["out"]], libraries, text, text);
        string json = folder["out/results.json"], markdown = folder["out/results.md"];
        return (code, text.ToString(), File.Exists(json) ? ResultFile.Load(json) : null,
            File.Exists(markdown) ? File.ReadAllText(markdown) : "");
    }

    [Test]
    public void ShortSelectionRunsOnTheCpuAndSaysWhyThereIsNoCard()
    {
        using var none = new EmulatedCuda(new EmulatorOptions { HasDriver = false });
        var (code, text, results, markdown) = Run(none, "--dry", "--short");
        Assert.That(code, Is.EqualTo(KitProgram.Done), text);
        string[] expected = [.. Suite.All.SelectMany(static s => s.Items(new Variant(false, "f32")).Where(static w => w.IsShort)
            .Select(w => $"{s.Name}.{w.Name} cpu f32"))];
        Assert.That(results!.Items.Select(static i => i.Key()), Is.EqualTo(expected));
        Assert.That(text,
            Does.Match(@"(?m)^There are no rows for cuda: this machine has no NVIDIA driver \(looked for [^\n]+\)\.$"));
        Assert.That(results.Notes.Single(), Does.StartWith("There are no rows for cuda"));
        Assert.That(results.Ceilings.Keys, Is.EqualTo(new[] { "cpu" }));
        Assert.That((results.Version, results.BenchmarkDotNet), Is.EqualTo(("0.1.0", "0.15.8")));
        // The table shows what the JSON holds.
        var rows = markdown.Split('\n').Select(static l => l.Split('|').Select(static c => c.Trim()).ToArray()).ToList();
        foreach (var i in results.Items)
        {
            string share = i.OfCeiling is { } s ? s.ToString("0%", CultureInfo.InvariantCulture) : "";
            string[] row =
            [
                "", i.Suite, i.Name, i.Device, i.Precision, Spelling.Time(i.MedianNs), Spelling.Time(i.ErrorNs), Spelling.Rate(i),
                share, i.Against ?? "", $"{i.AllocatedBytes}", "",
            ];
            Assert.That(rows, Has.Some.EqualTo(row));
        }
        var bound = results.Items.Where(static i => i.Suite is "Rotation" or "Convolution" or "Adam")
            .Select(static i => i.OfCeiling);
        Assert.That(bound, Is.All.Positive);
    }

    [Test]
    public void FolderThatCannotBeMadeIsASentence()
    {
        using var none = new EmulatedCuda(new EmulatorOptions { HasDriver = false });
        using var folder = new TempFolder();
        using var text = new StringWriter { NewLine = "\n" };
        File.WriteAllText(folder["taken"], "");
        int code = KitProgram.Run(["--dry", "--filter", "CrossEntropy.*64x4", "--out", folder["taken"]],
            none, TextWriter.Null, text);
        Assert.That(code, Is.EqualTo(KitProgram.Failed));
        Assert.That(text.ToString(),
            Does.StartWith("A file cannot be written: ").And.Contain(folder["taken"]).And.Match(@"^[^\n]*\n$"));
    }

    [TestCase("f32", "Rotation.*n64s32", "Gemm.*64x4x128", "SpectralNorm.*128x27", "BatchNorm.*bwd*", "Upsample.*nearest*",
        "Activation.*", "Attention.*", "Pooling.max*", "CrossEntropy.*64x4", "Adam.*d32", "Random.*64x128",
        "Convolution.*c128s8*", "Checkpoint.*save")]
    [TestCase("bf16", "Rotation.*n64s32", "Gemm.*64x4x128", "Pooling.avg*", "Convolution.*c128s8*fwd")]
    [TestCase("tf32", "Gemm.*64x4x128", "Convolution.*c128s8*wgrad")]
    public void CardsRowsRunOnTheEmulatedDevice(string precision, params string[] filters)
    {
        using var cuda = new EmulatedCuda();
        var (code, text, results, _) = Run(cuda,
            ["--dry", "--short", "--device", "cuda", "--precision", precision, "--filter", .. filters]);
        Assert.That(code, Is.EqualTo(KitProgram.Done), text);
        Assert.That(results!.Items.Select(static i => (i.Device, i.Precision)), Is.All.EqualTo(("cuda", precision)));
        // Every filter finds something.
        Assert.That(filters.Select(static f => f.Split('.')[0]), Is.SubsetOf(results.Items.Select(static i => i.Suite)));
        Assert.That(results.Ceilings["cuda"].Teraflops.Keys, Is.EqualTo(new[] { "f32", "tf32", "bf16" }));
        Assert.That(results.Machine.Device, Is.Not.Null);
        Assert.That(cuda.Leaks(), Is.Empty);
    }

    [Test]
    public void InvocationOnACardIsOneGraphOfManyCallsAndAWait()
    {
        using var cuda = new EmulatedCuda();
        var notes = new List<string>();
        var target = Target.Find(BenchOptions.Parse(["--device", "cuda", "--precision", "f32"]), cuda, notes).Single();
        var workload = RandomNumbers.Noise(new Variant(true, "f32", BenchRun.DryDivisor));
        using (var item = new Case(0, "Random", workload, target, null, isDry: false))
        {
            Assert.That(item.Calls, Is.EqualTo(200));
            item.Prepare();
            long launches = cuda.Calls("cuGraphLaunch"), waits = cuda.Calls("cuStreamSynchronize");
            item.Run();
            Assert.That((cuda.Calls("cuGraphLaunch") - launches, cuda.Calls("cuStreamSynchronize") - waits),
                Is.EqualTo((1L, 1L)));
        }
        Assert.That(notes, Is.Empty);
        Assert.That(cuda.Leaks(), Is.Empty);
    }

    [Test]
    public void LargeItemsAreCalledOnceAnInvocation()
    {
        using var cuda = new EmulatedCuda();
        var target = Target.Find(BenchOptions.Parse(["--device", "cuda"]), cuda, []).Single();
        var v = new Variant(true, "f32");
        Assert.That(new Case(0, "", Rotations.Quarters(v, 1024, 128), target, null, isDry: false).Calls, Is.EqualTo(2));
        Assert.That(new Case(0, "", Convolutions.Of(v, new ConvLayer(32, 256, 256, 3), 64).First(), target, null,
            isDry: false).Calls, Is.EqualTo(1));
    }

    [Test]
    public void ItemThatBreaksIsNamedAndTheOthersGoOn()
    {
        // Twelve bytes of a card do not hold the item.
        // What a backend needs for itself is 32 MiB; the largest images need 6.
        using var cuda = new EmulatedCuda(new EmulatorOptions { MemoryBytes = 36 << 20 });
        var (code, text, results, _) = Run(cuda, "--dry", "--device", "cuda", "--precision", "f32", "--filter", "*rotate_each*");
        Assert.That(code, Is.EqualTo(KitProgram.Failed), text);
        Assert.That(results!.Notes,
            Has.Some.Match("Rotation.rotate_each/f32/n1024s128 cuda was left out: OutOfDeviceMemoryException: "));
        string[] others = ["rotate_each/f32/n64s32", "rotate_each/f32/n256s32", "rotate_each/f32/n64s128"];
        Assert.That(results.Items.Select(static i => i.Name), Is.EqualTo(others));
    }

    [Test]
    public void ListNamesItemsAndTimesNone()
    {
        using var none = new EmulatedCuda(new EmulatorOptions { HasDriver = false });
        var (code, text, results, _) = Run(none, "--list", "--filter", "*rotation.ROTATE_EACH*", "adam.adam", "--device", "cpu");
        Assert.That(code, Is.EqualTo(KitProgram.Done));
        string[] sizes = ["n64s32", "n256s32", "n64s128", "n1024s128"];
        Assert.That(text, Is.EqualTo(string.Concat(sizes.Select(static s => $"Rotation.rotate_each/f32/{s} cpu\n"))
            + "Adam.adam cpu\n"));
        Assert.That(results, Is.Null);
    }

    [Test]
    public void OnlyACardThatIsNotThereIsNothingToDo()
    {
        using var none = new EmulatedCuda(new EmulatorOptions { HasDriver = false });
        var (code, text, _, _) = Run(none, "--device", "cuda");
        Assert.That(code, Is.EqualTo(KitProgram.NoGpu));
        Assert.That(text, Does.StartWith("There are no rows for cuda").And.Match(@"^[^\n]*\.\n$"));
    }

    [TestCase("There is no option --shrt; --help names those there are.", "--shrt")]
    [TestCase("--filter has no value.", "--filter")]
    [TestCase("--short takes no value, and \"yes\" follows it.", "--short", "yes")]
    [TestCase("--device takes cpu, cuda, not \"gpu\".", "--device", "cpu,gpu")]
    [TestCase("--precision takes one value, not 2.", "--precision", "f32", "bf16")]
    [TestCase("--threads takes a whole number, not \"-1\".", "--threads", "-1")]
    [TestCase("No item fits the filters and the precisions", "--device", "cpu", "--filter", "rotation")]
    public void MisuseIsASentence(string sentence, params string[] args)
    {
        using var none = new EmulatedCuda(new EmulatorOptions { HasDriver = false });
        using StringWriter output = new(), error = new();
        Assert.That(KitProgram.Run(args, none, output, error), Is.EqualTo(KitProgram.BadArguments));
        Assert.That(error.ToString(), Does.StartWith(sentence));
    }

    [Test]
    public void FirstStepRunsOnEitherDevice([Values("cpu", "cuda")] string device)
    {
        using var cuda = new EmulatedCuda();
        using StringWriter output = new(), error = new();
        string[] args = [Starts.Verb, "--device", device, "--precision", "f32", "--batch", "4", "--ngf", "8", "--ndf", "8"];
        Assert.That(KitProgram.Run(args, cuda, output, error), Is.Zero, error.ToString());
        Assert.That(output.ToString(), Does.Match(@"^[0-9.]+ s\s*$"));
    }
}
