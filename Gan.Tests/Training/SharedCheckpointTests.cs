using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Nn;
using Ssgan.Engine.Optim;
using Ssgan.Engine.Serialization;
using Ssgan.Gan.Algorithms;
using Ssgan.Gan.Models;
using Ssgan.Gan.Settings;
using Ssgan.Gan.Training;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Training;

/// <summary>
/// Checkpoints of shared weights: written once, and read under either name or both; and of optimizers with one step count.
/// </summary>
sealed class SharedCheckpointTests
{
    sealed class Tied : Module
    {
        public Tied(Rng random)
        {
            First = Child("first", new Linear(random, 2, 3));
            Child("second", First);
        }

        public Linear First { get; }
    }

    sealed class TiedStep : GanStep
    {
        readonly Tied _network;
        readonly Adam _adam;

        public TiedStep(Device device, ulong seed) : base(device, seed)
        {
            _network = new Tied(Random);
            _adam = new Adam(_network.NamedParameters());
        }

        public override IReadOnlyList<(string Name, Module Module)> Networks => [("n", _network)];
        public override IReadOnlyList<(string Name, Optimizer Optimizer)> Optimizers => [("adam", _adam)];

        public override void TrainDiscriminator(RealBatch real)
        {
        }

        public override void TrainGenerator(int batch)
        {
            using var scope = Device.Scope();
            Minimise("n", _network.First.Forward(Device.Full(new Shape(batch, 2), 1)).Square().Sum(), _adam);
        }

        public override Latent Noise(Rng random, int count) => random.Normal(new(count, 2));
        public override Tensor Sample(Latent latent) => latent.Z;
    }

    static readonly string[] s_written =
    [
        "n.first.weight", "n.first.bias", "adam.learning_rate",
        "adam.first.weight.m", "adam.first.bias.m", "adam.first.weight.v", "adam.first.bias.v",
        "adam.first.weight.step", "adam.first.bias.step",
    ];

    static Dictionary<string, byte[]> Bytes(GanStep step) => Checkpoint.NamedTensors(step).ToDictionary(
        static t => t.Name, static t =>
    {
        var bytes = new byte[t.Tensor.View.Bytes];
        t.Tensor.Backend.Download(t.Tensor.View, bytes);
        return bytes;
    });

    /// <summary>Writes a trained step's tensors, each under the given names, and reads the file into a fresh step.</summary>
    static void Exchange(Func<string, IEnumerable<string>> names,
        Action<Dictionary<string, byte[]>, Func<Dictionary<string, byte[]>>> check,
        Func<string, byte[], byte[]>? change = null)
    {
        using var temp = new TempFolder();
        using var device = Device.Cpu(1);
        using TiedStep trained = new(device, 1), fresh = new(device, 2);
        for (int i = 0; i < 3; i++) trained.TrainGenerator(4);
        var bytes = Bytes(trained);
        Assert.That(bytes.Keys, Is.EquivalentTo(s_written));
        var items = new List<SafetensorsItem>();
        foreach (var (name, tensor) in Checkpoint.NamedTensors(trained))
        {
            long[] shape = [.. Enumerable.Range(0, tensor.Shape.Rank).Select(i => (long)tensor.Shape[i])];
            var type = tensor.Type == DType.I32 ? FileDType.I32 : FileDType.F32;
            foreach (string n in names(name))
            {
                if (items.Exists(i => i.Name == n)) continue;
                items.Add(new SafetensorsItem(n, type, shape, change?.Invoke(n, [.. bytes[name]]) ?? bytes[name]));
            }
        }
        SafetensorsWriter.Write(temp[Checkpoint.TensorsFile], items);
        check(bytes, () =>
        {
            Checkpoint.ReadTensors(temp.Root, fresh);
            return Bytes(fresh);
        });
    }

    static string Second(string name) => name.Replace("first", "second", StringComparison.Ordinal);

    static string Shared(string name) => name.EndsWith(".step", StringComparison.Ordinal) ? "adam.step" : name;

    static IEnumerable<TestCaseData> Namings =>
    [
        new TestCaseData((string n) => (string[])[n]).SetArgDisplayNames("the first name"),
        new TestCaseData((string n) => (string[])[Second(n)]).SetArgDisplayNames("the second name"),
        new TestCaseData((string n) => (string[])[n, Second(n)]).SetArgDisplayNames("both names"),
        new TestCaseData((string n) => (string[])[Shared(n)]).SetArgDisplayNames("one step count"),
        new TestCaseData((string n) => (string[])[Shared(n), Shared(Second(n))])
            .SetArgDisplayNames("both names and one step count"),
    ];

    [TestCaseSource(nameof(Namings))]
    public void A_state_is_read_under(Func<string, string[]> names) =>
        Exchange(names, (written, read) => Assert.That(read(), Is.EqualTo(written)));

    [Test]
    public void Two_values_for_one_tensor_are_refused_and_nothing_changes() => Exchange(
        static n => [n, Second(n)], (written, read) =>
        Assert.That(() => read(), Throws.TypeOf<TrainingException>()
            .With.Message.Contains("n.first.bias and n.second.bias have different values")
            .And.Message.Not.Contains("weight")),
        static (name, bytes) =>
        {
            if (name == "n.second.bias") bytes[0] ^= 1;
            return bytes;
        });

    [Test]
    public void Without_a_count_of_steps_a_file_is_refused() => Exchange(
        static n => n == "adam.first.bias.step" ? [] : [n], (written, read) =>
        Assert.That(() => read(), Throws.TypeOf<TrainingException>().With.Message.Contains("adam.first.bias.step is missing")));

    /// <summary>A run's checkpoint as it was when an optimizer had one count.</summary>
    [Test]
    public void A_run_goes_on_from_one_step_count_bit_for_bit()
    {
        using var temp = new TempFolder();
        byte[] unbroken;
        using (var run = new TrainingRun(temp["run"], TrainingRun.Tiny))
        {
            run.Trainer.Run();
            unbroken = run.Tensors(6);
            string folder = run.Folder.Checkpoint(4);
            var state = Checkpoint.ReadState(folder);
            string tensors = Path.Combine(folder, Checkpoint.TensorsFile);
            var items = new List<SafetensorsItem>();
            using (var file = SafetensorsFile.Open(tensors))
            {
                foreach (var e in file.Entries)
                {
                    int dot = e.Name.IndexOf('.', StringComparison.Ordinal);
                    string name = e.Name.EndsWith(".step", StringComparison.Ordinal) ? e.Name[..dot] + ".step" : e.Name;
                    if (!items.Exists(i => i.Name == name))
                        items.Add(new SafetensorsItem(name, e.DType, e.Shape.ToArray(), e.ReadBytes()));
                }
            }
            Assert.That(items.Select(static i => i.Name).Where(static n => n.EndsWith("step", StringComparison.Ordinal)),
                Is.EquivalentTo(new[] { "adam_g.step", "adam_d.step" }));
            SafetensorsWriter.Write(tensors, items);
            string hash = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(tensors)));
            File.WriteAllText(Path.Combine(folder, Checkpoint.StateFile), (state with { TensorsSha256 = hash }).ToJson());
        }
        using var second = new TrainingRun(temp["run"], TrainingRun.Tiny);
        second.Trainer.Resume(second.Folder.Checkpoint(4));
        second.Trainer.Run();
        Assert.That(second.Tensors(6), Is.EqualTo(unbroken));
    }
}
