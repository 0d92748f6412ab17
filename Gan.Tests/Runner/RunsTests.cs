using Ssgan.Engine;
using Ssgan.Emulator;
using Ssgan.Gan.Training;
using Ssgan.Runner;
using Ssgan.Runner.Terminal;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Runner;

/// <summary>"runs" and "clean": what there is, and what of it can go.</summary>
public sealed class RunsTests
{
    static readonly string[] s_saved = ["--checkpoint-every", "1", "--keep-last", "9", "--sample-every", "1", "--log-every", "1"];

    [Test]
    public void Runs_are_listed_with_their_state_and_use_of_the_disk()
    {
        using var scratch = new TempFolder();
        Shell.Train(scratch["runs/0001-a"], "--steps", "2", "--log-every", "1");
        Shell.Train(scratch["runs/0002-b"], "--steps", "2", "--model", "sngan");
        Shell.Run("train", "--resume", scratch["runs/0002-b"], "--steps", "1", "--plain");
        // Asked to go further, it stands at 2 of 9.
        string config = scratch["runs/0002-b/config.json"];
        File.WriteAllText(config, File.ReadAllText(config).Replace("\"steps\": 2", "\"steps\": 9", StringComparison.Ordinal));
        Directory.CreateDirectory(scratch["runs/0003-c/checkpoints"]);
        File.WriteAllText(scratch["runs/0003-c/config.json"], "no JSON");
        Directory.CreateDirectory(scratch["runs/photos"]);
        File.WriteAllText(scratch["runs/photos/a.txt"], "a");
        var printed = Shell.Run("runs", scratch["runs"]);
        Assert.That((printed.Code, printed.Error), Is.EqualTo((ExitCode.Done, "")));
        Assert.That(printed.Out, Does.Match(@"\| 0001-a +\| +ssgan \| +shapes 32 \| +2/2 \| +done \| +\d\.\d{3} / -?\d\.\d{3} \|")
            .And.Match(@"\| 0002-b +\| +sngan \| +shapes 32 \| +2/9 \| +stopped \|").And.Match(@"\| 0003-c +\|.*damaged")
            .And.Contain("3 runs, ").And.Not.Contain("photos"));
        long bytes = Directory.EnumerateFiles(scratch["runs/0001-a"], "*", SearchOption.AllDirectories)
            .Sum(static f => new FileInfo(f).Length);
        Assert.That(Shell.Run("runs", scratch["runs/0001-a"]).Out, Does.Contain($"1 run, {Format.Bytes(bytes)}; "));
        using (RunFolder.Open(scratch["runs/0001-a"]).Claim())
            Assert.That(Shell.Run("runs", scratch["runs"]).Out, Does.Match(@"\| 0001-a .* running \|"));
        Assert.That(Shell.Run("runs", scratch["runs/photos"]).Out, Does.StartWith("There are no runs in "));
        Assert.That(Shell.Run("runs", scratch["none"]).Error, Does.StartWith("There is no folder "));
    }

    [Test]
    public void What_can_go_is_shown_before_it_goes()
    {
        using var scratch = new TempFolder();
        Shell.Train(scratch["runs/a"], ["--steps", "4", .. s_saved]);
        var before = Files(scratch["runs"]);
        var shown = Shell.Run("clean", scratch["runs"], "--keep-last", "2", "--grids");
        Assert.That((shown.Code, shown.Error), Is.EqualTo((ExitCode.Done, "")));
        Assert.That(shown.Out, Does.Contain("runs/a: 2 checkpoints (steps 1 to 2), 4 grids, ").And.Contain("--yes does it."));
        Assert.That(Files(scratch["runs"]), Is.EqualTo(before));
        Assert.That(Shell.Run("clean", scratch["runs"], "--keep-last", "2", "--grids", "--yes").Out, Does.Contain("Deleted: "));
        // Grids are of the start and of each step.
        string[] gone = [.. before.Except(Files(scratch["runs"])).Select(f => Path.GetRelativePath(scratch["runs/a"], f)
            .Replace('\\', '/'))];
        Assert.That(gone, Is.EquivalentTo((string[])["checkpoints/step-00000001/state.json",
            "checkpoints/step-00000001/tensors.safetensors", "checkpoints/step-00000002/state.json",
            "checkpoints/step-00000002/tensors.safetensors", "samples/fakes-00000000.png", "samples/fakes-00000001.png",
            "samples/fakes-00000002.png", "samples/fakes-00000003.png"]));
        Assert.That(Directory.Exists(scratch["runs/a/checkpoints/step-00000001"]), Is.False);
        // What is left goes on.
        Assert.That(Shell.Run("train", "--resume", scratch["runs/a"], "--steps", "5", "--plain").Error, Is.Empty);
        Assert.That(Shell.Run("clean", scratch["runs"], "--keep-last", "9").Out, Does.Contain("There is nothing to delete."));
    }

    [Test]
    public void What_is_not_the_runs_own_stays()
    {
        using var scratch = new TempFolder();
        Shell.Train(scratch["runs/a"], ["--steps", "3", .. s_saved]);
        string run = scratch["runs/a"];
        File.WriteAllText(Path.Combine(run, "checkpoints/step-00000001/notes.txt"), "mine");
        Directory.CreateDirectory(Path.Combine(run, "checkpoints/step-1"));
        Directory.CreateDirectory(Path.Combine(run, "best"));
        File.WriteAllText(Path.Combine(run, "best/state.json"), "{}");
        foreach (string name in (string[])["fakes-1.png", "fakes-00000001.png.bak", "mine.png"])
            File.WriteAllText(Path.Combine(run, "samples", name), "mine");
        string elsewhere = scratch["elsewhere"];
        if (!OperatingSystem.IsWindows())
        {
            Directory.Move(Path.Combine(run, "checkpoints/step-00000002"), elsewhere);
            Directory.CreateSymbolicLink(Path.Combine(run, "checkpoints/step-00000002"), elsewhere);
        }
        var kept = Files(scratch["runs"]).Where(static f => !f.Contains("fakes-0000000", StringComparison.Ordinal)).ToList();
        var printed = Shell.Run("clean", run, "--grids", "--yes");
        Assert.That((printed.Code, printed.Error), Is.EqualTo((ExitCode.Done, "")));
        Assert.That(printed.Out, Does.Contain("step-00000001: stays, because it has files that are not a checkpoint's."));
        if (OperatingSystem.IsWindows()) return;
        Assert.That(kept.Where(static f => !File.Exists(f)), Is.Empty);
        Assert.That(Directory.GetFiles(elsewhere), Has.Length.EqualTo(2));
        Assert.That(File.Exists(Path.Combine(run, "samples/fakes-00000001.png.bak")), Is.True);
        Assert.That(Directory.Exists(Path.Combine(run, "checkpoints/step-1")), Is.True);
    }

    [Test]
    public void A_run_that_is_being_trained_stays_as_it_is()
    {
        using var scratch = new TempFolder();
        Shell.Train(scratch["a"], ["--steps", "2", .. s_saved]);
        var folder = RunFolder.Open(scratch["a"]);
        using (folder.Claim())
        {
            Assert.That(folder.IsClaimed, Is.True);
            Assert.That(Shell.Run("clean", scratch["a"], "--yes").Out, Does.Contain("is being trained, and stays as it is."));
        }
        Assert.That(folder.CheckpointSteps(), Is.EqualTo((long[])[1, 2]));
        Assert.That(folder.IsClaimed, Is.False);
        // What a killed process leaves claims nothing.
        File.WriteAllText(scratch["a/.claim"], "");
        Assert.That(folder.IsClaimed, Is.False);
        Shell.Run("clean", scratch["a"], "--yes");
        Assert.That(folder.CheckpointSteps(), Is.EqualTo((long[])[2]));
        Assert.That(Shell.Run("clean", scratch["a"], "--keep-last", "0").Error, Does.StartWith("--keep-last is 0"));
    }

    [Test]
    public void Features_are_known_by_their_names()
    {
        using var scratch = new TempFolder();
        string own = scratch.Write("cache/features/0123456789abcdef01234567.features", [1, 2, 3]);
        string other = scratch.Write("cache/features/0123456789abcdef01234567.features.txt", [1]);
        Directory.CreateDirectory(scratch["runs"]);
        using var none = new EmulatedCuda(new EmulatorOptions { HasDriver = false });
        using StringWriter output = new();
        var host = new Host(output, output, null, new Devices(none), CancellationToken.None) { CacheFolder = scratch["cache"] };
        Assert.That(Cli.Run(["clean", scratch["runs"], "--features"], host), Is.EqualTo(ExitCode.Done), output.ToString());
        Assert.That((File.Exists(own), File.Exists(other)), Is.EqualTo((true, true)));
        Assert.That(Cli.Run(["clean", scratch["runs"], "--features", "--yes"], host), Is.EqualTo(ExitCode.Done));
        Assert.That((File.Exists(own), File.Exists(other)), Is.EqualTo((false, true)));
        Assert.That(output.ToString(), Does.Contain("features of 1 set of images, 3 B"));
    }

    static List<string> Files(string folder) =>
        [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];
}
