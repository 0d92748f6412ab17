using System.CommandLine;
using Ssgan.Engine;
using Ssgan.Engine.Kernels.Cpu;
using Ssgan.Runner.Commands;

namespace Ssgan.Tests.Runner;

/// <summary>Options of the command line that change how a device computes reach it.</summary>
sealed class DeviceOptionTests
{
    [TestCase("", true)]
    [TestCase("--deterministic", false)]
    public void Deterministic_convolutions_of_the_cpu_are_plain_sums(string options, bool allowsWinograd)
    {
        var arguments = new TrainArguments();
        var command = new RootCommand();
        foreach (var option in arguments.All) command.Options.Add(option);
        var parsed = command.Parse($"--threads 1 {options}");
        using var device = DeviceChoice.Open(new Devices(), "cpu", arguments.DeviceOptions(parsed, null), static _ => { });
        Assert.That(((CpuBackend)device.Backend).AllowWinograd, Is.EqualTo(allowsWinograd));
        Assert.That(((CpuBackend)device.Backend).Threads, Is.EqualTo(1));
    }
}
