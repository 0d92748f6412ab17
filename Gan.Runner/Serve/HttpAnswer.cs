using System.Globalization;
using System.Text;

namespace Ssgan.Runner.Serve;

/// <summary>An answer that is whole before it is sent.</summary>
/// <param name="Status">"200 OK".</param>
/// <param name="Type">Its kind of content.</param>
/// <param name="Body">The content.</param>
/// <param name="Headers">Further headers, as name and value.</param>
sealed record HttpAnswer(string Status, string Type, ReadOnlyMemory<byte> Body, params (string Name, string Value)[] Headers)
{
    /// <summary>What every answer says: nobody else may show or use it, and nobody keeps it.</summary>
    const string Common = "Connection: close\r\nX-Content-Type-Options: nosniff\r\nReferrer-Policy: no-referrer\r\n"
        + "Content-Security-Policy: frame-ancestors 'none'\r\nCross-Origin-Resource-Policy: same-origin\r\n"
        + "Cross-Origin-Opener-Policy: same-origin\r\n";

    public static HttpAnswer Json(byte[] body) => new("200 OK", "application/json; charset=utf-8", body);

    public static HttpAnswer Png(byte[] body, params (string Name, string Value)[] headers) =>
        new("200 OK", "image/png", body, headers);

    public static HttpAnswer Page(byte[] body) => new("200 OK", "text/html; charset=utf-8", body);

    /// <summary>A failure in one sentence.</summary>
    public static HttpAnswer Refusal(string status, string sentence, params (string Name, string Value)[] headers) =>
        new(status, "text/plain; charset=utf-8", Encoding.UTF8.GetBytes(sentence), headers);

    public static HttpAnswer NotFound { get; } = Refusal("404 Not Found", "There is nothing here.");

    /// <summary>The head's bytes.</summary>
    public byte[] Head()
    {
        var head = Begin(Status, Type);
        head.Append(CultureInfo.InvariantCulture, $"Content-Length: {Body.Length}\r\n");
        bool kept = false;
        foreach (var (name, value) in Headers)
        {
            head.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
            kept |= name == "Cache-Control";
        }
        if (!kept) head.Append("Cache-Control: no-store\r\n");
        return Encoding.ASCII.GetBytes(head.Append("\r\n").ToString());
    }

    /// <summary>The head of a stream of events [WHATWG HTML, server-sent events].</summary>
    public static byte[] EventsHead() => Encoding.ASCII.GetBytes(
        Begin("200 OK", "text/event-stream; charset=utf-8").Append("Cache-Control: no-store\r\n\r\n").ToString());

    static StringBuilder Begin(string status, string type) =>
        new StringBuilder().Append(CultureInfo.InvariantCulture, $"HTTP/1.1 {status}\r\nContent-Type: {type}\r\n").Append(Common);
}
