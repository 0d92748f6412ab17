using System.CommandLine;
using System.Net;
using System.Net.Sockets;
using Ssgan.Engine;
using Ssgan.Runner.Serve;
using Ssgan.Runner.Terminal;

namespace Ssgan.Runner.Commands;

/// <summary>"serve": runs as a page that follows them.</summary>
static class ServeCommand
{
    /// <summary>The port unless another one is asked for.</summary>
    public const int Port = 8420;

    const int ShortestToken = 16;

    /// <summary>The option of the port.</summary>
    public static Option<int> PortOption() => OptionKinds.Number<int>("--port",
        $"The page's port; 0 takes a free one. Default: {Port}.");

    public static Command Build(Host host)
    {
        var place = new Argument<string>("DIR")
        {
            Description = "A folder of runs, or one run's. Default: runs.", Arity = ArgumentArity.ZeroOrOne,
        };
        var port = PortOption();
        var address = OptionKinds.Text("--address", "IP", "Where to listen. Default: 127.0.0.1, this machine alone; any other "
            + "address, such as 0.0.0.0, asks for a token.");
        var token = OptionKinds.Text("--token", "TEXT",
            $"What others must know, {ShortestToken} letters or more. Default: a random one, printed at the start.");
        var device = OptionKinds.Text("--device", "auto|cpu|cuda[:i]", "What draws images on demand. Default: cpu.");
        var threads = OptionKinds.Number<int>("--threads", "CPU threads for that. Default: 1, lest training waits.");
        var command = new Command("serve", "Show runs in a browser while they train: curves, samples, images on demand.")
        {
            place, port, address, token, device, threads,
        };
        command.SetAction(parsed =>
        {
            string folder = parsed.GetValue(place) ?? "runs";
            if (!Directory.Exists(folder)) throw new UsageException($"There is no folder {folder}; name a folder of runs.");
            if (!IPAddress.TryParse(parsed.Pick(address, "127.0.0.1"), out var ip))
                throw new UsageException($"--address is {parsed.GetValue(address)}; it takes an address such as 0.0.0.0.");
            if (parsed.GetValue(token) is { } given && (given.Length < ShortestToken || !given.All(char.IsAsciiLetterOrDigit)))
                throw new UsageException($"--token takes {ShortestToken} or more letters and digits.");
            string? secret = parsed.GetValue(token)
                ?? (IPAddress.IsLoopback(ip) ? null : NewToken());
            string name = parsed.Pick(device, "cpu");
            var options = new DeviceOptions { Threads = parsed.Pick(threads, 1) };
            using var server = Open(folder, ip, parsed.Pick(port, Port), secret,
                () => DeviceChoice.Open(host.Devices, name, options, static _ => { }));
            host.Out.WriteLine($"{folder} at {server.Url}; Ctrl-C ends it.");
            host.Out.Flush();
            host.Stop.WaitHandle.WaitOne();
            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>244 random bits of the system's generator; the runtime's cryptography ends the process where OpenSSL is
    /// missing.</summary>
    static string NewToken() => $"{Guid.NewGuid():N}{Guid.NewGuid():N}";

    /// <summary>Begins to serve.</summary>
    /// <exception cref="UsageException">The port is out of range or taken, or the address is none of this machine's.</exception>
    public static RunServer Open(string folder, IPAddress address, int port, string? token, Func<Device> open)
    {
        if (port is < 0 or > ushort.MaxValue)
            throw new UsageException($"--port is {port}; it takes 0 (a free one) to {ushort.MaxValue}.");
        try
        {
            return new RunServer(folder, address, port, token, open, TrainArguments.NameOf);
        }
        catch (SocketException e)
        {
            throw new UsageException(e.SocketErrorCode == SocketError.AddressAlreadyInUse
                ? $"Port {port} is taken by another program; --port 0 takes a free one."
                : $"{address} port {port} cannot be listened on: {e.Message}.", e);
        }
    }
}
