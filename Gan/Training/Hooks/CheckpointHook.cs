namespace Ssgan.Gan.Training;

/// <summary>A checkpoint, of which the newest few are kept.</summary>
sealed class CheckpointHook(RunState run, LogHook log) : IRunHook
{
    public Every Every { get; } = new(run.Options.Cadence.CheckpointEvery, AtEnd: AtEnd.Always);

    public void Run(RunState run)
    {
        string path = run.Folder.Checkpoint(run.Done);
        // Lines of steps before a checkpoint are not written again by a run that goes on from it.
        log.Sync();
        Save(run, path);
        foreach (long old in run.Folder.CheckpointSteps().SkipLast(run.Options.Cadence.KeepLast))
            Checkpoint.Delete(run.Folder.Checkpoint(old));
        run.Observer.Wrote("checkpoint", path);
    }

    /// <summary>Writes the state after the last step.</summary>
    /// <param name="run">The run.</param>
    /// <param name="path">The checkpoint's folder.</param>
    public static void Save(RunState run, string path)
    {
        run.CheckFinite();
        var (seed, counter) = run.Step.Random.State;
        Checkpoint.Write(path, run.Step, new CheckpointState
        {
            Step = run.Done, RandomSeed = seed, RandomCounter = counter, Data = run.Position, DataName = run.Source.Name,
            DataHash = run.Source.ContentHash, Stats = run.Step.Stats.Sums, TensorsSha256 = "", Options = run.Options,
        });
    }
}
