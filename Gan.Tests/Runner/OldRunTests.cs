using Ssgan.Gan.Training;
using Ssgan.Runner;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Runner;

/// <summary>
/// A run folder as it was written when Adam had one step count, sums one number and config.json no decayFrom: commit 9a9d5f5,
/// train --ngf 4 --ndf 4 --batch 4 --n-dis 2 --steps 3 --log-every 2 --ema 0.9 --grid 4 --threads 1 --seed 5 --checkpoint-every 3
/// --device cpu --plain.
/// </summary>
public sealed class OldRunTests
{
    static void CopyRun(string to)
    {
        string from = RepoRoot.At("Gan.Tests", "Training", "OldRuns", "one-step-count");
        foreach (string file in Directory.GetFiles(from, "*", SearchOption.AllDirectories))
        {
            string target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }

    [Test]
    public void ItGoesOnAsItDidThen()
    {
        using var scratch = new TempFolder();
        CopyRun(scratch["run"]);
        var printed = Shell.Run("train", "--resume", scratch["run"], "--steps", "6", "--log-every", "1", "--plain");
        Assert.That((printed.Code, printed.Error), Is.EqualTo((ExitCode.Done, "")));
        // What that commit logged for steps 4 to 6; vectors of another width round otherwise.
        (double D, double G, double Rate)[] then = [(6.394211, -0.273471, 7e-4 / 3), (9.277876, 1.100173, 7e-4 / 6),
            (7.717559, -0.745914, 0)];
        var now = MetricsLog.Read(scratch["run/metrics.jsonl"]).Where(static r => r["step"] > 3).ToList();
        Assert.That(now.Select(static r => r["loss_d"]), Is.EqualTo(then.Select(static t => t.D)).Within(2e-3));
        Assert.That(now.Select(static r => r["loss_g"]), Is.EqualTo(then.Select(static t => t.G)).Within(2e-3));
        Assert.That(now.Select(static r => r["learning_rate"]), Is.EqualTo(then.Select(static t => t.Rate)).Within(1e-9));
    }

    [Test]
    public void ItsGeneratorDraws()
    {
        using var scratch = new TempFolder();
        CopyRun(scratch["run"]);
        var printed = Shell.Run("sample", "--checkpoint", scratch["run"], "--count", "4", "--out", scratch["sheet.png"]);
        Assert.That((printed.Code, printed.Error), Is.EqualTo((ExitCode.Done, "")));
        Assert.That(new FileInfo(scratch["sheet.png"]).Length, Is.Positive);
    }
}
