using System.Globalization;
using Ssgan.Engine;
using Ssgan.Engine.Distributed;
using Ssgan.RankProbe;

// A rank for tests, started by mpirun: RankProbe WHAT [NUMBER]. SSGAN_MPI names the library, SSGAN_WAIT seconds to wait.
var launch = RankLaunch.Find(Environment.GetEnvironmentVariable);
if (launch is null)
{
    Console.WriteLine("no rank");
    return 0;
}
string what = args[0];
try
{
    var options = new MpiOptions(Environment.GetEnvironmentVariable("SSGAN_MPI")) { Listen = TimeSpan.FromSeconds(1) };
    if (Environment.GetEnvironmentVariable("SSGAN_WAIT") is { } wait)
        options = options with { Timeout = TimeSpan.FromSeconds(double.Parse(wait, CultureInfo.InvariantCulture)) };
    using var ranks = new MpiCommunicator(launch, options);
    // Lines of ranks must not run into each other.
    Probe.Say(ranks, $"is here: {ranks.Describe()}, {ranks.LocalRank} of {ranks.LocalSize}, pid {Environment.ProcessId}");
    Probe.Run(ranks, what, args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 0);
    bool left = ranks.Leave(TimeSpan.FromSeconds(10));
    Probe.Say(ranks, left ? "left" : "is alone");
    return left ? 0 : 3;
}
catch (CommunicatorException e)
{
    Console.WriteLine($"rank {launch.Rank} fails: {e.Message}");
    return 2;
}
