using Ssgan.Gan.Training;
using Ssgan.Runner.Terminal;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Runner;

/// <summary>
/// Run folders as former commits wrote them. Of both: train --ngf 4 --ndf 4 --batch 4 --n-dis 2 --steps 3 --log-every 2 --ema 0.9
/// --grid 4 --threads 1 --seed 5 --checkpoint-every 3 --device cpu --plain.
/// </summary>
public sealed class OldRunTests
{
    /// <summary>Adam had one step count, sums were one number, config.json had no decayFrom: commit 9a9d5f5.</summary>
    const string OneStepCount = "one-step-count";

    /// <summary>
    /// All settings stood side by side in config.json: commit 9a1df5d, with --rotation four-angles --one-pass --flip
    /// --lr-schedule constant --lr 3e-4.
    /// </summary>
    const string FlatSettings = "flat-settings";

    /// <summary>What those commits logged for steps 4 to 6; vectors of another width round otherwise.</summary>
    static readonly Dictionary<string, (double D, double G, double Rate)[]> s_then = new()
    {
        [OneStepCount] = [(6.394211, -0.273471, 7e-4 / 3), (9.277876, 1.100173, 7e-4 / 6), (7.717559, -0.745914, 0)],
        [FlatSettings] = [(7.17974, -1.83643, 3e-4), (9.632264, -0.120579, 3e-4), (8.184059, -1.7148, 3e-4)],
    };

    static void CopyRun(string name, string to)
    {
        string from = RepoRoot.At("Gan.Tests", "Training", "OldRuns", name);
        foreach (string file in Directory.GetFiles(from, "*", SearchOption.AllDirectories))
        {
            string target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }

    [TestCase(OneStepCount)]
    [TestCase(FlatSettings)]
    public void ItGoesOnAsItDidThen(string name)
    {
        using var scratch = new TempFolder();
        CopyRun(name, scratch["run"]);
        var printed = Shell.Run("train", "--resume", scratch["run"], "--steps", "6", "--log-every", "1", "--plain");
        Assert.That((printed.Code, printed.Error), Is.EqualTo((ExitCode.Done, "")));
        var now = MetricsLog.Read(scratch["run/metrics.jsonl"]).Where(static r => r["step"] > 3).ToList();
        Assert.That(now.Select(static r => r["loss_d"]), Is.EqualTo(s_then[name].Select(static t => t.D)).Within(2e-3));
        Assert.That(now.Select(static r => r["loss_g"]), Is.EqualTo(s_then[name].Select(static t => t.G)).Within(2e-3));
        Assert.That(now.Select(static r => r["learning_rate"]), Is.EqualTo(s_then[name].Select(static t => t.Rate)).Within(1e-9));
    }

    [TestCase(OneStepCount)]
    [TestCase(FlatSettings)]
    public void ItsGeneratorDraws(string name)
    {
        using var scratch = new TempFolder();
        CopyRun(name, scratch["run"]);
        var printed = Shell.Run("sample", "--checkpoint", scratch["run"], "--count", "4", "--out", scratch["sheet.png"]);
        Assert.That((printed.Code, printed.Error), Is.EqualTo((ExitCode.Done, "")));
        Assert.That(new FileInfo(scratch["sheet.png"]).Length, Is.Positive);
    }
}
