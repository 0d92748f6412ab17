using Ssgan.Engine;
using Ssgan.Engine.Nn;
using Ssgan.Engine.Serialization;
using Ssgan.Gan.Interop;
using Ssgan.Gan.Models;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Models;

/// <summary>
/// Weights in Mimicry's names and layouts: out and in again at every size, and what a misfit says. Golden files prove the values.
/// </summary>
public sealed class MimicryWeightsTests
{
    [TestCase(32)]
    [TestCase(48)]
    [TestCase(64)]
    [TestCase(128)]
    public void Export_and_import_give_the_same_networks(int size)
    {
        using var temp = new TempFolder();
        using var device = Device.Cpu(1);
        using var rng = new Rng(device, 3);
        var small = Architecture.For(size, 16, 16);
        using var generator = new ResNetGenerator(rng, small);
        using var discriminator = new ResNetDiscriminator(rng, small);
        MimicryWeights.Save(temp["g.safetensors"], generator);
        MimicryWeights.Save(temp["d.safetensors"], discriminator);
        using var generator2 = new ResNetGenerator(rng, small);
        using var discriminator2 = new ResNetDiscriminator(rng, small);
        MimicryWeights.Load(temp["g.safetensors"], generator2);
        MimicryWeights.Load(temp["d.safetensors"], discriminator2);

        foreach (var (a, b) in All(generator).Zip(All(generator2)))
            Assert.That(b.Tensor.ToArray(), Is.EqualTo(a.Tensor.ToArray()), a.Name);
        foreach (var (a, b) in All(discriminator).Zip(All(discriminator2)))
        {
            // The two heads of 32 keep no v in the file: it is computed from u.
            bool derived = size == 32 && a.Name.EndsWith(".v", StringComparison.Ordinal) && a.Name.StartsWith('l');
            if (!derived) Assert.That(b.Tensor.ToArray(), Is.EqualTo(a.Tensor.ToArray()), a.Name);
        }

        static IEnumerable<NamedTensor> All(Module module) =>
            module.NamedParameters().Concat(module.NamedBuffers());
    }

    [Test]
    public void Names_are_mimicrys_with_both_kinds_of_spectral_norm()
    {
        using var temp = new TempFolder();
        using var device = Device.Cpu(1);
        using var rng = new Rng(device, 3);
        string[] Keys(int size)
        {
            using var discriminator = new ResNetDiscriminator(rng, Architecture.For(size, 16, 16));
            MimicryWeights.Save(temp["d.safetensors"], discriminator);
            using var file = SafetensorsFile.Open(temp["d.safetensors"]);
            return [.. file.Entries.Select(static e => e.ToString())];
        }
        Assert.That(Keys(32), Is.SupersetOf(new[]
        {
            "block1.c1.weight_orig: F32 (16, 3, 3, 3)", "block1.c1.weight_u: F32 (16)", "block1.c1.weight_v: F32 (27)",
            "block2.c_sc.bias: F32 (16)", "l5.weight: F32 (1, 16)", "l5.sn_u: F32 (1, 1)", "l5.sn_sigma: F32 (1)",
            "l_y.sn_u: F32 (1, 4)",
        }));
        Assert.That(Keys(64), Is.SupersetOf(new[]
        {
            "l6.weight_orig: F32 (1, 16)", "l6.weight_u: F32 (1)", "l6.weight_v: F32 (16)", "l_y.weight_orig: F32 (4, 16)",
        }));
    }

    [Test]
    public void Every_missing_unknown_and_misshapen_name_is_listed_and_nothing_changes()
    {
        using var temp = new TempFolder();
        using var device = Device.Cpu(1);
        using var rng = new Rng(device, 3);
        using var generator = new ResNetGenerator(rng, Architecture.For(32, 8, 8));
        MimicryWeights.Save(temp["g.safetensors"], generator);
        using (var file = SafetensorsFile.Open(temp["g.safetensors"]))
        {
            SafetensorsWriter.Write(temp["bad.safetensors"], file.Entries.Where(static e => e.Name != "b5.bias"
                && e.DType == FileDType.F32)
                .Select(static e => e.Name == "c5.bias" ? new SafetensorsItem("c5.bias", [4], new float[4])
                    : new SafetensorsItem(e.Name, e.Shape, e.ReadF32()))
                .Append(new SafetensorsItem("block9.c1.weight", [1], new float[1])).ToList());
        }
        float[] before = generator.Parameters[0].ToArray();
        var error = Assert.Throws<WeightsException>(() => MimicryWeights.Load(temp["bad.safetensors"], generator));
        Assert.That(error!.Message, Does.Contain("b5.bias is missing").And.Contain("c5.bias: F32 (4) should be F32 (3)")
            .And.Contain("block9.c1.weight is unknown"));
        Assert.That(generator.Parameters[0].ToArray(), Is.EqualTo(before));
    }

    [TestCase("b5.running_mean", float.NaN, "holds NaN at [2]")]
    [TestCase("c5.weight", float.NegativeInfinity, "holds -infinity at [0, 0, 0, 2]")]
    [TestCase("b5.running_var", -0.5f, "holds -0.5 at [2], and no value of it may be negative")]
    public void A_value_that_no_network_can_have_is_refused_and_nothing_changes(string name, float value, string message)
    {
        using var temp = new TempFolder();
        using var device = Device.Cpu(1);
        using var rng = new Rng(device, 3);
        using var generator = new ResNetGenerator(rng, Architecture.For(32, 8, 8));
        using var other = new ResNetGenerator(rng, Architecture.For(32, 8, 8));
        MimicryWeights.Save(temp["g.safetensors"], other);
        Change(temp["g.safetensors"], temp["bad.safetensors"], name, values => values[2] = value);
        float[] before = generator.Parameters[0].ToArray();
        Assert.That(() => MimicryWeights.Load(temp["bad.safetensors"], generator), Throws.TypeOf<SafetensorsException>()
            .With.Message.StartsWith($"{temp["bad.safetensors"]}: entry '{name}' {message}"));
        Assert.That(generator.Parameters[0].ToArray(), Is.EqualTo(before));
    }

    /// <summary>
    /// v is Wᵀu over its norm, or over 1e-12 where that is larger (torch.nn.functional.normalize): 0 where either factor is.
    /// </summary>
    [TestCase("l5.sn_u")]
    [TestCase("l5.weight")]
    [TestCase("l_y.sn_u")]
    public void A_zero_u_or_weight_gives_a_zero_v(string name)
    {
        using var temp = new TempFolder();
        using var device = Device.Cpu(1);
        using var rng = new Rng(device, 3);
        using var discriminator = new ResNetDiscriminator(rng, Architecture.For(32, 8, 8));
        MimicryWeights.Save(temp["d.safetensors"], discriminator);
        Change(temp["d.safetensors"], temp["zero.safetensors"], name, static values => values.AsSpan().Clear());
        MimicryWeights.Load(temp["zero.safetensors"], discriminator);
        string head = name[..name.IndexOf('.', StringComparison.Ordinal)];
        foreach (var (key, tensor) in discriminator.NamedBuffers()
            .Where(static b => b.Name is "l5.spectral.v" or "l_y.spectral.v"))
        {
            float[] v = tensor.ToArray();
            if (key.StartsWith(head, StringComparison.Ordinal)) Assert.That(v, Is.All.Zero, key);
            else Assert.That(v.Sum(static x => (double)x * x), Is.EqualTo(1).Within(1e-5), key);
        }
    }

    static void Change(string from, string to, string name, Action<float[]> change)
    {
        using var file = SafetensorsFile.Open(from);
        SafetensorsWriter.Write(to, file.Entries.Where(static e => e.DType == FileDType.F32).Select(e =>
        {
            float[] values = e.ReadF32();
            if (e.Name == name) change(values);
            return new SafetensorsItem(e.Name, e.Shape, values);
        }).ToList());
    }
}
