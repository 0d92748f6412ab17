using System.Net;
using System.Net.Sockets;
using Ssgan.Engine;

namespace Ssgan.Runner.Serve;

/// <summary>A folder of runs as a page, until disposed.</summary>
sealed class RunServer : IDisposable
{
    readonly PageServer _server;
    readonly ImageDrawer _drawer;
    readonly string? _token;

    /// <summary>Begins to listen; nothing else is done before somebody asks.</summary>
    /// <param name="folder">A folder of runs, or one run's.</param>
    /// <param name="address">Where to listen.</param>
    /// <param name="port">The port; 0 takes a free one.</param>
    /// <param name="token">What who looks must know; null asks for nothing.</param>
    /// <param name="open">Opens what draws images on demand.</param>
    /// <param name="nameOf">From a setting's name in config.json to its option.</param>
    /// <exception cref="SocketException">The address is taken, or is none of this machine's.</exception>
    public RunServer(string folder, IPAddress address, int port, string? token, Func<Device> open, Func<string, string> nameOf)
    {
        _token = token;
        _drawer = new ImageDrawer(open);
        _server = new PageServer(address, port, token, new RunsHandler(new RunCatalog(folder), _drawer, nameOf));
    }

    /// <summary>What a browser takes.</summary>
    public string Url => $"http://{Name(_server.Address)}/" + (_token is null ? "" : $"?token={_token}");

    static string Name(IPEndPoint at) => at.Address.Equals(IPAddress.Any) || at.Address.Equals(IPAddress.IPv6Any)
        ? $"{Dns.GetHostName()}:{at.Port}" : at.ToString();

    /// <summary>Ends all connections.</summary>
    public void Dispose()
    {
        _server.Dispose();
        _drawer.Dispose();
    }
}
