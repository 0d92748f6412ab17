using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Gan.Algorithms;
using Ssgan.Gan.Data.Loading;
using Ssgan.Gan.Losses;
using Ssgan.Gan.Settings;
using Ssgan.Gan.Training;
using Ssgan.Gan.Training.Feeds;
using Ssgan.Tests.Support;
using Ssgan.Tests.Training;

namespace Ssgan.Tests.Distributed;

/// <summary>With batch norm by all ranks' images a run is the same whatever the number of ranks.</summary>
sealed class SharedRunTests
{
    const int Steps = 20, Batch = 8;

    static readonly OptimisationSettings s_optimisation =
        new() { Batch = Batch, DiscriminatorSteps = 2, Steps = Steps, Seed = 5, EmaDecay = 0.9f, LearningRate = 1e-4f };

    static IEnumerable<string> Models => GanCatalog.Names;

    [TestCase("ssgan", 2)]
    [TestCase("ssgan", 4)]
    [TestCase("wgan-gp", 2)]
    [TestCase("wgan-gp", 4)]
    [TestCase("r3gan", 2)]
    [TestCase("r3gan", 4)]
    public void Losses_of_20_steps_agree(string model, int ranks) =>
        Agree(SmallGans.Of(model), ranks, Steps, tolerance: 1e-4);

    [TestCaseSource(nameof(Models))]
    public void Every_model_follows_one_rank(string model) => Agree(SmallGans.Of(model), 2, 3, tolerance: 1e-4);

    [TestCase(RotationBatch.FourAnglesOfAQuarter)]
    [TestCase(RotationBatch.FourAnglesOfAll)]
    public void Images_turn_by_their_place_in_the_whole_batch(RotationBatch policy) =>
        Agree((SsganOptions)SmallGans.Of("ssgan") with { RotationBatch = policy }, 2, 3, tolerance: 1e-4);

    [TestCase("ada", 0f)]
    [TestCase("color,translation,cutout", 0.1f)]
    public void Augmentation_and_LeCam_go_by_the_whole_batch(string augment, float lecam)
    {
        var options = SmallGans.Of("sngan");
        // The target is passed by every batch, so that p moves at once.
        Agree(options with { Augment = augment, AugmentTarget = -0.99f, Lecam = lecam }, 2, 9, tolerance: 1e-4);
    }

    [Test]
    public void Ranks_hold_the_same_bits_with_statistics_of_their_own_too()
    {
        var options = SmallGans.Of("ssgan");
        var states = ThreadRanks.Run(4, ranks => Run(options, 5, ranks, syncBatchNorm: false));
        foreach (var state in states[1..])
        {
            foreach (string name in states[0].State.Keys)
                Assert.That(state.State[name], Is.EqualTo(states[0].State[name]), name);
            Assert.That(state.Losses, Is.EqualTo(states[0].Losses));
        }
    }

    [Test]
    public void A_number_that_is_none_on_one_rank_is_none_on_all()
    {
        string?[] found = ThreadRanks.Run(2, static ranks =>
        {
            using var device = Device.Cpu(1);
            using var step = SmallGans.Of("sngan").Create(device, 32, 0, s_optimisation);
            step.Distribute(ranks, syncBatchNorm: true);
            float value = ranks.Rank == 1 ? float.NaN : 1;
            using (device.Scope()) step.Stats.Add("loss_d", device.Scalar(value));
            step.EndUpdate();
            return step.Stats.FirstNonFinite();
        });
        Assert.That(found, Has.All.EqualTo("loss_d"));
    }

    static void Agree(GanOptions options, int size, int steps, double tolerance)
    {
        var one = Run(options, steps, null, false);
        var shared = ThreadRanks.Run(size, ranks => Run(options, steps, ranks, syncBatchNorm: true));
        Assert.That(one.Losses, Has.Length.GreaterThan(steps));
        foreach (var run in shared)
        {
            Assert.That(run.Losses, Has.Length.EqualTo(one.Losses.Length));
            for (int i = 0; i < one.Losses.Length; i++)
            {
                // A gradient jumps where rounding takes an input of a ReLU across its kink, and a penalty has it twice.
                double most = one.Names[i].StartsWith("grad_norm", StringComparison.Ordinal) ? 100 * tolerance : tolerance;
                Assert.That(run.Losses[i], Is.EqualTo(one.Losses[i]).Within(most * Math.Max(1, Math.Abs(one.Losses[i]))),
                    $"value {i} of the log: {one.Names[i]}");
            }
        }
    }

    /// <summary>All values of the log of each step, and every tensor after the last. Plain sums round least.</summary>
    static (string[] Names, double[] Losses, Dictionary<string, float[]> State) Run(GanOptions options, int steps,
        ICommunicator? ranks, bool syncBatchNorm)
    {
        using var device = Device.Cpu(1, allowWinograd: false);
        int classes = options.IsConditional ? 3 : 0;
        using var source = new ArraySource(32, 40, classes);
        using var step = options.Create(device, 32, classes, s_optimisation);
        if (ranks is not null) step.Distribute(ranks, syncBatchNorm);
        using var feed = BatchFeed.Open(device, source, new DataSettings { Flip = true }, Batch, new LoaderPosition(1),
            static _ => { }, share: step.Random.Share);
        using var loop = new GanLoop(step, feed, s_optimisation);
        var (losses, names) = (new List<double>(), new List<string>());
        for (int i = 0; i < steps; i++)
        {
            loop.Iterate();
            foreach (var (name, mean) in step.Stats.Take())
            {
                losses.Add(mean);
                names.Add(name);
            }
        }
        return ([.. names], [.. losses], Checkpoint.NamedTensors(step).Where(static t => t.Tensor.Type == DType.F32)
            .ToDictionary(static t => t.Name, static t => t.Tensor.ToArray()));
    }
}
