using Ssgan.Benchmarks.Kit;
using Ssgan.Emulator;
using Ssgan.Engine;
using Ssgan.Engine.Kernels.Cuda;
using Ssgan.Engine.Kernels.Cuda.Native;
using Ssgan.Tests.Runner;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Kit;

/// <summary>The kit's parts on the emulated device, small.</summary>
sealed class KitTests
{
    static readonly string[] s_small = ["--ngf", "8", "--ndf", "8"];

    static (Printed Printed, PartReport? Report) Run(ISymbolSource libraries, params string[] args)
    {
        using var folder = new TempFolder();
        string json = Path.Combine(folder.Root, "part.json");
        using StringWriter output = new() { NewLine = "\n" }, error = new() { NewLine = "\n" };
        int code = KitProgram.Run([.. args, "--json", json], libraries, output, error);
        return (new Printed(code, output.ToString(), error.ToString()), File.Exists(json) ? PartReport.Load(json) : null);
    }

    static (Printed Printed, PartReport Report) OnCard(params string[] args)
    {
        using var cuda = new EmulatedCuda();
        var (printed, report) = Run(cuda, args);
        Assert.That(cuda.Leaks(), Is.Empty);
        return (printed, report!);
    }

    [Test]
    public void ParityPrintsBothLossesOfEachStepAndHolds()
    {
        var (printed, report) = OnCard(["parity", "--steps", "2", "--batch", "4", "--threads", "2", .. s_small]);
        Assert.That(printed.Code, Is.EqualTo(KitProgram.Done), printed.Out + printed.Error);
        Assert.That(printed.Out, Does.Match(@"(?m)^step +2  loss_g +cuda:0 +-?[0-9.]+  cpu +-?[0-9.]+  difference [0-9.]+e"));
        Assert.That(report.Losses.Select(static p => (p.Step, p.Name)), Is.EqualTo(
            from step in new[] { 1, 2 } from name in new[] { "loss_d", "loss_d_rotation", "loss_g", "loss_g_rotation" }
                select (step, name)));
        Assert.That(report.Machine.Device, Is.Not.Null);
        Assert.That(report.Machine.CuDnn, Does.Match("^[0-9]+[.][0-9]+[.][0-9]+$"));
        Assert.That(report.Message, Does.Contain("the losses differ by at most"));
    }

    [Test]
    public void EarlyStepsMustAgreeBetterThanLaterOnes()
    {
        var (printed, report) = OnCard(["parity", "--steps", "1", "--batch", "4", "--threads", "2",
            "--tolerance", "1e-7", .. s_small]);
        // Rounding alone is more than a hundredth of that.
        Assert.That(printed.Code, Is.EqualTo(KitProgram.Failed), report.Message);
        Assert.That(report.Message, Does.Contain("1.0e-9 is allowed in the first 4 steps, 1.0e-7 later"));
    }

    [Test]
    public void ParityFailsWhereTheDifferenceIsLargerThanAllowed()
    {
        var (printed, report) = OnCard(["parity", "--steps", "1", "--batch", "4", "--threads", "2",
            "--tolerance", "-1", .. s_small]);
        Assert.That(printed.Code, Is.EqualTo(KitProgram.Failed));
        Assert.That(report.State, Is.EqualTo(PartState.Failed));
    }

    [Test]
    public void CapturedStepsAreComparedInEveryNumberAndTensor()
    {
        var (printed, report) = OnCard(["captured", "--steps", "3", "--batch", "4", .. s_small]);
        Assert.That(printed.Code, Is.EqualTo(KitProgram.Done), printed.Out + printed.Error);
        Assert.That(report.Message,
            Does.Match("captured and eager: [0-9]+ numbers and [0-9]{2,} tensors are the same bit for bit"));
        Assert.That(report.Losses.Select(static p => p.Name), Does.Contain("grad_norm_d").And.Contain("loss_g"));
    }

    [Test]
    public void IterationIsTimedEagerAndInGraphsAndARefusedPrecisionIsSaid()
    {
        var (printed, report) = OnCard(["iteration", "--precision", "f32,f12", "--batch", "4", "--n-dis", "1", "--reps", "1",
            "--shrink", "16", .. s_small]);
        Assert.That(printed.Code, Is.EqualTo(KitProgram.Done), printed.Out + printed.Error);
        Assert.That(report.Measurements.Select(static m => $"{m.Name} {m.Way}"), Is.EquivalentTo(
            from way in new[] { "eager", "graph" }
            from piece in IterationTimes.Pieces
            from passes in new[] { "", "/one-pass" }
            select $"{piece}/f32/batch4{passes} {way}"));
        Assert.That(report.Measurements.Select(static m => m.PeakMib), Is.All.Positive);
        Assert.That(report.Notes, Has.Some.Contains("f12 at batch 4 was left out"));
    }

    [Test]
    public void StartIsTheTimeToTheFirstStep()
    {
        var (printed, report) = OnCard(["start", "--batch", "4", .. s_small]);
        Assert.That(printed.Code, Is.EqualTo(KitProgram.Done), printed.Out + printed.Error);
        Assert.That(report.Message,
            Does.Match(@"^The first step \(bf16, batch 4\) ended [0-9.]+ s after the program's start\.$"));
    }

    [Test]
    public void WhatWasMeasuredIsKeptWhenAPartIsStopped()
    {
        using var cuda = new EmulatedCuda();
        using var card = new Device(new CudaBackend(cuda));
        var kept = new List<PartResult>();
        var context = new PartContext(new Arguments([]), About.Host(), cuda, TextWriter.Null, kept.Add);
        using var bench = new Bench(card, context, divisor: 64, repetitions: 1);
        bench.Time(KernelTimes.Items(64).Last());
        Assert.That(kept.Select(static k => k.Measurements.Count), Is.EqualTo(new[] { 1, 2 }));
        Assert.That(kept[0].Message, Does.StartWith("Stopped before its end"));
    }

    [Test]
    public void ConvolutionsAreTimedInThePrecisionsOfTheCard()
    {
        using var cuda = new EmulatedCuda(new EmulatorOptions { ComputeCapability = 75 });
        var (printed, report) = Run(cuda, "convolutions", "--precision", "bf16", "--shrink", "32");
        // Nothing was left to time.
        Assert.That(printed.Code, Is.EqualTo(KitProgram.Failed));
        Assert.That(report!.Notes, Has.Some.Contains("bf16 was left out").And.Some.Contains("f32 only"));
    }

    [Test]
    public void WithoutADriverEveryPartSaysSoInASentence(
        [Values("machine", "start", "parity", "captured", "kernels", "convolutions", "iteration", "ranks")] string part)
    {
        using var none = new EmulatedCuda(new EmulatorOptions { HasDriver = false });
        var (printed, report) = Run(none, part);
        Assert.That(printed.Code, Is.EqualTo(KitProgram.NoGpu));
        Assert.That(printed.Out, Does.StartWith("This machine has no NVIDIA driver").And.Match(@"^[^\n]*\.\n$"));
        Assert.That(report!.State, Is.EqualTo(PartState.Skipped));
    }

    [Test]
    public void DriverWithoutACardIsAFailureInASentence()
    {
        using var cuda = new EmulatedCuda(new EmulatorOptions { Devices = 0 });
        var (printed, report) = Run(cuda, "kernels");
        Assert.That(printed.Code, Is.EqualTo(KitProgram.Failed));
        Assert.That(report!.Message, Does.StartWith("DeviceException: cuInit failed").And.Contain("no CUDA-capable device"));
    }

    [TestCase("Name a part")]
    [TestCase("There is no part \"nothing\"", "nothing")]
    [TestCase("There is no option --step here; there are ", "parity", "--step", "2")]
    [TestCase("--steps takes a number, not \"x\"", "parity", "--steps", "x")]
    [TestCase("--batch has no value", "parity", "--batch")]
    [TestCase("record needs --part", "record")]
    public void MisuseIsASentence(string sentence, params string[] args)
    {
        using var cuda = new EmulatedCuda();
        using StringWriter output = new(), error = new();
        Assert.That(KitProgram.Run(args, cuda, output, error), Is.EqualTo(KitProgram.BadArguments));
        Assert.That(error.ToString(), Does.StartWith(sentence));
        Assert.That(cuda.Leaks(), Is.Empty);
    }

    [TestCase(0, "Done", "done")]
    [TestCase(3, "Skipped", "skipped")]
    [TestCase(124, "Failed", "stopped at its time limit")]
    [TestCase(7, "Failed", "exit code 7")]
    public void RecordKeepsAnotherProgramsEnd(int code, string state, string message)
    {
        using var cuda = new EmulatedCuda();
        var (printed, report) = Run(cuda, "record", "--part", "doctor", "--code", $"{code}", "--seconds", "2.5",
            "--command", "ssgan doctor");
        Assert.That(printed.Code, Is.EqualTo(KitProgram.Done));
        Assert.That((report!.Part, report.State.ToString(), report.Message, report.Seconds),
            Is.EqualTo(("doctor", state, message, 2.5)));
        Assert.That(report.Machine.Device, Is.Not.Null);
    }

    [Test]
    public void KernelsAreTimedEachWayAtAnySize()
    {
        var (printed, report) = OnCard("kernels", "--shrink", "64", "--reps", "1");
        Assert.That(printed.Code, Is.EqualTo(KitProgram.Done), printed.Out + printed.Error);
        Assert.That(report.Notes, Is.Empty);
        Assert.That(report.Measurements, Has.Count.EqualTo(2 * KernelTimes.Items().Count()));
        Assert.That(report.Ceilings!.CopyGigabytes, Is.Positive);
    }

    [Test]
    public void Sums_are_timed_over_all_cards_where_there_are_several()
    {
        using var several = new EmulatedCuda(new EmulatorOptions { Devices = 3, Fabric = new EmulatedFabric() });
        var (printed, report) = Run(several, "ranks", "--shrink", "10000", "--reps", "1");
        Assert.That(printed.Code, Is.EqualTo(KitProgram.Done), printed.Out + printed.Error);
        Assert.That(report!.Message,
            Does.Match("^Sums over 3 cards, bus bandwidth: 4 MB [0-9.]+ GB/s; 17 MB [0-9.]+ GB/s; 116 MB"));
        Assert.That(report.Measurements.Select(static m => m.Bytes), Is.EqualTo(new long[] { 533, 2266, 15466 }));
        Assert.That(several.Leaks(), Is.Empty);
    }

    [TestCase(1, "There is one card, so nothing was summed over several.")]
    [TestCase(2, "There is no NCCL (tried libnccl.so.2), so nothing was summed over 2 cards.")]
    public void Without_several_cards_and_Nccl_no_sum_is_timed(int cards, string sentence)
    {
        using var cuda = new EmulatedCuda(new EmulatorOptions { Devices = cards });
        var (printed, report) = Run(cuda, "ranks");
        Assert.That((printed.Code, report!.Message), Is.EqualTo((KitProgram.Done, sentence)));
    }
}
