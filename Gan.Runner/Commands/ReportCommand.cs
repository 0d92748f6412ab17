using System.CommandLine;
using Ssgan.Runner.Report;
using Ssgan.Runner.Runs;
using Ssgan.Runner.Terminal;

namespace Ssgan.Runner.Commands;

/// <summary>"report": a run as one page that can be kept and sent.</summary>
static class ReportCommand
{
    public static Command Build(Host host)
    {
        var place = new Argument<string>("RUN") { Description = "A run's folder." };
        var output = OptionKinds.Text("--out", "FILE.html", "The page. Default: report.html in the run's folder.");
        var command = new Command("report", "Write a run as one HTML page: samples, curves, scores, settings.") { place, output };
        command.SetAction(parsed =>
        {
            var run = RunReader.Open(parsed.GetValue(place)!);
            string file = parsed.Pick(output, run.Folder.Report);
            if (!file.EndsWith(".html", StringComparison.OrdinalIgnoreCase))
                throw new UsageException($"--out is {file}; the page is HTML, so name it .html.");
            ReportPage.Save(run, file, TrainArguments.NameOf);
            host.Out.WriteLine($"{file}: {Format.Bytes(new FileInfo(file).Length)}, open it in any browser.");
            return ExitCode.Done;
        });
        return command;
    }
}
