namespace Ssgan.Benchmarks.Peers;

/// <summary>One side's figures of an item.</summary>
/// <param name="Variant">The better way of doing it.</param>
/// <param name="Samples">Seconds of one run, a sample a round.</param>
/// <param name="PeakMib">Peak resident set of a process that did this item alone, the better way.</param>
/// <param name="StartMib">What that process had resident before.</param>
sealed record Figures(string Variant, IReadOnlyList<double> Samples, double PeakMib, double StartMib)
{
    public double Median => Of(Samples);

    public static double Of(IEnumerable<double> values)
    {
        double[] s = [.. values.Order()];
        return (s[(s.Length - 1) / 2] + s[s.Length / 2]) / 2;
    }
}

/// <summary>An item's figures; the ratio is the peer's median over ours, so above 1 ours is faster.</summary>
sealed record Result(Item Item, Figures Ours, Figures Peer)
{
    public double Ratio => Peer.Median / Ours.Median;

    /// <summary>The peer's peak over ours: above 1 ours needs less.</summary>
    public double MemoryRatio => Peer.PeakMib / Ours.PeakMib;
}

/// <summary>
/// Both sides in processes of their own, taking turns round by round, so that noise hits them alike. Memory is measured in
/// further processes, one per item and side.
/// </summary>
sealed class Comparison(int threads, int rounds, Action<string> progress) : IDisposable
{
    // Long enough for a time that a clock and a collector do not disturb.
    const double LeastSeconds = 0.02;
    const double WarmSeconds = 0.5;
    const int MemoryRuns = 5;

    // OpenMP's threads spin for some milliseconds after their work, a runtime compiles in the background: the next
    // side waits that out.
    static readonly TimeSpan s_settle = TimeSpan.FromMilliseconds(60);

    readonly Child _ours = new("ours", threads), _peer = new("peer", threads);

    public string OurVersions => _ours.Ask("versions");

    public string PeerVersions => _peer.Ask("versions");

    /// <summary>Runs the sides' own checks.</summary>
    /// <exception cref="PeerException">One failed.</exception>
    public void Check()
    {
        _ours.Ask("check");
        _peer.Ask("check");
    }

    public Result Measure(Item item)
    {
        var ours = new Turns(_ours, item);
        var peer = new Turns(_peer, item);
        for (int round = 0; round < rounds; round++)
        {
            // Who goes first changes too.
            (round % 2 == 0 ? ours : peer).Take();
            (round % 2 == 0 ? peer : ours).Take();
        }
        var result = new Result(item, Alone("ours", item, ours.Finish()), Alone("peer", item, peer.Finish()));
        var (mine, other) = (result.Ours, result.Peer);
        progress($"{item.Name,-36} ours {mine.Median * 1e3,10:F4} ms, peer {other.Median * 1e3,10:F4} ms ({other.Variant}), "
            + $"ratio {result.Ratio:F2}; "
            + $"{mine.PeakMib:F0} MiB, peer {other.PeakMib:F0}");
        return result;
    }

    /// <summary>A side's share of the rounds.</summary>
    sealed class Turns
    {
        readonly Child _child;
        readonly (string Name, int Count, List<double> Samples)[] _variants;

        public Turns(Child child, Item item)
        {
            _child = child;
            string[] names = child.Ask($"variants {item.Name}").Split(' ');
            _variants = new (string, int, List<double>)[names.Length];
            for (int i = 0; i < names.Length; i++)
            {
                child.Ask($"prepare {item.Name} {names[i]}");
                double quickest = child.Seconds(FormattableString.Invariant($"warm {names[i]} {WarmSeconds}"));
                _variants[i] = (names[i], (int)Math.Clamp(Math.Ceiling(LeastSeconds / quickest), 1, 5000), []);
            }
        }

        public void Take()
        {
            Thread.Sleep(s_settle);
            foreach (var (name, count, samples) in _variants) samples.Add(_child.Seconds($"time {name} {count}"));
        }

        /// <summary>The better way and its samples.</summary>
        public (string Variant, IReadOnlyList<double> Samples) Finish()
        {
            _child.Ask("drop");
            var (name, _, samples) = _variants.MinBy(static v => Figures.Of(v.Samples));
            return (name, samples);
        }
    }

    Figures Alone(string side, Item item, (string Variant, IReadOnlyList<double> Samples) timed)
    {
        using var child = new Child(side, threads);
        double start = child.Memory().Now;
        child.Ask($"prepare {item.Name} {timed.Variant}");
        child.Seconds($"time {timed.Variant} {MemoryRuns}");
        return new Figures(timed.Variant, timed.Samples, child.Memory().Peak, start);
    }

    public void Dispose()
    {
        _ours.Dispose();
        _peer.Dispose();
    }
}
