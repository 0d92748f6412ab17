using System.CommandLine;
using Ssgan.Gan.Settings;
using Ssgan.Gan.Training;
using Ssgan.Runner.Terminal;

namespace Ssgan.Runner.Commands;

/// <summary>"verify-resume": whether a run that is killed and resumed ends as one that is not.</summary>
static class VerifyResumeCommand
{
    const int MostSteps = 10_000;

    public static Command Build(Host host)
    {
        var run = new Argument<string>("RUN") { Description = "A run's folder; nothing in it changes." };
        var steps = OptionKinds.Number<int>("--steps", "Steps to train from the run's newest checkpoint, or from its start where "
            + "it has none. Default: 12.");
        var kills = OptionKinds.Number<int>("--kills", "How often the copy is killed. Default: 3.");
        var seed = OptionKinds.Number<int>("--seed", "Chooses after which steps. Default: 0.");
        var work = OptionKinds.Text("--work", "DIR", "Where to train; a checkpoint of each step is kept twice. Default: a folder "
            + "of the system's for temporary files.");
        var data = OptionKinds.Text("--data-dir", "DIR", "Where named data sets are kept. Default: data.");
        var device = OptionKinds.Text("--device", "auto|cpu|cuda[:i]", "What computes. Default: auto.");
        var threads = OptionKinds.Number<int>("--threads", "CPU threads; 0, the default, takes all cores.");
        var command = new Command("verify-resume", "Train a few steps of a run twice, once killing and resuming it, and compare "
            + "the bytes of all checkpoints.") { run, steps, kills, seed, work, data, device, threads };
        command.SetAction(parsed =>
        {
            int length = parsed.Pick(steps, 12), often = parsed.Pick(kills, 3);
            if (length is < 2 or > MostSteps) throw new UsageException($"--steps is {length}; it takes 2 to {MostSteps}.");
            if (often < 1 || often >= length)
                throw new UsageException($"--kills is {often}; it takes 1 to {length - 1}, fewer than --steps.");
            string[] passed =
            [
                .. Given(device), .. Given(data), .. parsed.Has(threads) ? [threads.Name, $"{parsed.GetValue(threads)}"] : Array
                    .Empty<string>(),
            ];
            return Run(RunFolder.Open(parsed.GetValue(run)!), parsed.GetValue(work), length, often, parsed.Pick(seed, 0), passed,
                host);

            string[] Given(Option<string> option) => parsed.Has(option) ? [option.Name, parsed.GetValue(option)!] : [];
        });
        return command;
    }

    static int Run(RunFolder run, string? place, int steps, int kills, int seed, string[] passed, Host host)
    {
        // Read by this process first: what is wrong with it is one sentence.
        _ = run.Options();
        string? newest = run.CheckpointSteps().Count > 0 ? RunFolder.FindCheckpoint(run.Path) : null;
        long from = newest is null ? 0 : Checkpoint.ReadState(newest).Step;
        string work = place ?? Path.Combine(Path.GetTempPath(), $"ssgan-verify-{Path.GetRandomFileName()}");
        if (Path.Exists(work) && (File.Exists(work) || Directory.EnumerateFileSystemEntries(work).Any()))
            throw new UsageException($"--work is {work}, which is there already; name an empty folder, or none.");
        Directory.CreateDirectory(work);
        bool keep = false;
        try
        {
            var trial = new ResumeTrial(host, work, run, newest, from, steps, passed);
            host.Out.WriteLine($"Trains {steps} steps from {newest ?? $"the start of {run.Path}"} twice, in {work}.");
            trial.TrainWhole();
            var killed = trial.TrainKilled(kills, new Random(seed));
            string after = $"step{(killed.Count == 1 ? "" : "s")} {string.Join(", ", killed)}";
            host.Out.WriteLine($"Killed after {after}; resumed each time.");
            if (trial.FirstDifference() is { } difference)
            {
                keep = true;
                throw new TrainingException($"The run does not resume bit for bit: {difference}; both are kept in {work}");
            }
            host.Out.WriteLine($"All {steps} checkpoints have the same bytes in both: the run resumes bit for bit.");
            return ExitCode.Done;
        }
        finally
        {
            if (!keep) Directory.Delete(work, recursive: true);
        }
    }
}
