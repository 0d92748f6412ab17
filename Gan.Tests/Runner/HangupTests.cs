using System.Diagnostics;
using Ssgan.Engine;
using Ssgan.Gan.Training;
using Ssgan.Runner.Terminal;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Runner;

/// <summary>Terminals that are closed while the program trains, and signals that come more than once.</summary>
[Platform(Exclude = "Win", Reason = "Signals are sent with kill, which Windows does not have.")]
public sealed class HangupTests
{
    // Steps long enough for a second signal to find the first one's step still under way, or to find nothing saved for minutes.
    static readonly string[] Long = ["--n-dis", "1", "--steps", "1000000"], Endless = ["--n-dis", "10000", "--steps", "1000000"];

    [Test]
    public void HangupsInQuickSuccessionDoNotEndTheSaving()
    {
        using var scratch = new TempFolder();
        using var process = Shell.Start([.. Command(scratch["run"], Long), "--plain"]);
        try
        {
            WaitForStep(scratch["run"], process);
            Sh($"for i in 1 2 3 4; do kill -HUP {process.Id}; sleep 0.005; done");
            Assert.That(process.WaitForExit(InterruptTests.Patience), Is.True, "the program did not end");
            Assert.That(process.ExitCode, Is.EqualTo(ExitCode.Interrupted));
        }
        finally
        {
            if (!process.HasExited) process.Kill();
        }
        AssertResumes(scratch["run"]);
    }

    [TestCase("INT", "INT")]
    [TestCase("TERM", "INT")]
    [TestCase("HUP", "TERM", "TERM")]
    public void SecondRequestEndsAtOnce(params string[] signals)
    {
        using var scratch = new TempFolder();
        using var process = Shell.Start([.. Command(scratch["run"], Endless), "--plain"]);
        try
        {
            using var noticed = new ManualResetEventSlim();
            process.OutputDataReceived += (_, line) =>
            {
                if (line.Data?.StartsWith("notice Stopping", StringComparison.Ordinal) == true) noticed.Set();
            };
            InterruptTests.Wait(() => File.Exists(Path.Combine(scratch["run"], "samples/fakes-00000000.png")), process);
            // Work enough for the step after that picture to have begun.
            var begun = process.TotalProcessorTime + TimeSpan.FromSeconds(2);
            InterruptTests.Wait(() =>
            {
                process.Refresh();
                return process.HasExited || process.TotalProcessorTime > begun;
            }, process);
            Sh($"kill -{signals[0]} {process.Id}");
            Assert.That(noticed.Wait(InterruptTests.Patience), Is.True, "nothing was said of the first signal");
            foreach (string signal in signals[1..])
            {
                Assert.That(process.HasExited, Is.False);
                Sh($"kill -{signal} {process.Id}; sleep 0.2");
            }
            Assert.That(process.WaitForExit(InterruptTests.Patience), Is.True, "the program did not end");
            Assert.That(process.ExitCode, Is.EqualTo(ExitCode.Interrupted));
        }
        finally
        {
            if (!process.HasExited) process.Kill();
        }
        Assert.That(Directory.EnumerateFileSystemEntries(Path.Combine(scratch["run"], "checkpoints")), Is.Empty);
    }

    // A program in a session of its own is told by no signal: it learns from writes that fail, and trains to its end.
    [TestCase("", "--plain", ExitCode.Interrupted)]
    [TestCase("", "", ExitCode.Interrupted)]
    [TestCase("setsid --wait ", "--plain", ExitCode.Done)]
    [TestCase("setsid --wait ", "", ExitCode.Done)]
    public void KilledTerminalLosesNothing(string session, string view, int code)
    {
        if (Sh("command -v tmux", mayFail: true).Length == 0) Assert.Ignore("There is no tmux on this machine.");
        using var scratch = new TempFolder();
        string run = scratch["run"], socket = scratch["tmux"], left = scratch["left"];
        string[] steps = code == ExitCode.Done ? ["--n-dis", "1", "--steps", "40"] : Long;
        string program =
            $"dotnet {Path.Combine(AppContext.BaseDirectory, "ssgan.dll")} {string.Join(' ', Command(run, steps))} {view}";
        // This shell takes note of the hang-up and waits on, to write down what the program returns.
        File.WriteAllText(scratch["pane.sh"], $"trap : HUP\n{program}\necho $? > {left}.new\nmv {left}.new {left}\n");
        // Closing the terminal tells the shell, which tells its jobs; when the shell ends, the system tells the job in the
        // foreground once more.
        Sh($"tmux -S {socket} -f /dev/null new-session -d -x 80 -y 24 bash --norc; "
            + $"tmux -S {socket} send-keys '{session}sh {scratch["pane.sh"]}' Enter");
        try
        {
            WaitForStep(run);
            Sh($"tmux -S {socket} kill-server");
            InterruptTests.Wait(() => File.Exists(left));
        }
        finally
        {
            Sh($"tmux -S {socket} kill-server 2>/dev/null", mayFail: true);
        }
        Assert.That(File.ReadAllText(left), Is.EqualTo($"{code}\n"));
        AssertResumes(run);
    }

    static string[] Command(string run, string[] more) =>
        [
            "train", "--out", run, "--ngf", "8", "--ndf", "8", "--batch", "64", "--threads", "1", "--grid", "4", "--ema", "0",
            "--log-every", "1", .. more,
        ];

    static void WaitForStep(string run, Process? process = null) => InterruptTests.Wait(
        () => File.Exists(Path.Combine(run, "metrics.jsonl")) && new FileInfo(Path.Combine(run, "metrics.jsonl")).Length > 0,
        process);

    static void AssertResumes(string run)
    {
        using var device = Device.Cpu(1);
        using var generator = TrainedGenerator.Open(device, run);
        Assert.That(generator.Step, Is.GreaterThan(0));
        Assert.That(Shell.Run("train", "--resume", run, "--steps", $"{generator.Step}").Code, Is.EqualTo(ExitCode.Done));
    }

    /// <summary>What a line of the shell printed.</summary>
    static string Sh(string line, bool mayFail = false)
    {
        var info = new ProcessStartInfo("sh", ["-c", line]) { RedirectStandardOutput = true };
        using var process = Process.Start(info)!;
        string printed = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (!mayFail) Assert.That(process.ExitCode, Is.Zero, line);
        return printed;
    }
}
