using System.CommandLine;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Kernels.Conformance;
using Ssgan.Engine.Kernels.Cpu;
using Ssgan.Gan.Settings;
using Ssgan.Runner.Doctor;
using Ssgan.Runner.Terminal;

namespace Ssgan.Runner.Commands;

/// <summary>"doctor": what was looked for, found and needed.</summary>
static class DoctorCommand
{
    public static Command Build(Host host)
    {
        var full = OptionKinds.Switch(
            "--full", "Also run every conformance case: the GPU against the CPU, or without one the CPU against plain loops.");
        var data = OptionKinds.Text("--data", "NAME|DIR",
            "Look at data in place of the machine: sizes, channels, what is broken or there twice, classes, "
            + "what training will see.");
        var size = OptionKinds.Number<int>("--size",
            $"With --data: the image side to train at. Default: {new DataSettings().Size}.");
        var fit = OptionKinds.Choice("--fit", "With --data: how pictures become square. Default: crop.",
            "crop", "pad", "stretch");
        var directory = OptionKinds.Text("--data-dir", "DIR", "With --data: where named data sets are kept. Default: data.");
        var sheet = OptionKinds.Text("--sheet", "FILE", "With --data: a PNG of images as training will see them.");
        var command = new Command("doctor",
            "Check this machine: what was looked for, found and needed, with one fix per failure; or look at data.")
        {
            full, data, size, fit, directory, sheet,
        };
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(data) is { } place)
            {
                if (parsed.GetValue(sheet) is { } file) OptionKinds.CheckPng("--sheet", file);
                return DataDoctor.Print(place, parsed.Pick(size, new DataSettings().Size),
                    OptionKinds.Fit(parsed.Pick(fit, "crop")), parsed.Pick(directory, "data"),
                    parsed.GetValue(sheet), host);
            }
            foreach (Option option in (Option[])[size, fit, directory, sheet])
                if (parsed.Has(option)) throw new UsageException($"{option.Name} goes with --data.");
            var probes = new DoctorProbes(host.Devices);
            int code = Print(DoctorReport.Examine(probes), host.Out, host.Stop);
            return parsed.GetValue(full) ? Math.Max(code, Full(probes, host.Out, host.Stop)) : code;
        });
        return command;
    }

    /// <summary>Prints findings; the exit code says whether something needed is broken.</summary>
    public static int Print(IEnumerable<Finding> findings, TextWriter output, CancellationToken stop = default)
    {
        int broken = 0;
        foreach (var finding in findings)
        {
            string mark = finding.State switch { FindingState.Good => "ok  ", FindingState.Note => "note", _ => "FAIL" };
            output.WriteLine($"{mark}  {finding.Subject,-14} {finding.Found}");
            if (finding.Fix is not null) output.WriteLine($"      {"",-14} fix: {finding.Fix}");
            output.Flush();
            if (finding.State == FindingState.Broken) broken++;
            stop.ThrowIfCancellationRequested();
        }
        output.WriteLine(broken == 0 ? "Everything that is needed works."
            : $"{broken} of the things that are needed do not work.");
        return broken == 0 ? ExitCode.Done : ExitCode.Failed;
    }

    /// <summary>Runs the conformance table on the first card, or on the CPU where there is no driver.</summary>
    public static int Full(DoctorProbes probes, TextWriter output, CancellationToken stop = default)
    {
        using var cpu = new CpuBackend();
        if (!probes.Devices.HasGpuDriver)
            return ConformanceReport.Run(cpu, null, ConformanceTable.All, output, stop);
        try
        {
            using var card = probes.Devices.OpenGpu();
            return ConformanceReport.Run(cpu, card.Backend, ConformanceTable.All, output, stop);
        }
        catch (DeviceException e)
        {
            output.WriteLine($"FAIL  {e.Message}");
            return ExitCode.Failed;
        }
    }
}
