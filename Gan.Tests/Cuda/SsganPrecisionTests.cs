using Ssgan.Emulator;
using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Kernels.Cuda;
using Ssgan.Gan.Settings;
using Ssgan.Gan.Training;
using Ssgan.Runner.Terminal;
using Ssgan.Tests.Runner;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Cuda;

/// <summary>SSGAN steps in TF32 and BF16 on the emulated device, and what the program says of them.</summary>
[Parallelizable(ParallelScope.Self)]
sealed class SsganPrecisionTests
{
    const int Steps = 3;

    SsganOnCudaTests.Run _f32 = null!, _bf16 = null!;

    [OneTimeSetUp]
    public void Runs() => (_f32, _bf16) = (Train("f32"), Train("bf16"));

    // A value has 11 significant bits in TF32, where the emulated libraries cut it off, and 8 in BF16, so that costs up to 2^-10
    // or 2^-9 of its power of two. Some ten layers round one after the other, in both networks, and the errors partly cancel: the
    // losses of these steps differ by up to 1.8e-3 and 3.3e-3, and twice to three times that is allowed. Above that a number was
    // rounded that should not have been; a difference of nothing would mean that the precision was not used.
    [TestCase("tf32", 4e-3)]
    [TestCase("bf16", 8e-3)]
    public void Losses_stay_near_those_of_f32(string precision, double tolerance)
    {
        var run = precision == "bf16" ? _bf16 : Train(precision);
        Assert.That(run.Reports.Select(r => r.Name), Is.EqualTo(_f32.Reports.Select(r => r.Name)));
        double largest = 0;
        foreach (var (a, e) in run.Reports.Zip(_f32.Reports))
        {
            if (!e.Name.StartsWith("loss", StringComparison.Ordinal)) continue;
            Assert.That(a.Mean, Is.EqualTo(e.Mean).Within(tolerance * Math.Max(1, Math.Abs(e.Mean))), e.Name);
            largest = Math.Max(largest, Math.Abs(a.Mean - e.Mean) / Math.Max(1, Math.Abs(e.Mean)));
        }
        Assert.That(largest, Is.GreaterThan(tolerance / 100));
    }

    [Test]
    public void Parameters_statistics_and_optimizer_state_stay_f32()
    {
        Assert.That(_bf16.Tensors.Select(t => t.Name), Is.EqualTo(_f32.Tensors.Select(t => t.Name)));
        foreach (var (name, values) in _bf16.Tensors)
        {
            // Zeros and units are so in any type, and with a decay of 0 the mean of gradients is the last of them, which a
            // product may have given in BF16.
            if (values.All(static x => Math.Abs(x) is 0 or 1) || name.EndsWith(".m", StringComparison.Ordinal)) continue;
            Assert.That(values.Any(static x => BFloat16.ToSingle(BFloat16.FromSingle(x)) != x), name);
        }
    }

    [TestCase("f32", "on cuda:0, f32\n")]
    [TestCase("tf32", "on cuda:0, tf32 products, f32 otherwise\n")]
    [TestCase("bf16", "on cuda:0, bf16 activations and products, f32 weights and sums\n")]
    public void The_program_trains_and_says_in_what(string precision, string words)
    {
        using var cuda = new EmulatedCuda(new EmulatorOptions());
        using var temp = new TempFolder();
        string[] train = ["train", "--device", "cuda", "--precision", precision, "--steps", "1", "--out", temp["run"]];
        var printed = Shell.On(cuda, CancellationToken.None, [.. train, .. Shell.Small]);
        Assert.That((printed.Code, printed.Error), Is.EqualTo((ExitCode.Done, "")));
        Assert.That(printed.Out, Does.Contain(words));
        Assert.That(File.ReadAllText(temp["run/config.json"]), Does.Contain($"\"precision\": \"{precision}\""));
    }

    [TestCase("tf32")]
    [TestCase("bf16")]
    public void Cards_without_such_tensor_cores_are_refused_by_name(string precision)
    {
        using var cuda = new EmulatedCuda(new EmulatorOptions { ComputeCapability = 75 });
        var printed = Shell.On(cuda, CancellationToken.None, "train", "--device", "cuda", "--precision", precision);
        Assert.That(printed.Code, Is.EqualTo(ExitCode.BadArguments));
        Assert.That(printed.Error,
            Does.Contain($"--precision {precision} needs compute capability 8.0; cuda:0 has 7.5, so use f32.\n"));
    }

    [Test]
    public void A_cpu_is_refused_and_f32_switches_tf32_off_again()
    {
        using var cpu = Device.Cpu(1);
        Assert.That(() => new TrainOptions().With(precision: "bf16").CreateStep(cpu),
            Throws.TypeOf<TrainingException>().With.Message.EqualTo("The precision bf16 needs a GPU; the CPU computes in f32."));
        using var cuda = new EmulatedCuda(new EmulatorOptions());
        using var device = new Device(new CudaBackend(cuda));
        var backend = (CudaBackend)device.Backend;
        foreach (string precision in Arithmetic.Names.Concat(["f32"]))
        {
            Arithmetic.Apply(device, precision);
            Assert.That(backend.AllowTf32, Is.EqualTo(precision == "tf32"));
        }
    }

    [Test]
    public void Captured_bf16_steps_equal_eager_steps_bit_for_bit()
    {
        var captured = Train("bf16", captured: true);
        Assert.That(captured.Reports, Is.EqualTo(_bf16.Reports));
        foreach (var (a, e) in captured.Tensors.Zip(_bf16.Tensors))
            Assert.That(a.Values.AsSpan().SequenceEqual(e.Values), e.Name);
    }

    static SsganOnCudaTests.Run Train(string precision, bool captured = false)
    {
        using var cuda = new EmulatedCuda(new EmulatorOptions());
        using var device = new Device(new CudaBackend(cuda));
        Arithmetic.Apply(device, precision);
        return SsganOnCudaTests.Train(device, captured, Steps, Arithmetic.Activations(precision));
    }
}
