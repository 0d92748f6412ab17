using System.Diagnostics;
using Ssgan.Runner.Terminal;

namespace Ssgan.Tests.Runner;

public sealed class StandardStreamTests
{
    [Test]
    public void FailedWriteIsRememberedAndTheLast()
    {
        using var broken = new Broken();
        var (stream, writer) = StandardStream.Open(broken, Console.Out);
        writer.WriteLine("one");
        Assert.That(stream.Failure, Is.Null);
        broken.Failure = new IOException("Input/output error");
        for (int i = 0; i < 3; i++) Assert.That(() => writer.WriteLine("lost"), Throws.Nothing);
        Assert.That(stream.Failure, Is.SameAs(broken.Failure));
        Assert.That((broken.Written, broken.Failures), Is.EqualTo(("one" + writer.NewLine, 1)));
    }

    [Test]
    public void OnlyFailuresOfTheDeviceAreTaken()
    {
        using var broken = new Broken { Failure = new InvalidOperationException("a fault of ours") };
        var (_, writer) = StandardStream.Open(broken, Console.Out);
        Assert.That(() => writer.WriteLine("x"), Throws.InvalidOperationException);
    }

    [TestCase("train --bad 2>&-", ExitCode.BadArguments)]
    [TestCase("train --bad >&- 2>&-", ExitCode.BadArguments)]
    [TestCase("train --bad <&- >&- 2>&-", ExitCode.BadArguments)]
    [TestCase("--version >&-", ExitCode.Done)]
    [TestCase("--version 2>&-", ExitCode.Done)]
    [TestCase("train --bad 2>/dev/full", ExitCode.BadArguments)]
    public void ClosedOutputChangesNoExitCode(string line, int code)
    {
        var (found, error) = Sh(line);
        Assert.That(found, Is.EqualTo(code));
        Assert.That(error, Does.Not.Contain("   at "));
    }

    [Test]
    public void OutputThatAFullDiskCutShortIsAFailure()
    {
        if (!File.Exists("/dev/full")) Assert.Ignore("This system has no /dev/full.");
        var (code, error) = Sh("--version >/dev/full");
        Assert.That(code, Is.EqualTo(ExitCode.Failed));
        Assert.That(error, Does.StartWith("Standard output could not be written: ").And.EndsWith(".\n"));
    }

    /// <summary>Runs the built program from a shell.</summary>
    static (int Code, string Error) Sh(string line)
    {
        if (OperatingSystem.IsWindows()) Assert.Ignore("There is no shell with these redirections.");
        string program = Path.Combine(AppContext.BaseDirectory, "ssgan.dll");
        using var process = Process.Start(
            new ProcessStartInfo("sh", ["-c", $"dotnet '{program}' {line}"]) { RedirectStandardError = true })!;
        string error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, error);
    }

    sealed class Broken : MemoryStream
    {
        public Exception? Failure { get; set; }

        public int Failures { get; private set; }

        public string Written => System.Text.Encoding.UTF8.GetString(ToArray());

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            if (Failure is null)
            {
                base.Write(buffer);
                return;
            }
            Failures++;
            throw Failure;
        }
    }
}
