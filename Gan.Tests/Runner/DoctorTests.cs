using Ssgan.Emulator;
using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Kernels.Conformance;
using Ssgan.Engine.Kernels.Cpu;
using Ssgan.Engine.Kernels.Cuda;
using Ssgan.Engine.Kernels.Cuda.Native;
using Ssgan.Engine.Kernels.Measurement;
using Ssgan.Runner.Commands;
using Ssgan.Runner.Doctor;
using Ssgan.Runner.Terminal;

namespace Ssgan.Tests.Runner;

public sealed class DoctorTests
{
    /// <summary>Probes whose slow or machine-bound parts are replaced; without a driver unless libraries are given.</summary>
    class Healthy(ISymbolSource? libraries = null)
        : DoctorProbes(new Devices(libraries ?? new EmulatedCuda(new EmulatorOptions { HasDriver = false })))
    {
        public override string? MeasureSpeed() => "quick";
        public override string? MeasureCard(Device card) =>
            Describe(CardSpeed.Measure(card.Backend, copyBytes: 1 << 12, side: 16));
        public override long MemoryBytes => 4L << 30;
    }

    sealed class LittleMemory : Healthy
    {
        public override long MemoryBytes => 100 << 20;
    }

    sealed class CompiledForLess : Healthy
    {
        public override bool LeavesAvx512Unused => true;
    }

    sealed class OldRuntime : Healthy
    {
        public override Version RuntimeVersion => new(8, 0, 1);
    }

    sealed class NoSkia : Healthy
    {
        public override string? EncodeAndDecodePng() => throw new DllNotFoundException("libSkiaSharp");
    }

    sealed class NoFolder : Healthy
    {
        public override string Folder => Path.Combine(Path.GetTempPath(), "no-such-folder", "x");
    }

    [Test]
    public void HealthyMachineIsFine()
    {
        var (code, text) = Examine(new Healthy());
        Assert.That(code, Is.EqualTo(ExitCode.Done), text);
        Assert.That(text,
            Does.Contain("no NVIDIA driver, so training runs on the CPU; looked for libcuda.so.1").And.Not.Contain("fix:"));
        foreach (string subject in (string[])["system", "runtime", "cpu", "memory", "images", "engine",
            "folder", "speed", "cuda"])
            Assert.That(text, Does.Match($@"(?m)^(ok|note) +{subject} "));
    }

    [Test]
    public void CardAndLibrariesAreNamedAndTheEngineIsTriedOnTheCard()
    {
        using var cuda = new EmulatedCuda(new EmulatorOptions { HasCuDnn = false });
        var (code, text) = Examine(new Healthy(cuda));
        Assert.That(code, Is.EqualTo(ExitCode.Done), text);
        Assert.That(text, Does.Match("(?m)^ok +gpu .*compute capability 9.0, 4 multiprocessors.*driver for CUDA [0-9]+[.][0-9]"));
        Assert.That(text, Does.Match("(?m)^ok +cublas +[0-9]+[.][0-9]+[.][0-9]+ at .*libcublas")
            .And.Match("(?m)^note +cudnn .*not found.*own kernels").And.Match("(?m)^ok +gpu engine"));
        Assert.That(text, Does.Match("(?m)^ok +gpu speed +copies [0-9]+ GB/s, multiplies matrices at [0-9.]+ TFLOP/s in f32, "
            + "[0-9.]+ TFLOP/s in tf32, [0-9.]+ TFLOP/s in bf16"));
        Assert.That(cuda.Leaks(), Is.Empty);
    }

    [Test]
    public void DriverWithoutACardIsAFailureWithOneFix()
    {
        using var cuda = new EmulatedCuda(new EmulatorOptions { Devices = 0 });
        var (code, text) = Examine(new Healthy(cuda));
        Assert.That(code, Is.EqualTo(ExitCode.Failed), text);
        Assert.That(text, Does.Match(@"FAIL +gpu .*\n +fix: \w"));
    }

    [Test]
    public void CardThatIsTooOldIsAFailure()
    {
        using var cuda = new EmulatedCuda(new EmulatorOptions { ComputeCapability = 70 });
        Assert.That(Examine(new Healthy(cuda)).Text, Does.Match("FAIL +gpu .*7.0.*7.5 .Turing. or newer is needed"));
    }

    [TestCase(false)]
    [TestCase(true)]
    public void ReportHasALinePerCaseAndATotal(bool broken)
    {
        using var cpu = new CpuBackend(1);
        using var writer = new StringWriter { NewLine = "\n" };
        ConformanceCase[] cases = [.. ConformanceTable.All.Take(3)];
        if (broken)
            cases[1] = cases[1] with { Body = static run => run.Expect("y", run.Output(new Shape(2)),
                Tolerance.Exact, static () => [1, 2]) };
        int code = ConformanceReport.Run(cpu, null, cases, writer);
        string text = writer.ToString();
        Assert.That(code, Is.EqualTo(broken ? ExitCode.Failed : ExitCode.Done));
        Assert.That(text.Split('\n', StringSplitOptions.RemoveEmptyEntries), Has.Length.EqualTo(4));
        Assert.That(text, Does.Contain(broken ? "2 passed, 1 failed." : "3 passed, 0 failed."));
        if (broken) Assert.That(text, Does.Match(@"FAIL .*y\[0\] of 2 is NaN, expected 1"));
    }

    [Test]
    public void FullReportEndsWhereTheCardIsLost()
    {
        using var cpu = new CpuBackend(1);
        using var writer = new StringWriter { NewLine = "\n" };
        ConformanceCase[] cases = [.. ConformanceTable.All.Take(4)];
        cases[1] = cases[1] with { Body = static _ => throw new DeviceLostException("The card is gone.") };
        Assert.That(ConformanceReport.Run(cpu, null, cases, writer), Is.EqualTo(ExitCode.Failed));
        Assert.That(writer.ToString(), Does.Contain(
            "DeviceLostException: The card is gone.\n4 cases, cpu against plain loops: 1 passed, 1 failed, 2 not run."));
    }

    [Test]
    public void FullReportComparesTheCardWithTheCpu()
    {
        using var cuda = new EmulatedCuda();
        using var card = new CudaBackend(cuda);
        using var cpu = new CpuBackend(1);
        using var writer = new StringWriter { NewLine = "\n" };
        Assert.That(ConformanceReport.Run(cpu, card, [.. ConformanceTable.All.Where(static c => c.Stem == "Cast").Take(2)],
            writer), Is.EqualTo(ExitCode.Done), writer.ToString());
        Assert.That(writer.ToString(), Does.Contain("2 cases, cuda:0 against cpu: 2 passed, 0 failed."));
    }

    [TestCase("memory")]
    [TestCase("runtime")]
    [TestCase("images")]
    [TestCase("folder")]
    public void EachFailureIsNamedWithOneFix(string subject)
    {
        var (code, text) = Examine(subject switch
        {
            "memory" => new LittleMemory(),
            "runtime" => new OldRuntime(),
            "images" => new NoSkia(),
            _ => new NoFolder(),
        });
        Assert.That(code, Is.EqualTo(ExitCode.Failed));
        Assert.That(text, Does.Match($@"FAIL +{subject} .*\n +fix: \w"));
        Assert.That(text.Split("fix:"), Has.Length.EqualTo(2));
    }

    [Test]
    public void VectorsThatTheBuildLeavesUnusedAreNamed()
    {
        Assert.That(Examine(new CompiledForLess()).Text,
            Does.Match("(?m)^note +cpu .*AVX-512: publish it with -p:IlcInstructionSet=native$"));
        Assert.That(Examine(new Healthy()).Text, Does.Not.Contain("AVX-512"));
    }

    [Test]
    public void SpeedIsMeasured() => Assert.That(new DoctorProbes(new Devices()).MeasureSpeed(),
        Does.Match(@"copies [0-9.]+ GB/s, .* [1-9][0-9]* GFLOP/s"));

    static (int Code, string Text) Examine(DoctorProbes probes)
    {
        using var writer = new StringWriter { NewLine = "\n" };
        int code = DoctorCommand.Print(DoctorReport.Examine(probes), writer);
        return (code, writer.ToString());
    }
}
