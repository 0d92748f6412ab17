using Ssgan.Gan.Training;
using Ssgan.Runner.Commands;
using Ssgan.Runner.Terminal;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Runner;

/// <summary>"verify-resume": copies of a run in processes of their own, one of which is killed.</summary>
public sealed class VerifyResumeTests
{
    [Test]
    public void A_run_is_verified_and_stays_as_it_is()
    {
        using var scratch = new TempFolder();
        Shell.Train(scratch["run"], "--steps", "3", "--checkpoint-every", "1");
        var before = Times(scratch["run"]);
        var printed = Shell.Run("verify-resume", scratch["run"], "--steps", "8", "--kills", "2", "--threads", "1",
            "--work", scratch["work"]);
        Assert.That((printed.Code, printed.Error), Is.EqualTo((ExitCode.Done, "")), printed.Out);
        Assert.That(printed.Out, Does.Contain("Trains 8 steps from ").And.Contain("step-00000003 twice, in ")
            .And.Match("Killed after steps? [0-9, ]+; resumed each time.")
            .And.EndWith("All 8 checkpoints have the same bytes in both: the run resumes bit for bit.\n"));
        Assert.That(Times(scratch["run"]), Is.EqualTo(before));
        Assert.That(Directory.Exists(scratch["work"]), Is.False);
    }

    /// <summary>A run without a checkpoint is verified from its settings; what other bytes are is told.</summary>
    [Test]
    public void A_difference_is_found()
    {
        using var scratch = new TempFolder();
        Shell.Train(scratch["run"], "--steps", "3");
        Directory.Delete(scratch["run/checkpoints"], recursive: true);
        var run = RunFolder.Open(scratch["run"]);
        var trial = new ResumeTrial(Shell.Alone(), scratch["work"], run, null, 0, 4, ["--threads", "1"]);
        trial.TrainWhole();
        Assert.That(trial.TrainKilled(1, new Random(1)), Has.Count.EqualTo(1));
        Assert.That(trial.FirstDifference(), Is.Null);
        string state = scratch["work/killed/checkpoints/step-00000003/state.json"];
        File.WriteAllText(state, File.ReadAllText(state).Replace("\"step\": 3", "\"step\":  3", StringComparison.Ordinal));
        Assert.That(trial.FirstDifference(), Is.EqualTo("state.json of step 3 has other bytes"));
        string tensors = scratch["work/whole/checkpoints/step-00000002/tensors.safetensors"];
        byte[] bytes = File.ReadAllBytes(tensors);
        bytes[^1] ^= 1;
        File.WriteAllBytes(tensors, bytes);
        Assert.That(trial.FirstDifference(), Is.EqualTo("tensors.safetensors of step 2 has other bytes"));
        File.Delete(scratch["work/killed/checkpoints/step-00000001/tensors.safetensors"]);
        Assert.That(trial.FirstDifference(), Does.StartWith("there is no "));
    }

    [Test]
    public void A_copy_that_does_not_train_is_told_with_its_reason()
    {
        using var scratch = new TempFolder();
        Shell.Train(scratch["run"], "--steps", "1");
        string state = scratch["run/checkpoints/step-00000001/state.json"];
        File.WriteAllText(state,
            File.ReadAllText(state).Replace("\"dataHash\": \"", "\"dataHash\": \"0", StringComparison.Ordinal));
        var printed = Shell.Run("verify-resume", scratch["run"], "--threads", "1", "--work", scratch["work"]);
        Assert.That((printed.Code, printed.ErrorLines.Length), Is.EqualTo((ExitCode.Failed, 1)));
        Assert.That(printed.Error, Does.StartWith("A copy of the run does not train: ").And.Contain("was trained on shapes"));
        Assert.That(Directory.Exists(scratch["work"]), Is.False);
    }

    [TestCase("--steps is 1; it takes 2 to 10000.", "--steps", "1")]
    [TestCase("--kills is 12; it takes 1 to 11, fewer than --steps.", "--kills", "12")]
    public void What_cannot_be_meant_is_one_sentence(string sentence, params string[] more)
    {
        var printed = Shell.Run(["verify-resume", "no-such-run", .. more]);
        Assert.That((printed.Code, printed.Error), Is.EqualTo((ExitCode.BadArguments, sentence + "\n")));
    }

    [Test]
    public void A_folder_with_things_in_it_is_no_place_to_work()
    {
        using var scratch = new TempFolder();
        Shell.Train(scratch["run"], "--steps", "1");
        scratch.Write("work/mine.txt", [1]);
        var printed = Shell.Run("verify-resume", scratch["run"], "--work", scratch["work"]);
        Assert.That(printed.Error, Does.StartWith("--work is "));
        Assert.That(File.Exists(scratch["work/mine.txt"]), Is.True);
        Assert.That(Shell.Run("verify-resume", scratch["none"]).Error, Does.StartWith("There is no run folder"));
    }

    static List<(string, DateTime, long)> Times(string folder) =>
        [.. new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories)
            .Select(static f => (f.FullName, f.LastWriteTimeUtc, f.Length)).Order()];
}
