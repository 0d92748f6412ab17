using System.CommandLine;

namespace Ssgan.Runner;

/// <summary>"doctor": what was looked for, found and needed.</summary>
static class DoctorCommand
{
    public static Command Build(Host host)
    {
        var command = new Command("doctor", "Check this machine: what was looked for, found and needed, with one fix per failure.");
        command.SetAction(_ => Print(Doctor.Examine(new DoctorProbes()), host.Out));
        return command;
    }

    /// <summary>Prints findings; the exit code says whether something needed is broken.</summary>
    public static int Print(IEnumerable<Finding> findings, TextWriter output)
    {
        int broken = 0;
        foreach (var finding in findings)
        {
            string mark = finding.State switch { FindingState.Good => "ok  ", FindingState.Note => "note", _ => "FAIL" };
            output.WriteLine($"{mark}  {finding.Subject,-14} {finding.Found}");
            if (finding.Fix is not null) output.WriteLine($"      {"",-14} fix: {finding.Fix}");
            output.Flush();
            if (finding.State == FindingState.Broken) broken++;
        }
        output.WriteLine(broken == 0 ? "Everything that is needed works; this version runs on the CPU."
            : $"{broken} of the things that are needed do not work.");
        return broken == 0 ? ExitCode.Done : ExitCode.Failed;
    }
}
