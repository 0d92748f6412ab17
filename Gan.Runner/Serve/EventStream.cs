using System.Text;

namespace Ssgan.Runner.Serve;

/// <summary>Events to one page, as long as it listens.</summary>
sealed class EventStream(Stream stream, CancellationToken stop)
{
    static readonly TimeSpan ToWrite = TimeSpan.FromSeconds(30);

    bool _began;

    /// <summary>Sends an event whose data are one line; without data a remark that only keeps the connection.</summary>
    /// <exception cref="IOException">Nobody listens any more.</exception>
    /// <exception cref="OperationCanceledException">The server ends, or the other side takes nothing.</exception>
    public async Task Send(string name, ReadOnlyMemory<byte> data)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(ToWrite);
        byte[] begin = Encoding.ASCII.GetBytes(data.IsEmpty ? ":" + name : $"event: {name}\ndata: ");
        if (!_began) begin = [.. HttpAnswer.EventsHead(), .. begin];
        _began = true;
        await stream.WriteAsync(begin, limit.Token).ConfigureAwait(false);
        await stream.WriteAsync(data, limit.Token).ConfigureAwait(false);
        await stream.WriteAsync("\n\n"u8.ToArray(), limit.Token).ConfigureAwait(false);
    }
}
