using System.Text.RegularExpressions;

namespace Ssgan.Engine.Kernels.Cuda.Launch;

/// <summary>A parameter of an entry point.</summary>
readonly record struct PtxParameter(string Name, int Offset, int Bytes);

/// <summary>
/// What an entry point takes, as its PTX declares it: one struct by value, or several parameters, which lie where the members of
/// a struct of them would. Read from the text, because drivers before 12.4 cannot be asked.
/// </summary>
sealed partial class PtxSignature
{
    readonly int _alignment = 1;

    PtxSignature(string declaration)
    {
        var parameters = new List<PtxParameter>();
        foreach (Match m in Parameter().Matches(declaration))
        {
            int size = SizeOf(m.Groups["type"].Value), count = m.Groups["count"].Success ? Number(m, "count") : 1;
            int alignment = m.Groups["align"].Success ? Number(m, "align") : size;
            int offset = (Bytes + alignment - 1) / alignment * alignment;
            parameters.Add(new(m.Groups["name"].Value, offset, size * count));
            Bytes = offset + size * count;
            _alignment = Math.Max(_alignment, alignment);
        }
        Parameters = parameters;
    }

    public IReadOnlyList<PtxParameter> Parameters { get; }

    /// <summary>Up to the end of the last parameter.</summary>
    public int Bytes { get; }

    /// <summary>Whether a struct of so many bytes holds them, with or without a compiler's padding at its end.</summary>
    public bool Takes(int bytes) => bytes == Bytes || bytes == (Bytes + _alignment - 1) / _alignment * _alignment;

    /// <summary>For messages: "24 bytes (x: 8 at 0, n: 4 at 8)".</summary>
    public override string ToString() => Parameters.Count == 0 ? "nothing" : $"{Bytes} bytes ("
        + string.Join(", ", Parameters.Select(static p => $"{p.Name}: {p.Bytes} at {p.Offset}")) + ")";

    /// <summary>The entry points of a module's text, by name.</summary>
    public static IReadOnlyDictionary<string, PtxSignature> Of(string ptx)
    {
        var found = new Dictionary<string, PtxSignature>();
        foreach (Match m in Entry().Matches(Comment().Replace(ptx, "")))
            found[m.Groups[1].Value] = new(m.Groups[2].Value);
        return found;
    }

    static int Number(Match m, string group) => int.Parse(m.Groups[group].ValueSpan, provider: null);

    static int SizeOf(string type) => type[1..] switch { "8" => 1, "16" => 2, "32" => 4, "64" => 8, _ => 16 };

    [GeneratedRegex(@"//[^\n]*|/\*.*?\*/", RegexOptions.Singleline)]
    private static partial Regex Comment();

    [GeneratedRegex(@"\.entry\s+([\w$]+)\s*(?:\(([^)]*)\))?")]
    private static partial Regex Entry();

    // The alignment of what a pointer points to (.ptr .align 16) follows the type, and is not the parameter's.
    [GeneratedRegex(@"\.param\s+(?:\.align\s+(?<align>\d+)\s+)?\.(?<type>[busf](?:8|16|32|64|128))\s+"
        + @"(?:\.\w+\s+(?:\d+\s+)?)*(?<name>[\w$%]+)\s*(?:\[\s*(?<count>\d+)\s*\])?")]
    private static partial Regex Parameter();
}
