using Ssgan.Engine;
using Ssgan.Runner;
using Ssgan.Runner.Terminal;

StandardStream.Reserve();
var (output, printed) = StandardStream.Open(Console.OpenStandardOutput(), Console.Out);
Console.SetOut(printed);
Console.SetError(StandardStream.Open(Console.OpenStandardError(), Console.Error).Writer);
var signals = new StopSignals();
int code = Cli.Run(args, new Host(Console.Out, Console.Error, Host.FindTerminal(), new Devices(), signals.Token)
{
    CacheFolder = DeviceOptions.UserCacheFolder(),
});
// A terminal that is gone, or output that nobody wanted, is no failure; a file with half of what was printed is one.
if (output.Failure is not IOException failure || !Console.IsOutputRedirected) return code;
Console.Error.WriteLine($"Standard output could not be written: {failure.Message.TrimEnd('.')}.");
return code == ExitCode.Done ? ExitCode.Failed : code;
