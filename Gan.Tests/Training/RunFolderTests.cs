using Ssgan.Gan.Settings;
using Ssgan.Gan.Training;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Training;

public sealed class RunFolderTests
{
    [Test]
    public void A_folder_serves_one_run_at_a_time()
    {
        using var temp = new TempFolder();
        using var first = new TrainingRun(temp["run"], TrainingRun.Tiny.With(steps: 2));
        using var second = new TrainingRun(temp["run"], TrainingRun.Tiny.With(steps: 2));
        string partial = Path.Combine(first.Folder.Checkpoints, "step-00000001.partial");
        first.AfterStep = step =>
        {
            if (step != 1) return;
            Directory.CreateDirectory(partial);
            Assert.That(() => second.Trainer.Run(),
                Throws.TypeOf<TrainingException>().With.Message.Contains("Another run is writing to " + temp["run"]));
            Assert.That(partial, Does.Exist, "what the first run is writing is not left over");
        };
        Assert.That(first.Trainer.Run(), Is.EqualTo(TrainingOutcome.Done));
        second.Folder.Claim().Dispose();
        Assert.That(partial, Does.Not.Exist, "now it is left over");
        Assert.That(Path.Combine(temp["run"], ".claim"), Does.Not.Exist);
    }

    [Test]
    public void Runs_that_start_at_once_get_folders_of_their_own()
    {
        using var temp = new TempFolder();
        var paths = new string[8];
        Parallel.For(0, paths.Length, new ParallelOptions { MaxDegreeOfParallelism = paths.Length },
            i => paths[i] = RunFolder.Create(temp["runs"], "Shapes & co").Path);
        Assert.That(paths.Select(Path.GetFileName).Order(),
            Is.EqualTo(Enumerable.Range(1, paths.Length).Select(static i => $"{i:D4}-shapes-co")));
        Assert.That(Directory.GetFileSystemEntries(temp["runs"]), Has.Length.EqualTo(paths.Length));
        foreach (string path in paths)
            Assert.That(Directory.GetDirectories(path).Select(Path.GetFileName).Order(),
                Is.EqualTo(new[] { "checkpoints", "samples" }));
    }

    [Test]
    public void A_file_is_no_place_for_a_run()
    {
        using var temp = new TempFolder();
        File.WriteAllText(temp["run"], "");
        Assert.That(() => RunFolder.CreateAt(temp["run"]), Throws.TypeOf<TrainingException>().With.Message.Contains("is a file"));
    }
}
