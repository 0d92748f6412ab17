using Ssgan.Engine;
using Ssgan.Engine.Serialization;
using Ssgan.Gan.Algorithms;
using Ssgan.Gan.Interop;
using Ssgan.Gan.Models;
using Ssgan.Tests.Golden;

namespace Ssgan.Tests.Models;

/// <summary>Streams, prefixes, networks told from a file, and gradients in PyTorch's layout.</summary>
public sealed class MimicryFilesTests
{
    static readonly string[] s_gans = ["ssgan", "sngan", "wgan_gp"];
    static readonly int[] s_sizes = [32, 48, 64, 128];

    static (Architecture Architecture, DiscriminatorOptions Options) Published(string gan, int size) => gan switch
    {
        "ssgan" => (Architecture.For(size, 16, 16), new()),
        "sngan" => (Zoo.Sngan(size, 16, 16), Zoo.SnganDiscriminator),
        _ => (Zoo.WganGp(size, 16, 16), Zoo.WganGpDiscriminator),
    };

    static SafetensorsFile Stored(IEnumerable<SafetensorsItem> items)
    {
        var stream = new MemoryStream();
        SafetensorsWriter.Write(stream, items);
        stream.Position = 0;
        return SafetensorsFile.Read(stream, "stream of a test");
    }

    [Test]
    public void A_discriminator_is_told_from_its_file([ValueSource(nameof(s_gans))] string gan,
        [ValueSource(nameof(s_sizes))] int size)
    {
        using var device = Device.Cpu(1);
        using var rng = new Rng(device, 3);
        var (architecture, options) = Published(gan, size);
        using var written = new ResNetDiscriminator(rng, architecture, options);
        using var file = Stored(MimicryWeights.Items(written, "netD."));
        bool ambiguous = gan == "wgan_gp" && size is (48 or 64);
        if (ambiguous)
        {
            Assert.That(() => MimicryWeights.DiscriminatorOf(file, "netD."), Throws.TypeOf<WeightsException>()
                .With.Message.EqualTo("What stream of a test holds under netD. is a discriminator of 48x48 or of 64x64 images, "
                + "whose names and shapes are the same: one of the two sizes must be given."));
        }
        var (told, also) = MimicryWeights.DiscriminatorOf(file, "netD.", ambiguous ? size : 0);
        Assert.That((told.Size, told.LogitsName, also.RotationClasses, also.SpectralNorm, also.Pooling), Is.EqualTo((size,
            architecture.LogitsName, options.RotationClasses, options.SpectralNorm, options.Pooling)));
        Assert.That(told.DiscriminatorBlocks, Is.EqualTo(architecture.DiscriminatorBlocks));
        Assert.That(told.HeadsIterateInEvaluation, Is.EqualTo(gan == "ssgan" && size == 32));
        using var read = new ResNetDiscriminator(rng, told, also);
        MimicryWeights.Load(file, read, "netD.");
        Equal(read, written);
        int other = size == 32 ? 64 : 32;
        Assert.That(() => MimicryWeights.DiscriminatorOf(file, "netD.", other), Throws.TypeOf<WeightsException>()
            .With.Message.EndsWith(ambiguous ? "one of the two sizes must be given."
                : $"is for images of {size}x{size}, not {other}x{other}."));
    }

    [Test]
    public void A_generator_is_told_from_its_file([ValueSource(nameof(s_sizes))] int size)
    {
        using var device = Device.Cpu(1);
        using var rng = new Rng(device, 3);
        using var written = new ResNetGenerator(rng, Architecture.For(size, 16, 16) with { Latent = 24 });
        using var file = Stored(MimicryWeights.Items(written, "netG."));
        var told = MimicryWeights.ArchitectureOf(file, "netG.");
        Assert.That((told.Size, told.StartChannels, told.Latent), Is.EqualTo((size, 16, 24)));
        using var read = new ResNetGenerator(rng, told);
        MimicryWeights.Load(file, read, "netG.");
        Equal(read, written);
    }

    [TestCase("cgan-pd", 32, 16)]
    [TestCase("cgan-pd", 128, 16)]
    [TestCase("sagan", 32, 16)]
    [TestCase("sagan", 128, 64)]
    public void Conditional_networks_are_told_from_their_files(string gan, int size, int width)
    {
        const int classes = 5;
        using var device = Device.Cpu(1);
        using var rng = new Rng(device, 3);
        var options = (ResNetGanOptions)GanCatalog.Of(gan).Defaults with { Ngf = width, Ndf = width };
        var shapes = options.Architecture(size) with { Latent = 24 };
        using var generator = new ResNetGenerator(rng, shapes, options.GeneratorVariant(classes));
        using var discriminator = new ResNetDiscriminator(rng, shapes, options.DiscriminatorVariant(classes));
        using var file = Stored([.. MimicryWeights.Items(generator, "netG."), .. MimicryWeights.Items(discriminator, "netD.")]);
        var (told, variant) = MimicryWeights.GeneratorOf(file, "netG.");
        Assert.That((told.Size, told.StartChannels, told.Latent, told.GeneratorAttention, variant),
            Is.EqualTo((size, width, 24, shapes.GeneratorAttention, options.GeneratorVariant(classes))));
        using var readGenerator = new ResNetGenerator(rng, told, variant);
        MimicryWeights.Load(file, readGenerator, "netG.");
        Equal(readGenerator, generator);

        var (also, others) = MimicryWeights.DiscriminatorOf(file, "netD.");
        Assert.That((also.Size, also.LogitsName, also.DiscriminatorAttention, also.HeadsIterateInEvaluation, others),
            Is.EqualTo((size, shapes.LogitsName, shapes.DiscriminatorAttention, shapes.HeadsIterateInEvaluation,
                options.DiscriminatorVariant(classes))));
        using var readDiscriminator = new ResNetDiscriminator(rng, also, others);
        MimicryWeights.Load(file, readDiscriminator, "netD.");
        Equal(readDiscriminator, discriminator);
    }

    [Test]
    public void Infomax_gans_discriminator_goes_through_a_file([ValueSource(nameof(s_sizes))] int size)
    {
        using var device = Device.Cpu(1);
        using var rng = new Rng(device, 3);
        var shapes = new InfoMaxOptions { Ngf = 16, Ndf = 16 }.Architecture(size);
        using var written = new InfoMaxDiscriminator(rng, shapes, 6);
        using var file = Stored(MimicryWeights.Items(written, "netD."));
        bool ambiguous = size is 48 or 64;
        if (ambiguous)
        {
            Assert.That(() => MimicryWeights.InfoMaxOf(file, "netD."), Throws.TypeOf<WeightsException>()
                .With.Message.EndsWith("one of the two sizes must be given."));
        }
        var (told, width) = MimicryWeights.InfoMaxOf(file, "netD.", ambiguous ? size : 0);
        Assert.That((told.Size, told.LogitsName, width), Is.EqualTo((size, "linear", 6)));
        using var read = new InfoMaxDiscriminator(rng, told, width);
        MimicryWeights.Load(file, read, "netD.");
        Equal(read, written);
        Assert.That(() => MimicryWeights.DiscriminatorOf(file, "netD."), Throws.TypeOf<WeightsException>()
            .With.Message.EndsWith("which InfoMaxOf describes."));
        Assert.That(() => MimicryWeights.InfoMaxOf(file), Throws.TypeOf<WeightsException>()
            .With.Message.Contains("is no discriminator of InfoMax-GAN"));
    }

    [Test]
    public void Several_networks_share_a_file_and_a_stream_carries_one()
    {
        using var device = Device.Cpu(1);
        using var rng = new Rng(device, 3);
        var small = Architecture.For(64, 16, 16);
        using var generator = new ResNetGenerator(rng, small);
        using var average = new ResNetGenerator(rng, small);
        using var discriminator = new ResNetDiscriminator(rng, small);
        using var file = Stored([.. MimicryWeights.Items(generator, "netG."), .. MimicryWeights.Items(average, "ema."),
            .. MimicryWeights.Items(discriminator, "netD.")]);
        using var read = new ResNetGenerator(rng, small);
        MimicryWeights.Load(file, read, "netG.");
        Equal(read, generator);
        MimicryWeights.Load(file, read, "ema.");
        Equal(read, average);
        Assert.That(() => MimicryWeights.Load(file, read, "netD."), Throws.TypeOf<WeightsException>()
            .With.Message.Contains("netD.l1.weight is missing").And.Message.Contains("netD.block1.c1.bias is unknown"));
        Assert.That(() => MimicryWeights.Load(file, read), Throws.TypeOf<WeightsException>());
        Equal(read, average);

        var stream = new MemoryStream();
        stream.WriteByte(7);
        MimicryWeights.Save(stream, generator);
        stream.Position = 1;
        MimicryWeights.Load(stream, read);
        Equal(read, generator);
        Assert.That(stream.Position, Is.EqualTo(stream.Length));
    }

    /// <summary>The golden files hold PyTorch's gradients: here ours, written as a file, stand beside them.</summary>
    [Test]
    public void Gradients_are_written_in_pytorchs_layout()
    {
        // As in NetworkGoldenTests.
        const double tolerance = 5e-5;
        var golden = GoldenFile.Load("ssgan32");
        using var device = Device.Cpu();
        using var rng = new Rng(device, 1);
        using var generator = new ResNetGenerator(rng, Architecture.For(32, 16, 16) with { Latent = 32 });
        golden.AsFile("g/state", path => MimicryWeights.Load(path, generator));
        Assert.That(MimicryWeights.Gradients(generator), Is.Empty);
        using var scope = device.Scope();
        generator.Forward(golden.Tensor(device, "g/z")).Backward(golden.Tensor(device, "g/dy"));
        using var file = Stored(MimicryWeights.Gradients(generator, "grad."));
        string[] keys = golden.Under("g/grad");
        Assert.That(file.Entries.Select(static e => e.Name), Is.EquivalentTo(keys.Select(static k => "grad." + k)));
        foreach (string key in keys)
        {
            var gradient = file["grad." + key];
            Assert.That(gradient.Shape.ToArray(), Is.EqualTo(golden.Shape($"g/grad/{key}").Select(static d => (long)d)));
            GoldenCheck.Close(gradient.ReadF32(), golden.F32($"g/grad/{key}"), tolerance, key);
        }
    }

    [Test]
    public void What_is_no_network_is_refused_in_a_sentence()
    {
        using var device = Device.Cpu(1);
        using var rng = new Rng(device, 3);
        using var generator = new ResNetGenerator(rng, Architecture.For(32, 8, 8));
        using var file = Stored(MimicryWeights.Items(generator));
        Assert.That(() => MimicryWeights.DiscriminatorOf(file), Throws.TypeOf<WeightsException>().With.Message.EqualTo(
            "What stream of a test holds is no discriminator with Mimicry's names: block1.c1.bias and one of l5.bias, l6.bias "
            + "and l7.bias are needed."));
        Assert.That(() => MimicryWeights.ArchitectureOf(file, "netG."), Throws.TypeOf<WeightsException>().With.Message.StartsWith(
            "What stream of a test holds under netG. is no generator with Mimicry's names: netG.l1.weight"));
        using var odd = Stored([new("block1.c1.bias", [3], new float[3]), new("block5.c2.bias", [3], new float[3]),
            new("l5.bias", [1], new float[1]), .. Enumerable.Range(2, 4).Select(static n =>
                new SafetensorsItem($"block{n}.c1.bias", [3], new float[3]))]);
        Assert.That(() => MimicryWeights.DiscriminatorOf(odd), Throws.TypeOf<WeightsException>()
            .With.Message.Contains("has a width that no published network has: ndf is 3"));
        Assert.That(() => SafetensorsFile.Read(new MemoryStream([1, 2, 3]), "three bytes"),
            Throws.TypeOf<SafetensorsException>().With.Message.StartsWith("three bytes: the file has 3 bytes"));
    }

    static void Equal(Engine.Nn.Module actual, Engine.Nn.Module expected)
    {
        var state = expected.StateDict();
        foreach (var (name, tensor) in actual.StateDict())
        {
            // Of the heads of SSGAN-32 a file keeps no v: it is computed from u.
            bool derived = name[0] == 'l' && name.EndsWith(".v", StringComparison.Ordinal);
            if (!derived) Assert.That(tensor.ToArray(), Is.EqualTo(state[name].ToArray()), name);
        }
        Assert.That(actual.StateDict().Keys, Is.EqualTo(state.Keys));
    }
}
