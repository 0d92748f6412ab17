using System.CommandLine;
using Ssgan.Engine;
using Ssgan.Gan.Metrics;
using Ssgan.Gan.Metrics.Networks;
using Ssgan.Gan.Training;
using Ssgan.Runner.Terminal;
using Ssgan.Runner.Views;

namespace Ssgan.Runner.Commands;

/// <summary>What "train --eval-every" needs beside the run: a device whose rounding is fixed, and a network on it.</summary>
sealed class TrainingEvaluation : IDisposable
{
    readonly Device _device;
    readonly IFeatureNetwork _network;

    TrainingEvaluation(Device device, IFeatureNetwork network, TrainOptions options, Host host, Action<string> notice,
        ICommunicator? ranks)
    {
        (_device, _network) = (device, network);
        Hooks = [new EvaluationHook(device, network, options.Evaluation, host.FeatureFolder, notice, ranks, host.Stop)];
    }

    /// <summary>The hook that evaluates.</summary>
    public IReadOnlyList<IRunHook> Hooks { get; }

    /// <summary>Opens what is needed; null where nothing is to be evaluated.</summary>
    public static TrainingEvaluation? Open(ParseResult parsed, TrainArguments arguments, TrainOptions options, Host host,
        Action<string> notice, RankSession? session)
    {
        if (options.Evaluation.EvalEvery == 0) return null;
        var use = arguments.DeviceOptions(parsed, host.CacheFolder) with { Deterministic = true, Autotune = false };
        var device = session?.OpenBeside(use, host.Devices)
            ?? DeviceChoice.Open(host.Devices, parsed.Pick(arguments.Device, "auto"), use, static _ => { });
        IFeatureNetwork? network = null;
        try
        {
            network = RankSession.InTurn(session, (_, _) => FeatureNetworks.Open(device,
                parsed.Pick(arguments.EvalNetwork, FeatureNetworks.Auto),
                MetricProtocol.Of(options.Evaluation.EvalProtocol).Resize,
                new DataProgressLines(host.Out).ForNetwork(host.CacheFolder), host.Stop));
            return new(device, network, options, host, notice, session?.Ranks);
        }
        catch
        {
            network?.Dispose();
            device.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        _network.Dispose();
        _device.Dispose();
    }
}
