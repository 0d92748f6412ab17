using Ssgan.Emulator;
using Ssgan.Engine;
using Ssgan.Engine.Distributed;
using Ssgan.Engine.Kernels;
using Ssgan.Gan.Algorithms;
using Ssgan.Gan.Data.Loading;
using Ssgan.Gan.Models;
using Ssgan.Gan.Settings;
using Ssgan.Gan.Training;
using Ssgan.Gan.Training.Feeds;

namespace Ssgan.Tests.Distributed;

/// <summary>Whole updates on several emulated cards, whose sums are nodes of the captured graphs.</summary>
sealed class NcclTrainingTests
{
    const int Steps = 4, Batch = 4;

    static readonly R3Stage[] s_stages = [new(8, 2, 1), new(4, 1, 1)];

    static readonly R3Architecture s_shapes = new()
    {
        Size = 8, Latent = 5, LabelWidth = 4, Generator = s_stages, Discriminator = s_stages,
    };

    static readonly OptimisationSettings s_optimisation =
        new() { Batch = Batch, DiscriminatorSteps = 1, Steps = Steps, Seed = 3 };

    [Test]
    public void Captured_sums_follow_eager_ones_bit_for_bit_and_both_one_card()
    {
        var one = Train(1, graphs: false)[0];
        var eager = Train(2, graphs: false);
        var captured = Train(2, graphs: true);
        for (int rank = 0; rank < 2; rank++)
        {
            Assert.That(eager[rank].Losses, Is.EqualTo(eager[0].Losses), "ranks differ");
            Assert.That(captured[rank].Losses, Is.EqualTo(eager[rank].Losses));
            foreach (string name in eager[rank].State.Keys)
                Assert.That(captured[rank].State[name], Is.EqualTo(eager[rank].State[name]), name);
        }
        for (int i = 0; i < one.Losses.Length; i++)
            Assert.That(eager[0].Losses[i], Is.EqualTo(one.Losses[i]).Within(1e-4 * Math.Max(1, Math.Abs(one.Losses[i]))));
    }

    static (double[] Losses, Dictionary<string, float[]> State)[] Train(int size, bool graphs)
    {
        var fabric = new EmulatedFabric();
        using var host = new Host(size);
        var results = new (double[], Dictionary<string, float[]>)[size];
        Ranks.Run(size, rank =>
        {
            using var rig = new Rig(rank, size, fabric);
            using var ranks = new NcclCommunicator(rig.Device, host.Rank(rank));
            results[rank] = Train(rig.Device, ranks, graphs);
        });
        return results;
    }

    static (double[] Losses, Dictionary<string, float[]> State) Train(Device device, ICommunicator ranks, bool graphs)
    {
        var optimisation = s_optimisation with { Graphs = graphs };
        using var step = new R3ganStep(device, s_shapes, new R3ganOptions { Gamma = 1 }, 0, optimisation);
        step.Distribute(ranks, syncBatchNorm: true);
        using var images = new RandomImages(8, 40);
        using var feed = BatchFeed.Open(device, images, new DataSettings { Flip = true }, Batch, new LoaderPosition(1),
            static _ => { }, share: step.Random.Share);
        using var loop = new GanLoop(step, feed, optimisation);
        var losses = new List<double>();
        for (int i = 0; i < Steps; i++)
        {
            loop.Iterate();
            losses.AddRange(step.Stats.Take().Where(static s => s.Name.StartsWith("loss", StringComparison.Ordinal))
                .Select(static s => s.Mean));
        }
        return ([.. losses], Checkpoint.NamedTensors(step).Where(static t => t.Tensor.Type == DType.F32)
            .ToDictionary(static t => t.Name, static t => t.Tensor.ToArray()));
    }
}
