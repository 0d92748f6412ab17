using Ssgan.Benchmarks.Workloads;
using Ssgan.Engine;
using Ssgan.Gan.Training;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Benchmarks;

/// <summary>Operations and bytes of items, worked out by hand here.</summary>
sealed class CountTests
{
    static Workload Find(string suite, string name, string precision = "f32", bool onCard = false) =>
        Suite.All.Single(s => s.Name == suite).Items(new Variant(onCard, precision)).Single(w => w.Name == name);

    [TestCase("Rotation", "rotate_quarters/f32/n64s32", 2L * 64 * 32 * 32 * 3 * 4)]
    [TestCase("Rotation", "rotate_each/f32/n1024s128", 2L * 1024 * 128 * 128 * 3 * 4)]
    // A byte is read, one float is written, or two.
    [TestCase("Rotation", "gather_images/n64s32", 5L * 64 * 32 * 32 * 3)]
    [TestCase("Rotation", "gather_images_turned/n64s32", 9L * 64 * 32 * 32 * 3)]
    [TestCase("SpectralNorm", "spectral_norm/128x1152", 4L * 128 * 1152 * 4)]
    [TestCase("SpectralNorm", "spectral_norm/1024x9216", 4L * 1024 * 9216 * 4)]
    [TestCase("BatchNorm", "bn_relu_fwd/f32/c256s32n16", 3L * 16 * 32 * 32 * 256 * 4)]
    [TestCase("BatchNorm", "bn_relu_bwd/f32/c256s32n16", 5L * 16 * 32 * 32 * 256 * 4)]
    [TestCase("BatchNorm", "cbn_relu_fwd/f32/c256s32n16", 3L * 16 * 32 * 32 * 256 * 4)]
    [TestCase("Activation", "bias_leaky_relu_fwd/f32/c256s16n16", 2L * 16 * 16 * 16 * 256 * 4)]
    [TestCase("Activation", "bias_leaky_relu_bwd/f32/c256s16n16", 3L * 16 * 16 * 16 * 256 * 4)]
    [TestCase("Upsample", "upsample_binomial_bwd/f32/c256s16n16", 5L * 16 * 16 * 16 * 256 * 4)]
    [TestCase("Upsample", "upsample_bilinear_fwd/f32/c256s16n16", 5L * 16 * 16 * 16 * 256 * 4)]
    [TestCase("Pooling", "avg_pool_bwd/f32/c128s32n16", 16L * (32 * 32 + 16 * 16) * 128 * 4)]
    [TestCase("Pooling", "max_pool_fwd/f32/c128s32n16", 16L * (32 * 32 + 2 * 16 * 16) * 128 * 4)]
    [TestCase("CrossEntropy", "cross_entropy_fwd/64x4", 64L * (4 + 3) * 4)]
    [TestCase("CrossEntropy", "cross_entropy_bwd/64x4", 64L * (2 * 4 + 2) * 4)]
    [TestCase("Adam", "adam", 7L * 4 * ((1 << 20) + (1 << 19) + 6 * 590592 + 3 * 65792))]
    [TestCase("Random", "randn/4096x1024", 4L * 4096 * 1024)]
    [TestCase("Data", "load/folder/n64s64", 64L * 64 * 64 * 3)]
    public void BytesAreThoseThatMustMove(string suite, string name, long bytes)
    {
        var item = Find(suite, name);
        Assert.That((item.Bytes, item.Operations), Is.EqualTo((bytes, 0.0)));
    }

    [TestCase("Convolution", "conv3x3/f32/c256s32n16/fwd", 2.0 * 16 * 32 * 32 * 256 * 9 * 256,
        4L * (2 * 16 * 32 * 32 * 256 + 256 * 9 * 256))]
    [TestCase("Convolution", "conv3x3/f32/c3-128s32n16/dgrad", 2.0 * 16 * 32 * 32 * 128 * 9 * 3,
        4L * (16 * 32 * 32 * (3 + 128) + 128 * 9 * 3))]
    [TestCase("Convolution", "conv1x1/f32/c256s16n16/wgrad", 2.0 * 16 * 16 * 16 * 256 * 256,
        4L * (2 * 16 * 16 * 16 * 256 + 256 * 256))]
    // Of 64 pixels 16 channels twice and 64, against 16 pixels, and 64 to 128: three times, as backward is two forwards.
    [TestCase("Attention", "attention_fwd_bwd/f32/c128s8n16",
        3.0 * 16 * 2 * (64 * 128 * (16 + 16 + 64) + 64 * 16 * (16 + 64) + 64 * 64 * 128), 0L)]
    [TestCase("GroupedConvolution", "conv3x3/f32/c1536g96s16n16/fwd", 2.0 * 16 * 16 * 16 * 1536 * 9 * 16,
        4L * (2 * 16 * 16 * 16 * 1536 + 1536 * 9 * 16))]
    [TestCase("Gemm", "gemm/f32/256x9216x2304", 2.0 * 256 * 9216 * 2304, 4L * (256 * 2304 + 2304 * 9216 + 256 * 9216))]
    public void OperationsAreThoseOfThePlainAlgorithm(string suite, string name, double operations, long bytes)
    {
        var item = Find(suite, name);
        Assert.That((item.Operations, item.Bytes), Is.EqualTo((operations, bytes)));
    }

    [TestCase("Rotation", "rotate_quarters/bf16/n64s32", "rotate_quarters/f32/n64s32")]
    [TestCase("Convolution", "conv3x3/bf16/c256s32n64/fwd", "conv3x3/f32/c256s32n64/fwd")]
    public void Bf16MovesHalfTheBytes(string suite, string half, string full) =>
        Assert.That(2 * Find(suite, half, "bf16", onCard: true).Bytes, Is.EqualTo(Find(suite, full, onCard: true).Bytes));

    [Test]
    public void AnUpdateOfTheDiscriminatorIsOneOfTheGeneratorsForwardsAndNineOfItsOwn()
    {
        var settings = new TrainOptions().With(batch: 16);
        var (g, d) = Layers.Forward(Recipe.Architecture(settings));
        Assert.That(Find("Step", "d_step/f32/batch16").Operations, Is.EqualTo(16 * (g + 9 * d)));
        Assert.That(Find("Step", "g_step/f32/batch16").Operations, Is.EqualTo(16 * (3 * g + 4 * d)));
    }

    [Test]
    public void CheckpointsBytesAreThoseOfItsTensors()
    {
        var settings = new TrainOptions().With(ngf: 16, ndf: 16);
        using var device = Device.Cpu(1);
        using var trainee = new Trainee(device, settings.With(batch: 2));
        Assert.That(Checkpoints.Bytes(settings),
            Is.EqualTo(Checkpoint.NamedTensors(trainee.Step).Sum(static t => t.Tensor.View.Bytes)));
    }

    [Test]
    public void NamesAreUniqueAndTheShortSelectionHasSomethingOfEverySuite([Values] bool onCard,
        [Values("f32", "tf32", "bf16")] string precision)
    {
        var v = new Variant(onCard, precision);
        Assert.That(Suite.All.SelectMany(s => s.Items(v)).Select(static w => w.Name), Is.Unique);
        Assert.That(Suite.All.Where(s => s.Items(v).Any() && !s.Items(v).Any(static w => w.IsShort)), Is.Empty);
        if (precision == "f32" && !onCard) Assert.That(Suite.All.Where(s => !s.Items(v).Any()), Is.Empty);
    }
}
