using System.Text;

namespace Ssgan.Runner.Serve;

/// <summary>
/// The head of a request for a page [RFC 9112]: its method, the parts of its path and of its query without escapes, and its
/// headers. A body is never read.
/// </summary>
sealed class HttpRequest
{
    const int MostHeaders = 64;

    readonly Dictionary<string, string> _headers = new(StringComparer.OrdinalIgnoreCase);
    readonly Dictionary<string, string> _query = [];

    HttpRequest(string method, IReadOnlyList<string> path) => (Method, Path) = (method, path);

    /// <summary>"GET".</summary>
    public string Method { get; }

    /// <summary>What stands between the path's slashes; none for "/".</summary>
    public IReadOnlyList<string> Path { get; }

    /// <summary>A header's value, or null.</summary>
    public string? Header(string name) => _headers.GetValueOrDefault(name);

    /// <summary>A value of the query, or null.</summary>
    public string? Query(string name) => _query.GetValueOrDefault(name);

    /// <summary>Reads a head without its empty last line.</summary>
    /// <returns>Null where it is none.</returns>
    public static HttpRequest? Parse(ReadOnlySpan<byte> head)
    {
        foreach (byte b in head) if (b is not ((byte)'\r' or (byte)'\n' or (byte)'\t') and (< 32 or 127)) return null;
        string[] lines = Encoding.Latin1.GetString(head).Split("\r\n");
        string[] first = lines[0].Split(' ');
        if (first.Length != 3 || first[2] is not ("HTTP/1.1" or "HTTP/1.0") || !first[1].StartsWith('/')
            || lines.Length - 1 > MostHeaders) return null;
        int mark = first[1].IndexOf('?', StringComparison.Ordinal);
        string path = mark < 0 ? first[1] : first[1][..mark];
        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries).Select(Uri.UnescapeDataString).ToArray();
        var request = new HttpRequest(first[0], parts);
        foreach (string pair in mark < 0 ? [] : first[1][(mark + 1)..].Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            int equals = pair.IndexOf('=', StringComparison.Ordinal);
            string name = Text(equals < 0 ? pair : pair[..equals]), value = equals < 0 ? "" : Text(pair[(equals + 1)..]);
            // Twice the same is no question that we know.
            if (!request._query.TryAdd(name, value)) return null;
        }
        foreach (string line in lines.Skip(1))
        {
            int colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon < 1 || line[0] is ' ' or '\t') return null;
            // Two of one name, above all of Host, are how one request is made to look like another.
            if (!request._headers.TryAdd(line[..colon], line[(colon + 1)..].Trim())) return null;
        }
        return request;
    }

    static string Text(string escaped) => Uri.UnescapeDataString(escaped.Replace('+', ' '));
}
