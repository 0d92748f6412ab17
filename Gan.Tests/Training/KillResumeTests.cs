using System.Diagnostics;
using System.Globalization;
using Ssgan.Runner.Terminal;
using Ssgan.Tests.Runner;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Training;

public sealed class KillResumeTests
{
    const int Steps = 30;

    /// <summary>
    /// A process that is killed while it writes a checkpoint leaves a partial folder; resuming ignores it and ends with the very
    /// bytes of a run that nothing disturbed.
    /// </summary>
    [Test]
    public void KilledInTheMiddleOfAWriteThenResumedEqualsAnUnbrokenRun()
    {
        using var scratch = new TempFolder();
        string[] settings = ["--steps", $"{Steps}", "--checkpoint-every", "1", "--log-every", "4", "--sample-every", "1000"];
        Assert.That(Shell.Train(scratch["whole"], settings).Code, Is.EqualTo(ExitCode.Done));

        string broken = scratch["broken"], checkpoints = Path.Combine(broken, "checkpoints");
        int hits = 0;
        for (int attempt = 0; attempt < 10 && hits < 2; attempt++)
        {
            string[] command = attempt == 0 ? ["train", "--out", broken, .. Shell.Small, .. settings]
                : ["train", "--resume", broken, "--plain", "--threads", "1"];
            // A later attempt hits a later write.
            if (KillDuringWrite(command, checkpoints, firstStep: 3 + 3 * attempt)) hits++;
        }
        Assert.That(hits, Is.EqualTo(2), "no write was caught in the middle");

        var printed = Shell.Run("train", "--resume", broken, "--plain", "--threads", "1");
        Assert.That(printed.Code, Is.EqualTo(ExitCode.Done), printed.Error);
        foreach (string file in (string[])["checkpoints/step-00000030/tensors.safetensors", "samples/fakes-00000030.png"])
            Assert.That(File.ReadAllBytes(Path.Combine(broken, file)),
                Is.EqualTo(File.ReadAllBytes(scratch[$"whole/{file}"])), file);
        Assert.That(Directory.EnumerateDirectories(checkpoints, "*.partial"), Is.Empty);
    }

    /// <summary>
    /// Runs until a write of a step from <paramref name="firstStep"/> on is under way, and kills. True where a
    /// partial folder stayed.
    /// </summary>
    static bool KillDuringWrite(string[] command, string checkpoints, int firstStep)
    {
        using var process = Shell.Start(command);
        var clock = Stopwatch.StartNew();
        while (!process.HasExited && clock.Elapsed < TimeSpan.FromMinutes(2))
        {
            if (!Directory.Exists(checkpoints) || !Partial(checkpoints).Any(step => step >= firstStep)) continue;
            process.Kill();
            break;
        }
        process.WaitForExit();
        return Partial(checkpoints).Any();
    }

    static IEnumerable<int> Partial(string checkpoints) => Directory.EnumerateDirectories(checkpoints, "step-*.partial")
        .Select(static d => int.Parse(Path.GetFileName(d).AsSpan(5, 8), CultureInfo.InvariantCulture));
}
