using Ssgan.Runner;

namespace Ssgan.Tests.Runner;

public sealed class DoctorTests
{
    /// <summary>Probes whose slow or machine-bound parts are replaced.</summary>
    class Healthy : DoctorProbes
    {
        public override string? MeasureSpeed() => "quick";
        public override long MemoryBytes => 4L << 30;
        public override bool TryLoad(string library) => false;
    }

    sealed class WithDriver : Healthy
    {
        public override bool TryLoad(string library) => library == DriverName;
    }

    sealed class LittleMemory : Healthy
    {
        public override long MemoryBytes => 100 << 20;
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
        Assert.That(text, Does.Contain("not found").And.Contain("runs on the CPU").And.Not.Contain("fix:"));
        foreach (string subject in (string[])["system", "runtime", "cpu", "memory", "images", "engine", "folder", "speed", "cuda"])
            Assert.That(text, Does.Match($@"(?m)^(ok|note) +{subject} "));
    }

    [Test]
    public void FoundDriverIsNamed() => Assert.That(Examine(new WithDriver()).Text, Does.Match("cuda .*(libcuda.so.1|nvcuda.dll) was looked for and found"));

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
    public void SpeedIsMeasured() => Assert.That(new DoctorProbes().MeasureSpeed(), Does.Match(@"copies [0-9.]+ GB/s .* [1-9][0-9]* GFLOP/s"));

    static (int Code, string Text) Examine(DoctorProbes probes)
    {
        using var writer = new StringWriter { NewLine = "\n" };
        int code = DoctorCommand.Print(Doctor.Examine(probes), writer);
        return (code, writer.ToString());
    }
}
