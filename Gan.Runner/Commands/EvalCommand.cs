using System.CommandLine;
using Ssgan.Gan.Metrics;
using Ssgan.Runner.Terminal;
using Ssgan.Runner.Views;

namespace Ssgan.Runner.Commands;

/// <summary>"eval": scores of a generator, or of a folder of images, with receipts.</summary>
static class EvalCommand
{
    public static Command Build(Host host)
    {
        var arguments = new EvalArguments();
        var command = new Command("eval", "Score a generator or a folder of images: FID, KID, IS, precision, recall and others.");
        foreach (var option in arguments.All) command.Options.Add(option);
        command.SetAction(parsed =>
        {
            try
            {
                return RankSession.Run(host, parsed, arguments.Ranks,
                    (own, session) => Run(parsed, arguments, own, session));
            }
            catch (OperationCanceledException) when (host.Stop.IsCancellationRequested && arguments.KeepsFeatures(parsed))
            {
                host.Error.WriteLine("Stopped; features that were computed are kept, and the same command goes on from there.");
                return ExitCode.Interrupted;
            }
        });
        return command;
    }

    static int Run(ParseResult parsed, EvalArguments arguments, Host host, RankSession? session)
    {
        var folders = arguments.Folders(parsed);
        arguments.Check(parsed, folders is not null);
        // On a CPU plain sums, unless Winograd's method is asked for; on a GPU plans that repeat their results.
        using var device = RankSession.Open(session, host, parsed.Pick(arguments.Device, "auto"), new()
        {
            Threads = parsed.Pick(arguments.Threads, 0), CacheFolder = host.CacheFolder,
            Deterministic = !parsed.GetValue(arguments.Winograd),
        });
        using var onDevice = session?.OnDevice;
        DeviceNotices.Print(device, host.Out);
        // The first rank fetches the network's file where it is not here yet.
        using var network = RankSession.InTurn(session, (_, _) => FeatureNetworks.Open(device,
            parsed.Pick(arguments.Network, FeatureNetworks.Auto), arguments.Protocol(parsed).Resize,
            new DataProgressLines(host.Out).ForNetwork(host.CacheFolder), host.Stop));
        var options = arguments.Options(parsed, network.Info.Classes > 0, host.FeatureFolder) with
        {
            Progress = new EvaluationProgress(host.Out), Notice = host.Out.WriteLine, Ranks = session?.Ranks,
        };
        host.Out.WriteLine($"network {network.Info.Name}, {network.Info.Dimensions} features; protocol {options.Protocol.Name}: "
            + $"{options.Protocol.Description}");
        var run = new EvalRun(parsed, arguments, host, device, new(device, network, options), options, session);
        if (folders is var (real, scored)) run.Folders(real, scored);
        else run.Generators();
        return ExitCode.Done;
    }
}
