using Ssgan.Gan.Data;
using Ssgan.Gan.Data.Reports;
using Ssgan.Runner.Terminal;
using Ssgan.Runner.Views;

namespace Ssgan.Runner.Doctor;

/// <summary>"doctor --data": prints what is found in a set.</summary>
static class DataDoctor
{
    public static int Print(string data, int size, ImageFit fit, string dataDirectory, string? sheet, Host host)
    {
        var options = new DataOptions
        {
            DataDirectory = dataDirectory, Fit = fit, Notice = host.Out.WriteLine,
            Progress = new DataProgressLines(host.Out),
        };
        foreach (var finding in DatasetReport.Examine(data, size, options, sheet, host.Stop))
            host.Out.WriteLine($"{(finding.NeedsCare ? "note" : "ok  ")}  {finding.Subject,-14} {finding.Found}");
        return ExitCode.Done;
    }
}
