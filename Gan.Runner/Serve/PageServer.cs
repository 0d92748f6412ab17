using System.Net;
using System.Net.Sockets;

namespace Ssgan.Runner.Serve;

/// <summary>What answers requests.</summary>
interface IPageHandler
{
    /// <summary>The answer, or null where <paramref name="events"/> was written to until nobody listened any more.</summary>
    /// <param name="request">The request, which may be answered.</param>
    /// <param name="events">Makes the answer a stream of events.</param>
    /// <param name="stop">The server ends, or the other side is gone.</param>
    Task<HttpAnswer?> Answer(HttpRequest request, Func<EventStream> events, CancellationToken stop);
}

/// <summary>
/// Serves pages over HTTP/1.1: GET and HEAD, one request a connection. A few hundred lines of our own because ASP.NET's server
/// would weigh more than this program, and the runtime's HttpListener has no time limits on slow clients.
/// </summary>
sealed class PageServer : IDisposable
{
    const int MostHead = 8192, MostConnections = 64;
    static readonly TimeSpan ToRead = TimeSpan.FromSeconds(5), ToWrite = TimeSpan.FromSeconds(30);

    readonly TcpListener _listener;
    readonly IPageHandler _handler;
    readonly Access _access;
    readonly CancellationTokenSource _stop = new();
    readonly SemaphoreSlim _free = new(MostConnections);
    readonly Task _accepting;

    /// <summary>Begins to listen.</summary>
    /// <exception cref="SocketException">The address is taken, or is none of this machine's.</exception>
    public PageServer(IPAddress address, int port, string? token, IPageHandler handler)
    {
        _handler = handler;
        _listener = new TcpListener(address, port);
        _listener.Start();
        Address = (IPEndPoint)_listener.LocalEndpoint;
        _access = new Access(Address, token);
        _accepting = Task.Run(Accept);
    }

    /// <summary>Where it listens.</summary>
    public IPEndPoint Address { get; }

    async Task Accept()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                var client = await _listener.AcceptTcpClientAsync(_stop.Token).ConfigureAwait(false);
                // One that is too many is closed at once: those that are open go on.
                if (!_free.Wait(0, CancellationToken.None)) client.Dispose();
                else _ = Task.Run(() => Serve(client));
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                // The server ends, or a client was gone before it was accepted.
            }
        }
    }

    async Task Serve(TcpClient client)
    {
        try
        {
            using (client)
            {
                client.NoDelay = true;
                await Serve(client.GetStream()).ConfigureAwait(false);
                client.Client.Shutdown(SocketShutdown.Send);
            }
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The other side is gone, or too slow.
        }
        finally
        {
            _free.Release();
        }
    }

    async Task Serve(NetworkStream stream)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        limit.CancelAfter(ToRead);
        var request = await Read(stream, limit.Token).ConfigureAwait(false);
        HttpAnswer? answer;
        if (request is null) answer = HttpAnswer.Refusal("400 Bad Request", "This is no request that is understood here.");
        else if (_access.Refuse(request) is { } refusal) answer = refusal;
        else
        {
            answer = await Answer(request, stream).ConfigureAwait(false);
            if (answer is null) return;
        }
        limit.CancelAfter(ToWrite);
        await stream.WriteAsync(answer.Head(), limit.Token).ConfigureAwait(false);
        if (request?.Method != "HEAD") await stream.WriteAsync(answer.Body, limit.Token).ConfigureAwait(false);
    }

    async Task<HttpAnswer?> Answer(HttpRequest request, NetworkStream stream)
    {
        bool streams = false;
        try
        {
            return await _handler.Answer(request, () =>
            {
                streams = true;
                return new EventStream(stream, _stop.Token);
            }, _stop.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (!streams && e is IOException or UnauthorizedAccessException
            or Gan.Settings.TrainingException or ArgumentException)
        {
            return HttpAnswer.Refusal("500 Internal Server Error", e.Message);
        }
    }

    /// <summary>The head of a request; null where it is none, is too long, or ends early.</summary>
    static async Task<HttpRequest?> Read(NetworkStream stream, CancellationToken stop)
    {
        byte[] head = new byte[MostHead];
        for (int length = 0, read; length < head.Length; )
        {
            read = await stream.ReadAsync(head.AsMemory(length), stop).ConfigureAwait(false);
            if (read == 0) return null;
            length += read;
            int end = head.AsSpan(0, length).IndexOf("\r\n\r\n"u8);
            if (end >= 0) return HttpRequest.Parse(head.AsSpan(0, end));
        }
        return null;
    }

    /// <summary>Ends all connections.</summary>
    public void Dispose()
    {
        _stop.Cancel();
        _listener.Dispose();
        _accepting.Wait();
        // Every connection waits with the token that has just been cancelled.
        int ended = 0;
        while (ended < MostConnections && _free.Wait(ToRead, CancellationToken.None)) ended++;
        // One that does not end, such as one that draws, needs its parts a little longer than this.
        if (ended < MostConnections) return;
        _free.Dispose();
        _stop.Dispose();
    }
}
