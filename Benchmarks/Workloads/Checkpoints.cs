using Ssgan.Gan.Algorithms;
using Ssgan.Gan.Data.Loading;
using Ssgan.Gan.Training;

namespace Ssgan.Benchmarks.Workloads;

/// <summary>Saving and loading a training state of SSGAN-32: networks, optimizers, hash; saving waits for the disk.</summary>
static class Checkpoints
{
    public static IEnumerable<Workload> All(Variant v)
    {
        if (!v.IsF32) yield break;
        var settings = v.Divisor == 1 ? Recipe.Of() : Recipe.Of(ngf: 16, ndf: 16);
        yield return Save(settings).Short();
        yield return Load(settings).Short();
    }

    /// <summary>
    /// Parameters with two moments and a count of steps each, what batch norm and spectral norm remember, and each optimizer's
    /// rate.
    /// </summary>
    public static long Bytes(TrainOptions settings)
    {
        var a = Recipe.Architecture(settings);
        int[] trained = [.. Layers.GeneratorParameters(a), .. Layers.DiscriminatorParameters(a)];
        long kept = Layers.Norms(a).Sum(static n => 2L * n.Channels)
            + Layers.Spectral(a).Sum(static m => (long)m.Rows + m.Columns);
        return (3 * trained.Sum(static n => (long)n) + trained.Length + kept + 2) * sizeof(float);
    }

    static Workload Save(TrainOptions settings) => new("checkpoint/save", "f32", Bytes(settings), 0, bed =>
    {
        var (trainee, folder) = (bed.Own(new Trainee(bed.Device, settings)), Path.Combine(bed.Folder, "checkpoint"));
        var state = State(trainee.Step, settings);
        return () => Checkpoint.Write(folder, trainee.Step, state);
    })
    {
        Kind = WorkloadKind.Host,
    };

    static Workload Load(TrainOptions settings) => new("checkpoint/load", "f32", Bytes(settings), 0, bed =>
    {
        var (trainee, folder) = (bed.Own(new Trainee(bed.Device, settings)), Path.Combine(bed.Folder, "checkpoint"));
        Checkpoint.Write(folder, trainee.Step, State(trainee.Step, settings));
        return () =>
        {
            Checkpoint.ReadState(folder);
            Checkpoint.ReadTensors(folder, trainee.Step);
        };
    })
    {
        Kind = WorkloadKind.Host,
    };

    static CheckpointState State(GanStep step, TrainOptions settings)
    {
        var (seed, counter) = step.Random.State;
        return new()
        {
            Step = 1, RandomSeed = seed, RandomCounter = counter, Data = new LoaderPosition(settings.Optimisation.Seed),
            DataName = "random", DataHash = "", Stats = step.Stats.Sums, TensorsSha256 = "", Options = settings,
        };
    }
}
