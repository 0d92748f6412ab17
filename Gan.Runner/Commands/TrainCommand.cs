using System.CommandLine;
using System.Net;
using Ssgan.Engine;
using Ssgan.Engine.Kernels.Cpu;
using Ssgan.Gan.Algorithms;
using Ssgan.Gan.Data;
using Ssgan.Gan.Data.Sources;
using Ssgan.Gan.Settings;
using Ssgan.Gan.Training;
using Ssgan.Runner.Report;
using Ssgan.Runner.Runs;
using Ssgan.Runner.Terminal;
using Ssgan.Runner.Views;

namespace Ssgan.Runner.Commands;

/// <summary>"train": makes or resumes a run.</summary>
static class TrainCommand
{
    const string Runs = "runs";

    public static Command Build(Host host)
    {
        var arguments = new TrainArguments();
        var command = new Command("train", "Train a GAN. Without options: a short run on shapes with a preset for this machine.");
        foreach (var option in arguments.All) command.Options.Add(option);
        command.SetAction(parsed =>
            RankSession.Run(host, parsed, arguments.Ranks, (own, session) => Run(parsed, arguments, own, session)));
        return command;
    }

    static int Run(ParseResult given, TrainArguments arguments, Host host, RankSession? session)
    {
        var config = given.GetValue(arguments.Config) is { } file ? ConfigFile.Read(file, arguments.Program) : null;
        var parsed = config?.Before(given, arguments.Program) ?? given;
        using var device = RankSession.Open(session, host, parsed.Pick(arguments.Device, "auto"),
            arguments.DeviceOptions(parsed, host.CacheFolder));
        using var onDevice = session?.OnDevice;
        var plan = RankSession.InTurn(session, (first, _) => RunPlan.From(parsed, arguments, config, device, first));
        int told = DeviceNotices.Print(device, host.Out);
        if (parsed.GetValue(arguments.DryRun))
        {
            DryRun.Print(device, plan.Options, plan.Preset, host.Out, host.Stop);
            return ExitCode.Done;
        }
        using var source = RankSession.InTurn(session, (first, alive) => OpenData(plan.Options,
            parsed.Pick(arguments.DataDirectory, "data"), first && parsed.GetValue(arguments.VerifyData), host, alive));
        plan = plan with { Options = plan.Options.For(source) };
        session?.CheckSame("settings", plan.Options.ToJson());
        session?.CheckSame("images", source.ContentHash);
        using var step = plan.Options.CreateStep(device);
        if (session is not null) step.Distribute(session.Ranks, plan.Options.Optimisation.SyncBatchNorm);
        var transferred = parsed.GetValue(arguments.InitFrom) is { } from ? TransferredWeights.Into(step, from) : null;
        // Before there is a folder: a port that is taken leaves nothing behind.
        bool serves = parsed.GetValue(arguments.Serve) && session is null or { Writes: true };
        using var server = serves ? ServeCommand.Open(Parent(plan), IPAddress.Loopback,
            parsed.Pick(arguments.Port, ServeCommand.Port), null, static () => Devices.OpenCpu(new() { Threads = 1 })) : null;
        var folder = session is null ? OpenFolder(plan) : RunFolder.OfAnother(session.FromFirst(() => OpenFolder(plan).Path));
        var facts = new RunFacts(folder.Path, Format.Data(source), Networks(device, step, plan.Options));
        using IRunView view = host.Terminal is { } terminal && !parsed.GetValue(arguments.Plain)
            ? new PanelView(terminal, facts) : new PlainView(host.Out, facts);
        using var evaluation = TrainingEvaluation.Open(parsed, arguments, plan.Options, host, view.Notice, session);
        using var board = parsed.GetValue(arguments.TensorBoard) ? new TensorBoardHook() : null;
        var start = new StartHook(RunStart.Here(host.Arguments, device.Describe(), facts.Networks, facts.Data));
        var trainer = new Trainer(step, source, plan.Options, folder, view,
            [new NoticesHook(device, told), start, .. evaluation?.Hooks ?? [],
                .. board is null ? Array.Empty<IRunHook>() : [board], new PlotHook(plan.Options.Cadence.SampleEvery),
                new ReportHook(TrainArguments.NameOf)]);
        long steps = plan.Options.Optimisation.Steps;
        if (plan.Checkpoint is not null) trainer.Resume(plan.Checkpoint);
        // Once nothing of what was asked for can be refused any more: an error stands alone.
        host.Out.WriteLine(plan.Preset);
        if (server is not null) host.Out.WriteLine($"This run is at {server.Url} while it trains.");
        if (transferred is not null) host.Out.WriteLine(transferred.Describe());
        if (plan.Checkpoint is not null)
        {
            if (trainer.Done == steps && !trainer.Owes)
            {
                host.Out.WriteLine($"Nothing is left to do: {plan.Checkpoint} is at the last step, {trainer.Done}; --steps "
                    + "N goes on to step N.");
                return ExitCode.Done;
            }
        }
        using var remark =
            host.Stop.Register(() => view.Notice("Stopping after this step; another Ctrl-C leaves at once, without saving."));
        var outcome = view.Show(() => trainer.Run(host.Stop));
        host.Out.WriteLine(outcome == TrainingOutcome.Done
            ? $"Done: {steps} step{(steps == 1 ? "" : "s")}; everything is in {folder.Path}."
            : $"Stopped after step {trainer.Done} of {steps}; the state is saved in {folder.Path}.");
        host.Out.WriteLine(outcome == TrainingOutcome.Done
            ? $"Next: ssgan sample --checkpoint {Quote(folder.Path)} --count 64 --out samples.png"
            : $"Next: ssgan train --resume {Quote(folder.Path)}");
        return outcome == TrainingOutcome.Done ? ExitCode.Done : ExitCode.Interrupted;
    }

    static IImageSource OpenData(TrainOptions options, string directory, bool verify, Host host, Action alive)
    {
        var progress = new AliveProgress(new DataProgressLines(host.Out), alive);
        var (data, batch) = (options.Data, options.Optimisation.Batch);
        var source = DatasetFactory.Open(data.Data, data.Size, new DataOptions
        {
            DataDirectory = directory, SkipBad = data.SkipBad, Fit = OptionKinds.Fit(data.Fit), Split = data.Split,
            Attribute = data.Attribute, VerifyContent = verify, Progress = progress, Notice = host.Out.WriteLine,
        }, host.Stop);
        if (source.Count is not { } count || count >= batch) return source;
        string name = source.Name;
        source.Dispose();
        throw new UsageException($"{name} has {count} image{(count == 1 ? "" : "s")}, fewer than a batch of {batch}; add "
            + "images or lower --batch.");
    }

    /// <summary>The folder that the run's is in, or will be.</summary>
    static string Parent(RunPlan plan) => plan.Folder is null ? Runs
        : Path.GetDirectoryName(Path.GetFullPath(Path.TrimEndingDirectorySeparator(plan.Folder))) ?? plan.Folder;

    static RunFolder OpenFolder(RunPlan plan)
    {
        if (plan.Folder is not null) return plan.IsNew ? RunFolder.CreateAt(plan.Folder) : RunFolder.Open(plan.Folder);
        string data = Path.GetFileNameWithoutExtension(Path.TrimEndingDirectorySeparator(plan.Options.Data.Data));
        return RunFolder.Create(Runs, $"{data}-{plan.Options.Gan.Model}{plan.Options.Data.Size}");
    }

    static string Networks(Device device, GanStep step, TrainOptions options)
    {
        string threads = device.Backend is CpuBackend cpu ? $", {cpu.Threads} threads" : "";
        string parameters = string.Join(" + ", step.Networks
            .Where(static n => n.Name is not "g_ema" && n.Module.ParameterCount > 0)
            .Select(static n => $"{n.Name.ToUpperInvariant()} {Format.Count(n.Module.ParameterCount)}"));
        return $"{options.Gan.Model}, {parameters} parameters on {device.Name}{threads}, "
            + Arithmetic.Describe(options.Optimisation.Precision);
    }

    static string Quote(string path) => path.Contains(' ', StringComparison.Ordinal) ? $"\"{path}\"" : path;
}
