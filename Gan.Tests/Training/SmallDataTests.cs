using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Gan.Algorithms;
using Ssgan.Gan.Settings;
using Ssgan.Gan.Training;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Training;

/// <summary>Augmentation and LeCam in runs of every GAN: resume, notices, refusals.</summary>
sealed class SmallDataTests
{
    static IEnumerable<string> Gans => GanCatalog.Names;

    static TrainOptions With(string gan, string augment, float leCam = 0) => TrainingRun.Tiny with
    {
        Gan = SmallGans.Of(gan) with { Augment = augment, Lecam = leCam },
    };

    [TestCase("ada")]
    [TestCase("color,translation,cutout")]
    public void Stopping_and_resuming_changes_no_byte(string augment)
    {
        using var temp = new TempFolder();
        var options = With("sngan", augment, 0.1f);
        byte[] unbroken;
        using (var run = new TrainingRun(temp["unbroken"], options))
        {
            Begin(run);
            run.Trainer.Run();
            unbroken = run.Tensors(6);
        }
        using (var first = new TrainingRun(temp["broken"], options))
        using (var stop = new CancellationTokenSource())
        {
            Begin(first);
            first.AfterStep = step =>
            {
                if (step == 3) stop.Cancel();
            };
            first.Trainer.Run(stop.Token);
        }
        using var second = new TrainingRun(temp["broken"], options);
        second.Trainer.Resume(RunFolder.FindCheckpoint(second.Folder.Path));
        second.Trainer.Run();
        Assert.That(second.Tensors(6), Is.EqualTo(unbroken));
        var networks = second.Step.Networks.ToDictionary();
        Assert.That(networks["lecam"].NamedBuffers().Single(static b => b.Name == "updates").Tensor.Item(), Is.EqualTo(12));
        // After updates 4, 8 and 12.
        if (augment == "ada") Assert.That(Math.Abs(Probability(second).Item() - 0.5f), Is.InRange(3e-5, 1e-4));

        // In so short a run it would hardly leave 0.
        void Begin(TrainingRun run)
        {
            if (augment == "ada") Probability(run).CopyFrom<float>([0.5f]);
        }

        static Tensor Probability(TrainingRun run) => run.Step.Networks.ToDictionary()["augment"].NamedBuffers()
            .Single(static b => b.Name == "p").Tensor;
    }

    [TestCaseSource(nameof(Gans))]
    public void Every_gan_trains_on_augmented_images_and_says_what_it_does_to_turned_ones(string gan)
    {
        using var temp = new TempFolder();
        using var run = new TrainingRun(temp["run"], With(gan, "color,translation").With(steps: 1));
        run.Trainer.Run();
        bool turns = gan.StartsWith("ssgan", StringComparison.Ordinal);
        Assert.That(run.Notices, turns ? Has.One.EqualTo("Augmentation: color, translation for upright images; those of the "
            + "rotation task are translated only.") : Is.Empty);
    }

    [TestCase("ada", 0, "augment is ada, which follows the logits of real images, and ssgan-la has none.")]
    [TestCase("color", 0,
        "augment is color, of which nothing fits turned images, and ssgan-la has no others; translation does.")]
    [TestCase("none", 1, "lecam is 1, and ssgan-la has no logits of real and of fake images to regularise.")]
    [TestCase("sepia", 0, "augment is sepia; it must be none, ada, or some of color, translation, cutout with commas between.")]
    public void What_a_gan_cannot_take_is_refused(string augment, float leCam, string sentence) =>
        Assert.That(() => With("ssgan-la", augment, leCam).Validate(),
            Throws.TypeOf<TrainingException>().With.Message.EqualTo(sentence));

    [Test]
    public void The_penalty_of_wgan_gp_is_of_the_images_before_they_are_augmented()
    {
        // A cut leaves pixels without a gradient: were it taken of augmented images, all had one.
        using var device = Device.Cpu(1);
        using var step = (AdversarialStep)With("wgan-gp", "cutout").CreateStep(device);
        using var random = new Rng(device, 5);
        using var augment = new Gan.Augmentation.DiffAugment(device, 32, "cutout");
        using var scope = device.Scope();
        var images = random.Uniform(new Shape(3, 32, 32, 3), -1, 1);
        images.RequiresGrad = true;
        var logits = step.Discriminator.Forward(augment.Upright(images, random)).Logits;
        float[] slopes = Autograd.Grad([logits.Sum()], [images])[0].ToArray();
        Assert.That(slopes.Count(static s => s == 0), Is.GreaterThan(slopes.Length / 8));
        using var real = random.Uniform(new Shape(4, 32, 32, 3), -1, 1).Own();
        step.TrainDiscriminator(RealBatch.Of(real));
        Assert.That(step.Stats.Take().ToDictionary()["loss_d_penalty"], Is.Not.NaN);
    }
}
