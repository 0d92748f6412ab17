using System.Text.Json;

namespace Ssgan.Benchmarks.Kit;

/// <summary>One time of PyTorch's.</summary>
/// <param name="Name">Our name for the same work, without precision where a mode has its own.</param>
/// <param name="Mode">How it ran: "eager", "compile_graph".</param>
sealed record PeerTime(string Name, string Mode, double Milliseconds, double? PeakMib)
{
    /// <summary>Whether one graph launch stands for many calls.</summary>
    public bool IsGraph => Mode.Contains("graph", StringComparison.Ordinal);
}

/// <summary>What Benchmarks/peers/torch_peer.py left.</summary>
sealed record PeerTimes(string Versions, IReadOnlyList<PeerTime> Times)
{
    static readonly string[] s_pieces = ["iteration", "d_step", "g_step"];

    public static PeerTimes None { get; } = new("", []);

    /// <summary>Reads its JSON; what failed there has no time.</summary>
    /// <exception cref="KitException">It is no such file.</exception>
    public static PeerTimes Load(string file)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllText(file));
            var root = document.RootElement;
            string versions = $"PyTorch {root.GetProperty("torch")}, CUDA {root.GetProperty("cuda")}, cuDNN "
                + $"{root.GetProperty("cudnn")}, {root.GetProperty("device")}";
            var times = new List<PeerTime>();
            if (root.TryGetProperty("ops", out var ops))
                times.AddRange(ops.EnumerateObject().SelectMany(static o => Operation(o.Name, o.Value)));
            if (root.TryGetProperty("iteration", out var steps))
                times.AddRange(steps.EnumerateObject().SelectMany(static o => Iteration(o.Name, o.Value)));
            return new(versions, times);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new KitException($"{file} is not what torch_peer.py writes: {e.Message}", e);
        }
    }

    /// <summary>The fastest time of work that we know by a name, in arithmetic that may stand beside ours.</summary>
    /// <param name="name">Our name.</param>
    /// <param name="graphs">Whether replayed graphs count.</param>
    public PeerTime? Fastest(string name, bool graphs = true) =>
        Times.Where(t => (graphs || !t.IsGraph) && Matches(t, name)).MinBy(static t => t.Milliseconds);

    static bool Matches(PeerTime time, string name)
    {
        string[] parts = name.Split('/');
        if (!s_pieces.Contains(parts[0])) return time.Name == name;
        // Ours in BF16 stands beside whatever mode is fastest; the others beside the mode of their own arithmetic.
        return time.Name == $"{parts[0]}/{parts[2]}"
            && (parts[1] == "bf16" || time.Mode == (parts[1] == "f32" ? "fp32" : parts[1]));
    }

    static IEnumerable<PeerTime> Operation(string name, JsonElement value)
    {
        if (!value.TryGetProperty("median_ms", out var median)) yield break;
        // Its last words say how it ran, where there is more than one way.
        string[] ways = ["eager", "eager_channels_last", "compile", "fused", "graph", "graph_nograd"];
        string[] parts = name.Split('/');
        int named = parts.Length;
        while (named > 1 && ways.Contains(parts[named - 1])) named--;
        yield return new(string.Join('/', parts[..named]), named == parts.Length ? "eager" : string.Join('/', parts[named..]),
            median.GetDouble(), null);
    }

    static IEnumerable<PeerTime> Iteration(string name, JsonElement value)
    {
        string[] parts = name.Split('/');
        double? peak = value.TryGetProperty("peak_mib", out var mib) ? mib.GetDouble() : null;
        foreach (string piece in s_pieces)
        {
            if (value.TryGetProperty(piece, out var time))
                yield return new($"{piece}/{parts[1]}", parts[0], time.GetProperty("median_ms").GetDouble(), peak);
        }
    }
}
