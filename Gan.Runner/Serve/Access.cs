using System.Net;
using System.Text;
using Ssgan.Engine.Kernels;

namespace Ssgan.Runner.Serve;

/// <summary>
/// Who may look. On the loopback address, whoever asks for it by its own name: a page from elsewhere whose name was made to lead
/// here (DNS rebinding) sends that name. On any other address, who has the token.
/// </summary>
/// <param name="address">The address that is listened on.</param>
/// <param name="token">The token; null on the loopback address.</param>
sealed class Access(IPEndPoint address, string? token)
{
    readonly string _cookie = $"ssgan-{address.Port}";

    /// <summary>Null where the request may be answered, else what is said in place of an answer.</summary>
    public HttpAnswer? Refuse(HttpRequest request)
    {
        if (request.Method is not ("GET" or "HEAD"))
            return HttpAnswer.Refusal("405 Method Not Allowed", "This server is read only.", ("Allow", "GET, HEAD"));
        // Pages of others may lead to the first page, and use nothing.
        if (request.Path.Count > 0 && request.Header("Sec-Fetch-Site") is not (null or "same-origin" or "none"))
            return HttpAnswer.Refusal("403 Forbidden", "Only this server's own page may ask for that.");
        if (token is null)
        {
            return request.Header("Host") is { } host && IsLoopback(host) ? null
                : HttpAnswer.Refusal("403 Forbidden", "This server answers to localhost and 127.0.0.1 only.");
        }
        if (IsToken(Cookie(request.Header("Cookie")))) return null;
        if (request.Header("Authorization") is { } bearer && bearer.StartsWith("Bearer ", StringComparison.Ordinal)
            && IsToken(bearer["Bearer ".Length..])) return null;
        // Out of the address, where it would stay in the browser's history, and into a cookie.
        if (request.Path.Count == 0 && IsToken(request.Query("token")))
        {
            return HttpAnswer.Refusal("303 See Other", "", ("Location", "/"),
                ("Set-Cookie", $"{_cookie}={token}; HttpOnly; SameSite=Strict; Path=/"));
        }
        return HttpAnswer.Refusal("401 Unauthorized", "Open the address with its token, as the server printed it.");
    }

    static bool IsLoopback(string host)
    {
        int port = host.LastIndexOf(':');
        string name = port > host.LastIndexOf(']') ? host[..port] : host;
        return name is "localhost" or "127.0.0.1" or "[::1]";
    }

    string? Cookie(string? header) => header?.Split(';', StringSplitOptions.TrimEntries)
        .FirstOrDefault(c => c.StartsWith(_cookie + "=", StringComparison.Ordinal))?[(_cookie.Length + 1)..];

    // How far a guess is right must not show in the time: hashes of guesses tell nothing of the token.
    bool IsToken(string? given) => given is not null && Hash(given).AsSpan().SequenceEqual(Hash(token!));

    static byte[] Hash(string text) => Sha256.HashData(Encoding.UTF8.GetBytes(text));
}
