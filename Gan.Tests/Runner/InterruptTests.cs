using System.Diagnostics;
using Ssgan.Engine;
using Ssgan.Gan.Training;
using Ssgan.Runner.Terminal;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Runner;

public sealed class InterruptTests
{
    internal static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [TestCase("INT")]
    [TestCase("TERM")]
    [TestCase("HUP")]
    public void SignalSavesAndLeavesWith130(string signal)
    {
        if (OperatingSystem.IsWindows()) Assert.Ignore("Signals are sent with kill, which Windows does not have.");
        using var scratch = new TempFolder();
        string run = scratch["run"];
        using var process = Shell.Start(["train", "--out", run, .. Shell.Small, "--steps", "1000000", "--log-every", "1"]);
        try
        {
            Wait(() => File.Exists(Path.Combine(run, "metrics.jsonl"))
                && new FileInfo(Path.Combine(run, "metrics.jsonl")).Length > 0, process);
            using (var kill = Process.Start("kill", [$"-{signal}", $"{process.Id}"])) kill.WaitForExit();
            Assert.That(process.WaitForExit(Patience), Is.True, "the program did not end");
            process.WaitForExit();
            Assert.That(process.ExitCode, Is.EqualTo(ExitCode.Interrupted));
        }
        finally
        {
            if (!process.HasExited) process.Kill();
        }
        using var device = Device.Cpu(1);
        using var generator = TrainedGenerator.Open(device, run);
        Assert.That(generator.Step, Is.GreaterThan(0));
        Assert.That(generator.Draw(1, 2), Has.Length.EqualTo(2 * 32 * 32 * 3));
        Assert.That(Shell.Run("train", "--resume", run, "--steps", $"{generator.Step}").Code, Is.EqualTo(ExitCode.Done));
    }

    [Test]
    public void WhatDoesNotTrainStopsToo()
    {
        using var scratch = new TempFolder();
        Shell.Train(scratch["run"], "--steps", "1");
        using var stop = new CancellationTokenSource();
        stop.Cancel();
        string[][] commands =
        [
            ["sample", "--checkpoint", scratch["run"], "--out", scratch["a.png"]],
            ["train", "--dry-run", .. Shell.Small], ["doctor", "--full"],
        ];
        foreach (string[] command in commands)
        {
            var printed = Shell.Run(stop.Token, command);
            Assert.That(printed.Code, Is.EqualTo(ExitCode.Interrupted), command[0]);
            Assert.That(printed.Error, Is.EqualTo("Stopped; there was nothing to save.\n"), command[0]);
        }
        Assert.That(scratch["a.png"], Does.Not.Exist);
    }

    internal static void Wait(Func<bool> condition, Process? process = null)
    {
        var clock = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.That(process?.HasExited, Is.Not.True, "the program ended too early");
            Assert.That(clock.Elapsed, Is.LessThan(Patience), "the program did nothing");
            Thread.Sleep(5);
        }
    }
}
