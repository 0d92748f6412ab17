using System.Runtime.InteropServices;
using Ssgan.Engine;
using Ssgan.Engine.Nn;
using Ssgan.Engine.Serialization;
using Ssgan.Engine.Serialization.PyTorch;
using Ssgan.Gan.Interop;
using Ssgan.Gan.Models;
using Ssgan.Gan.Training;
using Ssgan.Tests.Golden;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Serialization.PyTorch;

/// <summary>What PyTorch saved is read as it was, in both forms, whatever its type and strides.</summary>
sealed class PthFileTests
{
    static string At(string name) => GoldenFile.PathOf($"formats/{name}.pth");

    /// <summary>A tensor's values as singles, whatever their type.</summary>
    static float[] Values(TensorEntry entry) => entry.DType switch
    {
        FileDType.Bool or FileDType.U8 => [.. entry.ReadBytes()],
        FileDType.I8 => [.. MemoryMarshal.Cast<byte, sbyte>(entry.ReadBytes())],
        FileDType.I16 => [.. MemoryMarshal.Cast<byte, short>(entry.ReadBytes())],
        FileDType.I32 => [.. MemoryMarshal.Cast<byte, int>(entry.ReadBytes())],
        FileDType.I64 => [.. MemoryMarshal.Cast<byte, long>(entry.ReadBytes())],
        _ => entry.ReadF32(),
    };

    [TestCase("state")]
    [TestCase("legacy")]
    public void Every_kind_of_tensor_is_read(string name)
    {
        var golden = GoldenFile.Load("formats/values");
        using var file = PthFile.Open(At(name));
        Assert.That(file.Entries.Select(static e => e.Name), Is.EquivalentTo(golden.Under("pth")));
        foreach (var entry in file.Entries)
        {
            Assert.That(entry.Shape.ToArray(), Is.EqualTo(golden.Shape("pth/" + entry.Name)), entry.Name);
            float[] expected = entry.DType.IsFloat() ? golden.F32("pth/" + entry.Name)
                : Array.ConvertAll(golden.I32("pth/" + entry.Name), static i => (float)i);
            Assert.That(Values(entry), Is.EqualTo(expected), entry.Name);
            Assert.That(() => entry.CheckFinite(), Throws.Nothing, entry.Name);
        }
        FileDType[] types = [.. file.Entries.Select(static e => e.DType).Distinct().Order()];
        Assert.That(types, Is.EqualTo(Enum.GetValues<FileDType>()), "there is one of each");
    }

    [TestCase("state")]
    [TestCase("legacy")]
    public void Pieces_of_a_view_are_the_view(string name)
    {
        using var file = PthFile.Open(At(name));
        foreach (string view in new[] { "transposed", "view", "row", "expanded", "channels_last", "bfloat16" })
        {
            byte[] whole = file[view].ReadBytes(), pieces = new byte[whole.Length];
            for (int at = 0; at < whole.Length; at += 3)
                file[view].Read(pieces.AsSpan(at, Math.Min(3, whole.Length - at)), at);
            Assert.That(pieces, Is.EqualTo(whole), view);
        }
    }

    [TestCase("little")]
    [TestCase("big")]
    public void Both_byte_orders_are_read(string name)
    {
        var golden = GoldenFile.Load("formats/values");
        using var file = PthFile.Open(At(name));
        foreach (string tensor in new[] { "contiguous", "view" })
            Assert.That(file[tensor].ReadF32(), Is.EqualTo(golden.F32("pth/" + tensor)), tensor);
    }

    [Test]
    public void A_storage_of_bytes_has_the_type_of_its_tensor()
    {
        using var file = PthFile.Open(At("untyped"));
        Assert.That(file["untyped"].Shape.ToArray(), Is.EqualTo(new[] { 2, 2 }));
        Assert.That(file["untyped"].ReadF32(), Is.EqualTo(new[] { 0.5f, -1, 2, 4 }));
    }

    [TestCase("checkpoint", null)]
    [TestCase("checkpoint", "model_state_dict")]
    [TestCase("legacy_checkpoint", null)]
    public void A_part_of_a_checkpoint_fills_a_module(string name, string? part)
    {
        var golden = GoldenFile.Load("formats/values");
        using var device = Device.Cpu(1);
        using var random = new Rng(device, 1);
        using var linear = new Linear(random, 3, 2);
        using var file = PthFile.Open(At(name), part);
        Assert.That(file.Entries.Select(static e => e.Name), Is.EqualTo(golden.Under("checkpoint")));
        StateDict.Load(file, [.. StateDict.Entries(linear, "0.")], static n => n.StartsWith("1.", StringComparison.Ordinal));
        Assert.That(linear.Weight.ToArray(), Is.EqualTo(golden.F32("checkpoint/0.weight")));
        Assert.That(linear.Bias!.ToArray(), Is.EqualTo(golden.F32("checkpoint/0.bias")));
        Assert.That(() => StateDict.Load(file, [.. StateDict.Entries(linear)]), Throws.TypeOf<StateDictException>()
            .With.Message.StartsWith(At(name) + " does not fit: weight is missing; bias is missing;"));
    }

    [Test]
    public void A_part_that_is_not_there_is_named() =>
        Assert.That(() => PthFile.Open(At("checkpoint"), "ema"), Throws.TypeOf<TensorFileException>()
            .With.Message.EqualTo($"{At("checkpoint")}: it has no part 'ema'; parts with tensors are 'model_state_dict'."));

    [TestCase("script.pth", "TorchScript archive", "state_dict()")]
    [TestCase("stored.npz", "NumPy archive (.npz)", "numpy.load")]
    [TestCase("version1.npy", "NumPy array (.npy)", "safetensors")]
    [TestCase("values.safetensors", "no PyTorch file", ".pth")]
    public void A_file_of_another_kind_is_told(string name, string what, string remedy) =>
        Assert.That(() => PthFile.Open(GoldenFile.PathOf("formats/" + name)), Throws.TypeOf<TensorFileException>()
            .With.Message.Contains(what).And.Message.Contains(remedy).And.Message.EndsWith("."));

    [Test]
    public void A_tar_archive_is_told()
    {
        byte[] tar = new byte[512];
        "ustar"u8.CopyTo(tar.AsSpan(257));
        Assert.That(() => PthFile.Read(tar, "old.pth"),
            Throws.TypeOf<TensorFileException>().With.Message.StartsWith("old.pth: this is a tar archive, as PyTorch wrote"));
    }

    /// <summary>Mimicry's own file is taken where a safetensors file is, and means the same.</summary>
    [Test]
    public void A_generator_of_Mimicry_loads_directly()
    {
        using var temp = new TempFolder();
        string path = At("netG_7_steps"), copy = temp["netG.safetensors"];
        using (var file = PthFile.Open(path))
        {
            SafetensorsWriter.Write(copy, file.Entries.Select(static e =>
                new SafetensorsItem(e.Name, e.DType, e.Shape, e.ReadBytes())));
        }
        using var device = Device.Cpu(1);
        using var random = new Rng(device, 1);
        var (architecture, options) = MimicryWeights.GeneratorOf(path);
        Assert.That((architecture.Size, architecture.Latent), Is.EqualTo((32, 8)));
        using var mine = new ResNetGenerator(random, architecture, options);
        using var theirs = new ResNetGenerator(random, architecture, options);
        MimicryWeights.Load(path, mine);
        MimicryWeights.Load(copy, theirs);
        foreach (var (name, tensor) in mine.StateDict())
            Assert.That(tensor.ToArray(), Is.EqualTo(theirs.StateDict()[name].ToArray()), name);
        using var drawn = TrainedGenerator.Open(device, path);
        using var drawnOfCopy = TrainedGenerator.Open(device, copy);
        Assert.That(drawn.Draw(3, 2), Is.EqualTo(drawnOfCopy.Draw(3, 2)));
    }

    [Test]
    public void A_file_in_memory_is_read_and_a_refused_one_is_closed()
    {
        byte[] bytes = File.ReadAllBytes(At("state"));
        using var file = PthFile.Read(bytes, "memory");
        Assert.That(file["scalar"].ReadF32(), Is.EqualTo(new[] { 0.625f }));
        using var temp = new TempFolder();
        string path = temp["bad.pth"];
        File.WriteAllBytes(path, bytes[..^30]);
        Assert.That(() => PthFile.Open(path), Throws.TypeOf<TensorFileException>());
        Assert.That(() => File.Open(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None).Dispose(), Throws.Nothing);
    }
}
