using System.Security.Cryptography;
using System.Text;
using Ssgan.Engine;
using Ssgan.Gan.Algorithms;
using Ssgan.Gan.Interop;
using Ssgan.Gan.Models;
using Ssgan.Tests.Golden;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Nn;

/// <summary>The networks have exactly as many trained values as the published ones.</summary>
sealed class ParameterCountTests
{
    [TestCase(32, 4_276_739, 1_054_341)]
    [TestCase(48, 4_878_083, 10_145_541)]
    [TestCase(64, 12_220_675, 10_145_541)]
    [TestCase(128, 32_150_787, 29_021_957)]
    public void Counts_equal_the_published_ones(int size, long generator, long discriminator)
    {
        using var device = Device.Cpu();
        using var leaks = new NoLeaks(device);
        using var random = new Rng(device, 1);
        using (var g = new ResNetGenerator(random, Architecture.For(size))) Assert.That(g.ParameterCount, Is.EqualTo(generator));
        using (var d = new ResNetDiscriminator(random, Architecture.For(size)))
        {
            Assert.That(d.ParameterCount, Is.EqualTo(discriminator));
            long head = d.NamedParameters().Where(p => p.Name.StartsWith("l_y.", StringComparison.Ordinal))
                .Sum(p => p.Tensor.Count);
            using var plain = new ResNetDiscriminator(random, Architecture.For(size), new() { RotationClasses = 0 });
            Assert.That(plain.ParameterCount, Is.EqualTo(discriminator - head));
        }
    }

    // Buffers of spectral norm, of which PyTorch's keeps u and v.
    [TestCase(32, 4_276_739, 1_053_825, 9_631)]
    [TestCase(48, 4_878_083, 10_141_441, 24_863)]
    [TestCase(64, 12_220_675, 10_141_441, 24_863)]
    [TestCase(128, 32_150_787, 29_017_857, 45_343)]
    public void So_do_those_of_sngan_and_wgan_gp(int size, long generator, long discriminator, long buffers)
    {
        using var device = Device.Cpu();
        using var leaks = new NoLeaks(device);
        using var random = new Rng(device, 1);
        using (var g = new ResNetGenerator(random, Zoo.WganGp(size), Zoo.WganGpGenerator))
            Assert.That(g.ParameterCount, Is.EqualTo(generator));
        using (var d = new ResNetDiscriminator(random, Zoo.Sngan(size), Zoo.SnganDiscriminator))
        {
            Assert.That(d.ParameterCount, Is.EqualTo(discriminator));
            Assert.That(d.NamedBuffers().Sum(static b => b.Tensor.Count), Is.EqualTo(buffers));
        }
        using (var d = new ResNetDiscriminator(random, Zoo.WganGp(size), Zoo.WganGpDiscriminator))
        {
            Assert.That(d.ParameterCount, Is.EqualTo(discriminator));
            Assert.That(d.NamedBuffers(), Is.Empty);
        }
    }

    /// <summary>
    /// Of files of Mimicry's own nets: trained values, buffers (batch counters included), and SHA-256 of all names and shapes.
    /// </summary>
    [TestCase("dcgan", 32, 0, 4_276_739, 3_591, "9906ad74536dab82", 1_053_825, 0, "3fde6b1c4da40bc5")]
    [TestCase("dcgan", 48, 0, 4_878_083, 2_823, "755a5126dac897ea", 10_141_441, 0, "9a8b757aa637c47c")]
    [TestCase("dcgan", 64, 0, 12_220_675, 5_897, "df41e7c7ac15a977", 10_141_441, 0, "9160777814d2f60f")]
    [TestCase("dcgan", 128, 0, 32_150_787, 9_995, "5f250969b33bacbb", 29_017_857, 0, "15177a8fbf591d0a")]
    [TestCase("infomax", 32, 0, 4_276_739, 3_591, "9906ad74536dab82", 1_615_233, 14_751, "d829b58dbfb7a7e5")]
    [TestCase("infomax", 48, 0, 4_878_083, 2_823, "755a5126dac897ea", 14_603_521, 35_103, "ae5e1cc2612d70aa")]
    [TestCase("infomax", 64, 0, 12_220_675, 5_897, "df41e7c7ac15a977", 14_603_521, 35_103, "ae5e1cc2612d70aa")]
    [TestCase("infomax", 128, 0, 32_150_787, 9_995, "5f250969b33bacbb", 35_315_457, 57_631, "b611221bad540c71")]
    [TestCase("cgan-pd", 32, 10, 4_304_387, 3_591, "5310acbed98b3cc6", 1_055_105, 9_515, "d881d3bf61a4c7a9")]
    [TestCase("cgan-pd", 32, 100, 4_580_867, 3_591, "a472c869de329481", 1_066_625, 9_605, "030dce9952c3e16c")]
    [TestCase("cgan-pd", 128, 1000, 41_996_931, 9_995, "b453cffcd2c7c0bb", 582_497, 6_823, "c2975babe7672dd9")]
    [TestCase("sagan", 32, 10, 4_386_308, 28_362, "b02c3139ee2042e4", 1_075_586, 10_441, "4d5fecb642a8b8d8")]
    [TestCase("sagan", 32, 100, 4_662_788, 28_362, "9d8eb036a2efd257", 1_087_106, 10_531, "ee2c7f396c042314")]
    [TestCase("sagan", 128, 1000, 42_078_852, 81_678, "db174ba3946f9130", 582_818, 6_907, "e4c35203ffd87bca")]
    public void Names_shapes_and_counts_are_mimicrys(string gan, int size, int classes, long generator, long generatorBuffers,
        string generatorHash, long discriminator, long discriminatorBuffers, string discriminatorHash)
    {
        using var device = Device.Cpu();
        using var leaks = new NoLeaks(device);
        using var random = new Rng(device, 1);
        var options = (ResNetGanOptions)GanCatalog.Of(gan).Defaults;
        using (var g = options.CreateGenerator(random, size, classes))
            Assert.That(Described(g), Is.EqualTo((generator, generatorBuffers, generatorHash)));
        using (var d = options.CreateDiscriminator(random, options.Architecture(size), classes, Engine.Kernels.DType.F32))
            Assert.That(Described(d), Is.EqualTo((discriminator, discriminatorBuffers, discriminatorHash)));
    }

    static (long Parameters, long Buffers, string Hash) Described(Engine.Nn.Module network)
    {
        var entries = new List<(string Key, long[] Shape)>();
        foreach (var entry in MimicryWeights.Map(network))
        {
            entries.Add((entry.Key, entry.FileShape));
            // What a file has beside: see MimicryWeights.Items.
            if (entry.Key.EndsWith("running_var", StringComparison.Ordinal))
                entries.Add((entry.Key.Replace("running_var", "num_batches_tracked", StringComparison.Ordinal), []));
            if (entry.DerivedV is not null) entries.Add((entry.Key.Replace("sn_u", "sn_sigma", StringComparison.Ordinal), [1]));
        }
        long all = entries.Sum(static e => e.Shape.Aggregate(1L, static (a, b) => a * b));
        string text = string.Join('\n', entries.Select(static e => $"{e.Key}: ({string.Join(", ", e.Shape)})")
            .Order(StringComparer.Ordinal));
        string hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..16];
        return (network.ParameterCount, all - network.ParameterCount, hash);
    }

    [Test]
    public void Shortcuts_and_the_last_filters_of_wgan_gp_are_drawn_as_pytorch_draws_them()
    {
        using var device = Device.Cpu();
        using var random = new Rng(device, 1);
        using var g = new ResNetGenerator(random, Zoo.WganGp(64, 64, 64), Zoo.WganGpGenerator);
        using var d = new ResNetDiscriminator(random, Zoo.WganGp(64, 64, 64), Zoo.WganGpDiscriminator);
        int own = 0;
        foreach (var (name, tensor) in g.NamedParameters().Concat(d.NamedParameters()))
        {
            if (!name.EndsWith("weight", StringComparison.Ordinal) || tensor.Shape.Rank != 4) continue;
            int area = tensor.Shape[1] * tensor.Shape[2], inputs = tensor.Shape[3] * area, outputs = tensor.Shape[0] * area;
            bool isOwn = name.Contains("c_sc", StringComparison.Ordinal) || name == "c6.weight";
            double bound = isOwn ? 1 / Math.Sqrt(inputs) : Math.Sqrt(2) * Math.Sqrt(6.0 / (inputs + outputs));
            Assert.That(tensor.ToArray().Max(Math.Abs), Is.InRange(bound * 0.8, bound * 1.000001), name);
            own += isOwn ? 1 : 0;
        }
        Assert.That(own, Is.EqualTo(4 + 1 + 5));
    }

    [TestCase(32)]
    [TestCase(48)]
    [TestCase(64)]
    [TestCase(128)]
    public void A_narrow_network_maps_noise_to_images_and_images_to_verdicts(int size)
    {
        using var device = Device.Cpu();
        using var leaks = new NoLeaks(device);
        using var random = new Rng(device, 1);
        var architecture = Architecture.For(size, 16, 16);
        using var g = new ResNetGenerator(random, architecture);
        using var d = new ResNetDiscriminator(random, architecture);
        using var scope = device.Scope();
        using var noGrad = device.NoGrad();
        var images = g.Forward(random.Normal(new(2, 128)));
        Assert.That(images.Shape, Is.EqualTo(new Engine.Kernels.Shape(2, size, size, 3)));
        Assert.That(images.ToArray().Max(Math.Abs), Is.LessThanOrEqualTo(1));
        var (logits, rotation) = d.Forward(images);
        Assert.That((logits.Shape, rotation!.Shape),
            Is.EqualTo((new Engine.Kernels.Shape(2, 1), new Engine.Kernels.Shape(2, 4))));
        Assert.That(() => d.Forward(images.Slice(1, 0, size - 1)),
            Throws.ArgumentException.With.Message.Contains($"(N, {size}, {size}, 3)"));
    }

    [TestCase(40, 0, 0, "40x40")]
    [TestCase(64, 24, 0, "ngf is 24")]
    [TestCase(48, 0, 40, "ndf is 40")]
    [TestCase(32, -1, 0, "ngf is -1")]
    public void What_has_no_architecture_is_refused_by_name(int size, int ngf, int ndf, string fragment) =>
        Assert.That(() => Architecture.For(size, ngf, ndf), Throws.ArgumentException.With.Message.Contains(fragment));
}
