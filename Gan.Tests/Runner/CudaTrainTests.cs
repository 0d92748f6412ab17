using Ssgan.Emulator;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Runner;

/// <summary>What "train" says about the GPU it runs on.</summary>
public sealed class CudaTrainTests
{
    static Printed Train(EmulatedCuda cuda, string run, params string[] more) => Shell.On(cuda, CancellationToken.None,
        ["train", "--out", run, "--device", "cuda", "--preset", "tiny", "--ngf", "4", "--ndf", "4", "--batch", "2",
            "--n-dis", "1", "--grid", "4", "--steps", "1", "--plain", .. more]);

    [Test]
    public void Slower_paths_are_told_when_the_card_is_opened_and_when_they_come_up()
    {
        using var scratch = new TempFolder();
        using var cuda = new EmulatedCuda(new EmulatorOptions { HasCuBlas = false, Engines = [] });
        var printed = Train(cuda, scratch["run"]);
        Assert.That(printed.Error, Is.Empty);
        string[] lines = printed.Out.Split('\n');
        const string How = "cuda:0: convolutions by cuDNN 9.6.0 with estimated plans; products by own kernels.";
        int opened = Array.IndexOf(lines, How);
        Assert.That(opened, Is.GreaterThanOrEqualTo(0), printed.Out);
        Assert.That(lines[opened + 1], Does.StartWith("Matrix products on cuda:0 run on our own kernels"));
        Assert.That(lines.Count(
            static l => l.StartsWith("notice cuDNN's graph interface does not run", StringComparison.Ordinal)), Is.EqualTo(1));

        // Drawing has one line too, and the sentences that come up while it is done.
        printed = Shell.On(cuda, CancellationToken.None,
            "sample", "--checkpoint", scratch["run"], "--out", scratch["samples.png"], "--device", "cuda", "--count", "2");
        lines = printed.Out.Split('\n');
        Assert.That(lines[0], Is.EqualTo(How), printed.Error);
        Assert.That(lines.Count(static l => l.StartsWith("cuDNN's graph interface does not run", StringComparison.Ordinal)),
            Is.EqualTo(1));
    }

    [Test]
    public void The_choice_of_plans_is_told([Values] bool timed, [Values] bool deterministic)
    {
        using var scratch = new TempFolder();
        using var cuda = new EmulatedCuda();
        string[] options = [.. timed ? ["--autotune"] : Array.Empty<string>(),
            .. deterministic ? ["--deterministic"] : Array.Empty<string>()];
        var printed = Train(cuda, scratch["run"], ["--dry-run", .. options]);
        Assert.That(printed.Error, Is.Empty);
        string plans = (timed ? "timed plans" : "estimated plans") + (timed && !deterministic
            ? " that may vary in their last bits" : "");
        string expected = $"cuda:0: convolutions by cuDNN 9.6.0 with {plans}; products by cuBLAS 12.8.4.";
        Assert.That(printed.Out, Does.Contain(expected));
        Assert.That(cuda.Leaks(), Is.Empty);
    }
}
