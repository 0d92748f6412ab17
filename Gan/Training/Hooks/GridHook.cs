using Ssgan.Gan.Data;
using Ssgan.Gan.Data.Imaging;

namespace Ssgan.Gan.Training;

/// <summary>A sheet of samples of the same noise each time, and before the first step one of real images.</summary>
sealed class GridHook(RunState run) : IRunHook
{
    /// <summary>Keeps the choice of the real images that are shown apart from all else that is drawn from the seed.</summary>
    const ulong RealsStream = 0x9E3779B97F4A7C15;

    public Every Every { get; } = new(run.Options.Cadence.SampleEvery, AtStart: true);

    public void Run(RunState run)
    {
        if (run.Done == 0) SaveReals(run);
        string path = run.Folder.Sample(run.Done);
        SampleGrid.Draw(run.Step, run.Options).Save(path, run.Source.Size);
        run.Observer.Wrote("samples", path);
    }

    static void SaveReals(RunState run)
    {
        var source = run.Source;
        int count = (int)Math.Min(run.Options.Cadence.GridImages, source.Count ?? long.MaxValue);
        var reals = new byte[count * source.Size * source.Size * 3];
        int bytes = reals.Length / count;
        long[] chosen = Choose(run.Options.Optimisation.Seed, source.Count, count);
        for (int i = 0; i < count; i++) source.Read(chosen[i], reals.AsSpan(i * bytes, bytes));
        string path = Path.Combine(run.Folder.Samples, "reals.png");
        ImageGrid.Save(path, reals, count, source.Size);
        run.Observer.Wrote("real images", path);
    }

    /// <summary>
    /// Different images from all over a data set, which depend on the seed alone: the first ones of sorted folders would all be
    /// of one class. Robert Floyd's selection. Of an endless set, whose images are drawn at random, the first.
    /// </summary>
    internal static long[] Choose(ulong seed, long? count, int number)
    {
        if (count is not { } all) return [.. Enumerable.Range(0, number)];
        var random = SplitMix.For(seed, RealsStream);
        var chosen = new List<long>(number);
        for (long last = all - number; last < all; last++)
        {
            long index = random.Below((int)(last + 1));
            chosen.Add(chosen.Contains(index) ? last : index);
        }
        return [.. chosen];
    }
}
