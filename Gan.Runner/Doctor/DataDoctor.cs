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
        foreach (var (subject, found, needsCare) in DatasetReport.Examine(data, size, options, sheet, host.Stop))
            host.Out.WriteLine($"{(needsCare ? "note" : "ok  ")}  {subject,-14} {found}");
        return ExitCode.Done;
    }
}
