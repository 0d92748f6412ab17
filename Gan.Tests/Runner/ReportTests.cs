using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using SkiaSharp;
using Ssgan.Gan.Training;
using Ssgan.Runner.Commands;
using Ssgan.Runner.Report;
using Ssgan.Runner.Runs;
using Ssgan.Runner.Terminal;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Runner;

public sealed class ReportTests
{
    [Test]
    public void A_run_leaves_a_page_of_all_that_it_has()
    {
        using var scratch = new TempFolder();
        Shell.Train(scratch["run"], "--steps", "4", "--log-every", "1", "--sample-every", "2");
        var run = Data(scratch["run/report.html"]);
        Assert.That(run.GetProperty("state").GetString(), Is.EqualTo("done"));
        Assert.That((run.GetProperty("step").GetInt64(), run.GetProperty("steps").GetInt64()), Is.EqualTo((4, 4)));
        var curves = run.GetProperty("curves");
        Assert.That(Numbers(curves.GetProperty("steps")), Is.EqualTo(new[] { 1.0, 2, 3, 4 }));
        var logged = MetricsLog.Read(scratch["run/metrics.jsonl"]).ToList();
        foreach (string name in (string[])["loss_d", "grad_norm_g", "rotation_accuracy_real", "d_fake"])
            Assert.That(Numbers(curves.GetProperty("series").GetProperty(name)),
                Is.EqualTo(logged.Select(r => r[name])).Within(1e-3).Percent, name);
        Assert.That(Numbers(curves.GetProperty("series").GetProperty("sigma.d.block1.c1")), Has.All.GreaterThan(0));
        var sheets = run.GetProperty("sheets").GetProperty("items").EnumerateArray().ToList();
        Assert.That(sheets.Select(static s => s.GetProperty("step").GetInt64()), Is.EqualTo(new[] { 0L, 2, 4 }));
        byte[] picture = Convert.FromBase64String(sheets[2].GetProperty("src").GetString()!.Split(',')[1]);
        using var shown = SKBitmap.Decode(picture);
        using var drawn = SKBitmap.Decode(scratch["run/samples/fakes-00000004.png"]);
        Assert.That((shown.Width, shown.Height), Is.EqualTo((drawn.Width, drawn.Height)));
        var start = run.GetProperty("starts").EnumerateArray().Single();
        Assert.That(start.GetProperty("facts").GetRawText(), Does.Contain("shapes, endless").And.Contain("--log-every 1"));
        // All real images are their owner's.
        Assert.That(run.GetRawText(), Does.Not.Contain("reals.png"));
    }

    [Test]
    public void Its_command_makes_the_same_run_again()
    {
        using var scratch = new TempFolder();
        Shell.Train(scratch["run"], "--steps", "1", "--lr", "0.001", "--rotation", "four-angles", "--seed", "77", "--flip",
            "--lr-schedule", "constant", "--beta1", "0.25", "--rotation-fake", "0.5", "--update-order", "generator-first");
        string command = Data(scratch["run/report.html"]).GetProperty("command").GetString()!;
        Assert.That(command, Does.StartWith("ssgan train --preset tiny --model ssgan --size 32 --data shapes "));
        Shell.Run([.. command.Split(' ').Skip(1), "--out", scratch["again"], "--plain", "--threads", "1"]);
        Assert.That(File.ReadAllText(scratch["again/config.json"]), Is.EqualTo(File.ReadAllText(scratch["run/config.json"])));
    }

    [Test]
    public void Arguments_with_signs_of_a_shell_are_quoted() => Assert.That(
        RunCommandLine.Quote(["--data", "my photos/it's", "", "a=b"]), Is.EqualTo(@"--data 'my photos/it'\''s' '' a=b"));

    [Test]
    public void Names_never_become_markup_and_nothing_is_fetched()
    {
        using var scratch = new TempFolder();
        string name = "<img src=x onerror=alert(1)>{{data}}", run = scratch[name];
        Shell.Train(run, "--steps", "1", "--data", Classes(scratch, "</script><script>alert(2)", "b"), "--model", "cgan-pd");
        string page = File.ReadAllText(Path.Combine(run, "report.html"));
        Assert.That(page, Does.Not.Contain("<img src=x").And.Not.Contain("<script>alert"));
        Assert.That(Data(Path.Combine(run, "report.html")).GetProperty("name").GetString(), Is.EqualTo(name));
        string policy = Regex.Match(page, "Content-Security-Policy\" content=\"([^\"]+)\"").Groups[1].Value;
        Assert.That(policy, Does.StartWith("default-src 'none'").And.Not.Contain("unsafe").And.Not.Contain("http"));
        // The script that runs is the one that the policy allows.
        string script = Regex.Match(page, "<script>(.*)</script>\n</body>", RegexOptions.Singleline).Groups[1].Value;
        string digest = Convert.ToBase64String(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(script)));
        Assert.That(policy, Does.Contain($"script-src 'sha256-{digest}'"));
        Assert.That(page, Does.Contain("Copyright (c) 2022 Leon Sorokin"), "uPlot's licence goes with it.");
    }

    [Test]
    public void A_long_run_makes_a_page_of_bounded_size()
    {
        using var scratch = new TempFolder();
        Shell.Train(scratch["run"], "--steps", "1");
        using (var log = File.CreateText(scratch["run/metrics.jsonl"]))
            for (int i = 1; i <= 300_000; i++) log.Write($"{{\"step\":{i},\"loss_d\":0.{i},\"loss_g\":-0.{i}}}\n");
        File.AppendAllText(scratch["run/metrics.jsonl"], "{\"step\":300001,\"lo");
        byte[] sheet = File.ReadAllBytes(scratch["run/samples/fakes-00000001.png"]);
        for (int i = 2; i < 200; i++) File.WriteAllBytes(scratch[$"run/samples/fakes-{i:D8}.png"], sheet);
        File.WriteAllBytes(scratch["run/samples/fakes-00000200.png"], [1, 2, 3]);
        var printed = Shell.Run("report", scratch["run"], "--out", scratch["page.html"]);
        Assert.That((printed.Code, printed.Error), Is.EqualTo((ExitCode.Done, "")));
        Assert.That(new FileInfo(scratch["page.html"]).Length, Is.LessThan(2_000_000));
        var run = Data(scratch["page.html"]);
        Assert.That(run.GetProperty("curves").GetProperty("lines").GetInt64(), Is.EqualTo(300_000));
        Assert.That(Numbers(run.GetProperty("curves").GetProperty("steps")), Has.Length.InRange(1000, 2000));
        Assert.That(run.GetProperty("sheets").GetProperty("items").GetArrayLength(), Is.EqualTo(59));
        Assert.That(run.GetProperty("notes").GetRawText(),
            Does.Contain("59 of 201 sheets").And.Contain("1 sheets of samples could not be read"));
    }

    [TestCase(0, 5, new int[0])]
    [TestCase(3, 5, new[] { 0, 1, 2 })]
    [TestCase(100, 4, new[] { 0, 33, 66, 99 })]
    public void Sheets_that_are_shown_are_evenly_spaced(int count, int most, int[] expected) =>
        Assert.That(SheetPictures.Spread(count, most), Is.EqualTo(expected));

    [Test]
    public void What_cannot_be_shown_is_refused_in_a_sentence()
    {
        using var scratch = new TempFolder();
        Assert.That(Shell.Run("report", scratch["none"]).Error, Does.Contain("There is no run folder"));
        Shell.Train(scratch["run"], "--steps", "1");
        var printed = Shell.Run("report", scratch["run"], "--out", scratch["page.pdf"]);
        Assert.That((printed.Code, printed.Error.Contains("name it .html", StringComparison.Ordinal)),
            Is.EqualTo((ExitCode.BadArguments, true)));
        File.WriteAllText(scratch["run/config.json"], "{");
        Assert.That(Shell.Run("report", scratch["run"], "--out", scratch["page.html"]).ErrorLines, Has.Length.EqualTo(1));
        Assert.That(scratch["page.html"], Does.Not.Exist);
    }

    [Test]
    public void Each_start_is_written_down()
    {
        using var scratch = new TempFolder();
        Shell.Train(scratch["run"], "--steps", "2");
        Shell.Run("train", "--resume", scratch["run"], "--steps", "3", "--plain", "--threads", "1");
        File.AppendAllText(scratch["run/starts.jsonl"], "{\"date\":\"2026");
        var starts = RunStart.Of(RunFolder.Open(scratch["run"]));
        Assert.That(starts.Select(static s => s.Step), Is.EqualTo(new[] { 0, 2 }));
        Assert.That(starts[1].Arguments, Does.Contain("--resume"));
        Assert.That(starts[0].Cores, Is.EqualTo(Environment.ProcessorCount));
    }

    [Test]
    public void Every_setting_of_the_command_has_its_option() => Assert.That(
        RunCommandLine.Of(Presets.For(Presets.Mimicry, 48).With(seed: 3, keepLast: 9), TrainArguments.NameOf),
        Is.EqualTo("ssgan train --preset mimicry --model ssgan --size 48 --data shapes --seed 3 --keep-last 9"));

    /// <summary>A folder of images of two classes.</summary>
    static string Classes(TempFolder scratch, params string[] names)
    {
        byte[] png = File.ReadAllBytes(RepoRoot.At("packaging", "icon.png"));
        // A class's name may hold all signs but a slash.
        foreach (string name in names)
            for (int i = 0; i < 4; i++) scratch.Write($"data/{name.Replace('/', '\u2215')}/{i}.png", png);
        return scratch["data"];
    }

    static double[] Numbers(JsonElement array) => [.. array.EnumerateArray().Select(static v => v.GetDouble())];

    static JsonElement Data(string page)
    {
        string json = Regex.Match(File.ReadAllText(page), "id=\"data\">(.*)</script>\n<script>").Groups[1].Value;
        using var document = JsonDocument.Parse(json);
        return document.RootElement.GetProperty("runs")[0].Clone();
    }
}
