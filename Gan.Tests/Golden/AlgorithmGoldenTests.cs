using System.Text.RegularExpressions;
using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Gan.Algorithms;
using Ssgan.Gan.Data.Loading;
using Ssgan.Gan.Interop;
using Ssgan.Gan.Models;
using Ssgan.Gan.Settings;
using Ssgan.Gan.Training;
using Ssgan.Gan.Training.Feeds;

namespace Ssgan.Tests.Golden;

/// <summary>Four whole steps of each GAN from given weights, noise, images and labels, against PyTorch in doubles.</summary>
public sealed class AlgorithmGoldenTests
{
    const int Steps = 4, Updates = 2, Batch = 4, LatentSize = 24, Pixels = 3 * 32 * 32;

    /// <summary>README.md has how far PyTorch's own float32 strays; these leave room for another order of summing.</summary>
    const double LossTolerance = 3e-5, PenaltyTolerance = 1e-4, GradientTolerance = 5e-5;

    /// <summary>Of InfoMax-GAN's projections and of SAGAN's gamma the gradients are sums that cancel.</summary>
    const double CancellingTolerance = 5e-4;

    [TestCase("sngan", UpdateOrder.GeneratorLast)]
    [TestCase("sngan", UpdateOrder.GeneratorFirst)]
    [TestCase("wgan-gp", UpdateOrder.GeneratorLast)]
    [TestCase("wgan-gp", UpdateOrder.GeneratorFirst)]
    [TestCase("dcgan", UpdateOrder.GeneratorLast)]
    [TestCase("dcgan", UpdateOrder.GeneratorFirst)]
    [TestCase("infomax", UpdateOrder.GeneratorLast)]
    [TestCase("infomax", UpdateOrder.GeneratorFirst)]
    [TestCase("cgan-pd", UpdateOrder.GeneratorLast)]
    [TestCase("cgan-pd", UpdateOrder.GeneratorFirst)]
    [TestCase("sagan", UpdateOrder.GeneratorLast)]
    [TestCase("sagan", UpdateOrder.GeneratorFirst)]
    [TestCase("ssgan-ms", UpdateOrder.GeneratorLast)]
    [TestCase("ssgan-ms", UpdateOrder.GeneratorFirst)]
    [TestCase("ssgan-la", UpdateOrder.GeneratorLast)]
    [TestCase("ssgan-la", UpdateOrder.GeneratorFirst)]
    [TestCase("ssgan-la-plus", UpdateOrder.GeneratorLast)]
    [TestCase("ssgan-la-plus", UpdateOrder.GeneratorFirst)]
    public void Four_steps_follow_pytorch(string gan, UpdateOrder order)
    {
        var file = Load(gan);
        // Winograd's method rounds more, and Adam makes whole steps of the rounding errors of tiny gradients.
        using var device = Device.Cpu(allowWinograd: false);
        using var run = new GivenStep(device, file, gan);
        file.AsFile("g/before", path => MimicryWeights.Load(path, run.Step.Generator));
        file.AsFile("d/before", path => MimicryWeights.Load(path, run.Step.Discriminator));
        bool last = order == UpdateOrder.GeneratorLast;
        string losses = last ? "loss" : "loss_g_first";
        var logits = new List<(string Name, float[] Values)>();
        run.Step.LogitsObserver = (name, t) => logits.Add((name, t.ToArray()));
        var optimisation = new OptimisationSettings
        {
            Batch = Batch, DiscriminatorSteps = Updates, UpdateOrder = order, Steps = Steps,
        };
        using var loop = new GanLoop(run, run, optimisation);

        for (int s = 0; s < Steps; s++)
        {
            loop.Iterate();
            run.Step.SetLearningRate(optimisation.Schedule().At(s + 1));
        }
        Assert.That(run.Discriminator, Has.Count.EqualTo(Steps * Updates));
        foreach (string key in file.Under(losses))
        {
            string name = key switch
            {
                "d_adversarial" => "loss_d", "g_adversarial" => "loss_g", "gradient_penalty" => "loss_d_penalty",
                _ => $"loss_{key}",
            };
            var reported = key[0] == 'g' && key != "gradient_penalty" ? run.Generator : run.Discriminator;
            Near(reported.Select(m => m[name]), file.F64($"{losses}/{key}"),
                key == "gradient_penalty" ? PenaltyTolerance : LossTolerance, name);
        }
        if (!last) return;
        foreach (string name in file.Under("logits"))
            Near(logits.Where(l => l.Name == name).SelectMany(static l => l.Values).Select(static v => (double)v),
                file.F64($"logits/{name}"), LossTolerance, name);
        run.CheckGradients();
        CheckState(file, MimicryWeights.Map(run.Step.Generator), "g/after");
        CheckState(file, MimicryWeights.Map(run.Step.Discriminator), "d/after");
    }

    /// <summary>
    /// Where DCGAN begins without a change of its head: all logits far above 0, D(G(z)) exactly 1, and nothing for G to learn.
    /// </summary>
    [Test]
    public void Of_a_saturated_start_dcgans_generator_learns_nothing()
    {
        var file = Load("dcgan");
        using var device = Device.Cpu(allowWinograd: false);
        using var run = new GivenStep(device, file, "dcgan");
        file.AsFile("g/before", path => MimicryWeights.Load(path, run.Step.Generator));
        file.AsFile("d/before", path => MimicryWeights.Load(path, run.Step.Discriminator));
        run.Step.Discriminator.NamedParameters().Single(static p => p.Name == "l5.weight").Tensor
            .CopyFrom<float>(file.F32("saturated/l5.weight"));
        float[][] before = [.. run.Step.Generator.Parameters.Select(static p => p.ToArray())];
        using var loop = new GanLoop(run, run, new() { Batch = Batch, DiscriminatorSteps = Updates });
        loop.Iterate();
        // Losses of about 90, and sums over pixels of as much.
        double tolerance = 90 * LossTolerance;
        Near(run.Discriminator.Select(static m => m["loss_d"]), file.F64("saturated_loss/d_adversarial"), tolerance, "loss_d");
        Near(run.Generator.Select(static m => m["loss_g"]), file.F64("saturated_loss/g_adversarial"), 1e-7, "loss_g");
        Assert.That(run.Generator[0]["grad_norm_g"], Is.Zero);
        foreach (var (parameter, values) in run.Step.Generator.Parameters.Zip(before))
            Assert.That(parameter.ToArray(), Is.EqualTo(values));
    }

    static GoldenFile Load(string gan) => GoldenFile.Load(gan.Replace('-', '_') + "32");

    static void Near(IEnumerable<double> actual, double[] expected, double tolerance, string what) =>
        Assert.That(actual, Is.EqualTo(expected).Within(tolerance), what);

    static void CheckState(GoldenFile file, IEnumerable<MimicryEntry> map, string prefix)
    {
        foreach (var entry in map)
        {
            string key = entry.Key;
            // A bias before a batch norm has a true gradient of 0 and wanders by Adam's steps of rounding errors, and the
            // running mean behind it with it.
            double tolerance = IsBeforeNorm(prefix, key) ? 6.7e-4
                : key.EndsWith("running_mean", StringComparison.Ordinal) ? 1e-2 : 5e-5;
            GoldenCheck.CloseAbsolute(entry.ToFile(entry.Tensor.ToArray()), file.F32($"{prefix}/{key}"), tolerance,
                $"{prefix}/{key}");
        }
    }

    static bool IsBeforeNorm(string prefix, string key) => prefix[0] == 'g' && Regex.IsMatch(key, @"^block\d\.c\w+\.bias$");

    /// <summary>An algorithm whose noise, mixing weights and images are a file's, and its own feed.</summary>
    sealed class GivenStep : GanStep, IBatchFeed
    {
        readonly GoldenFile _file;
        readonly byte[] _real;
        readonly float[] _z, _alpha;
        readonly int[]? _realLabels, _fakeLabels;
        readonly double _tolerance;
        readonly List<(string Key, float[] Values)> _gradients = [];

        public GivenStep(Device device, GoldenFile file, string gan) : base(device, 0)
        {
            _file = file;
            (_real, _z) = (file.U8("train/real"), file.F32("train/z"));
            _alpha = gan == "wgan-gp" ? file.F32("train/alpha") : [];
            _tolerance = gan is "infomax" or "sagan" ? CancellingTolerance : GradientTolerance;
            var options = (ResNetGanOptions)GanCatalog.Of(gan).Defaults with
            {
                Ngf = (int)file.Setting("train", "ngf"), Ndf = (int)file.Setting("train", "ndf"),
            };
            int classes = 0;
            if (options.IsConditional)
            {
                (_realLabels, _fakeLabels) = (file.I32("train/real_labels"), file.I32("train/fake_labels"));
                classes = (int)file.Setting("train", "classes");
            }
            var shapes = options.Architecture(32) with { Latent = LatentSize };
            Step = options switch
            {
                WganGpOptions o => new WganGpStep(device, shapes, o, new()),
                InfoMaxOptions o => new InfoMaxStep(device, shapes,
                    o with { ContrastWidth = (int)file.Setting("train", "contrast_width") }, new()),
                SsganMsOptions o => new SsganMsStep(device, shapes, o, new()),
                SsganLaPlusOptions o => new SsganLaStep(device, shapes,
                    o with { ClassLoss = LabelAugmentedLoss.CrossEntropy }, new()),
                SsganLaOptions o => new SsganLaStep(device, shapes, o, new()),
                _ => new ResNetGanStep(device, shapes, options, classes, new()),
            };
        }

        public ResNetGanStep Step { get; }

        /// <summary>What each update reported.</summary>
        public List<Dictionary<string, double>> Discriminator { get; } = [];

        public List<Dictionary<string, double>> Generator { get; } = [];

        public override IReadOnlyList<(string Name, Engine.Nn.Module Module)> Networks => [];

        public override IReadOnlyList<(string Name, Engine.Optim.Optimizer Optimizer)> Optimizers => [];

        public LoaderPosition Position => new(0);

        public void Prepare()
        {
        }

        public RealBatch Take()
        {
            byte[] pixels = _real.AsSpan(Discriminator.Count * Batch * Pixels, Batch * Pixels).ToArray();
            byte[] images = GoldenFile.ChannelsLast(pixels, Batch, 3, 32, 32);
            return RealBatch.Of(Ssgan.Gan.Training.Pixels.ToImages(Device.From(images, new Shape(Batch, 32, 32, 3))),
                Labels(_realLabels, Discriminator.Count));
        }

        public override void TrainDiscriminator(RealBatch real)
        {
            int update = Discriminator.Count;
            var z = NoiseOf(update / Updates, update % Updates);
            if (Step is WganGpStep wgan)
                wgan.TrainDiscriminator(real, z, Device.From(_alpha.AsSpan(update * Batch, Batch), new Shape(Batch, 1, 1, 1)));
            else Step.TrainDiscriminator(real, z);
            Discriminator.Add(Step.Stats.Take().ToDictionary(static m => m.Name, static m => m.Mean));
            if (update == 0) Keep("d", Step.Discriminator);
        }

        public override void TrainGenerator(int batch)
        {
            using var scope = Device.Scope();
            Step.TrainGenerator(NoiseOf(Generator.Count, Updates));
            Generator.Add(Step.Stats.Take().ToDictionary(static m => m.Name, static m => m.Mean));
            if (Generator.Count == 1) Keep("g", Step.Generator);
        }

        /// <summary>The first update's gradients of each network, of each tensor's largest value.</summary>
        public void CheckGradients()
        {
            Assert.That(_gradients.Select(static g => g.Key),
                Is.EquivalentTo(((string[])["d", "g"]).SelectMany(n => _file.Under($"{n}/grad").Select(k => $"{n}/grad/{k}"))));
            foreach (var (key, values) in _gradients)
            {
                float[] expected = _file.F32(key);
                double tolerance = IsBeforeNorm(key, key["g/grad/".Length..]) ? 1e-5
                    : _tolerance * expected.Max(MathF.Abs);
                GoldenCheck.CloseAbsolute(values, expected, tolerance, key);
            }
        }

        void Keep(string name, Engine.Nn.Module network)
        {
            foreach (var entry in MimicryWeights.Map(network).Where(static e => e.Tensor.Grad is not null))
                _gradients.Add(($"{name}/grad/{entry.Key}", entry.ToFile(entry.Tensor.Grad!.ToArray())));
        }

        Latent NoiseOf(int step, int index)
        {
            int draw = step * (Updates + 1) + index;
            var z = Device.From(_z.AsSpan(draw * Batch * LatentSize, Batch * LatentSize),
                new Shape(Batch, LatentSize));
            return new(z, Labels(_fakeLabels, draw));
        }

        Tensor? Labels(int[]? all, int draw) =>
            all is null ? null : Device.From(all.AsSpan(draw * Batch, Batch), new Shape(Batch));

        public override Latent Noise(Rng random, int count) => Step.Noise(random, count);

        public override Tensor Sample(Latent latent) => Step.Sample(latent);

        protected override void Dispose(bool disposing)
        {
            Step.Dispose();
            base.Dispose(disposing);
        }
    }
}
