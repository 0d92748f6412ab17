namespace Ssgan.Runner.Runs;

/// <summary>
/// The numbers of a log over its steps, in bounded memory however long it is: lines are gathered in buckets of equal numbers of
/// lines, and of each number a bucket keeps the lowest and the highest value, so that no spike is lost. Where there are too many
/// buckets, each two become one.
/// </summary>
/// <param name="most">Buckets that are kept at most; twice as many points are drawn.</param>
sealed class RunCurves(int most = 1000)
{
    /// <summary>Numbers that are kept at most; a foreign file may name any number.</summary>
    const int MostNames = 256;

    readonly List<string> _names = [];
    readonly List<Bucket> _buckets = [];
    readonly Dictionary<string, double> _latest = [];

    /// <summary>The numbers' names, in order of first use.</summary>
    public IReadOnlyList<string> Names => _names;

    /// <summary>Lines so far.</summary>
    public long Lines { get; private set; }

    /// <summary>Lines of a bucket.</summary>
    public long LinesPerBucket { get; private set; } = 1;

    /// <summary>The newest line's step; −1 before the first.</summary>
    public double LastStep { get; private set; } = -1;

    /// <summary>The newest value of each number.</summary>
    public IReadOnlyDictionary<string, double> Latest => _latest;

    /// <summary>The place of a name, a new one included; −1 where there are too many.</summary>
    public int IndexOf(string name)
    {
        int index = _names.IndexOf(name);
        if (index >= 0 || _names.Count == MostNames) return index;
        _names.Add(name);
        return _names.Count - 1;
    }

    /// <summary>Adds a line.</summary>
    /// <param name="step">Its step, above all before.</param>
    /// <param name="values">Its numbers, by the places of their names.</param>
    public void Add(double step, IReadOnlyList<(int Name, double Value)> values)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(step, LastStep);
        if (_buckets.Count == 0 || _buckets[^1].Lines == LinesPerBucket)
        {
            if (_buckets.Count == most) Halve();
            if (_buckets.Count == 0 || _buckets[^1].Lines == LinesPerBucket) _buckets.Add(new Bucket(step));
        }
        var bucket = _buckets[^1];
        bucket.Add(step, values);
        foreach (var (name, value) in values) _latest[_names[name]] = value;
        (LastStep, Lines) = (step, Lines + 1);
    }

    /// <summary>The steps of the points that are drawn, rising: one of a bucket of one line, else its first and last.</summary>
    public double[] Steps() =>
        [.. _buckets.SelectMany(static b => b.Lines == 1 ? new[] { b.First } : [b.First, b.Last])];

    /// <summary>A number at those steps: of a bucket its lowest and highest value in the order in which they came; null where
    /// it is in none of the lines.</summary>
    public double?[] Values(string name)
    {
        int index = _names.IndexOf(name);
        return [.. _buckets.SelectMany(b => b.Points(index))];
    }

    void Halve()
    {
        for (int i = 0; i < _buckets.Count / 2; i++)
        {
            _buckets[2 * i].Join(_buckets[2 * i + 1]);
            _buckets[i] = _buckets[2 * i];
        }
        int half = _buckets.Count / 2;
        // An odd one out stays open for as many lines again.
        if (_buckets.Count % 2 == 1) _buckets[half++] = _buckets[^1];
        _buckets.RemoveRange(half, _buckets.Count - half);
        LinesPerBucket *= 2;
    }

    /// <summary>What is kept of lines in a row.</summary>
    sealed class Bucket(double first)
    {
        Extent?[] _extents = [];

        public double First { get; } = first;
        public double Last { get; private set; } = first;
        public long Lines { get; private set; }

        public void Add(double step, IReadOnlyList<(int Name, double Value)> values)
        {
            foreach (var (name, value) in values) Put(name, new(value, value, true));
            (Last, Lines) = (step, Lines + 1);
        }

        /// <summary>Takes the lines of the bucket behind this one in.</summary>
        public void Join(Bucket next)
        {
            for (int i = 0; i < next._extents.Length; i++) if (next._extents[i] is { } later) Put(i, later);
            (Last, Lines) = (next.Last, Lines + next.Lines);
        }

        public double?[] Points(int name)
        {
            var extent = name >= 0 && name < _extents.Length ? _extents[name] : null;
            if (Lines == 1) return [extent?.Low];
            return extent is not { } e ? [null, null] : e.LowFirst ? [e.Low, e.High] : [e.High, e.Low];
        }

        void Put(int name, Extent later)
        {
            if (name >= _extents.Length) Array.Resize(ref _extents, name + 1);
            _extents[name] = _extents[name] is { } earlier ? earlier.With(later) : later;
        }
    }

    readonly record struct Extent(double Low, double High, bool LowFirst)
    {
        public Extent With(Extent later)
        {
            var (lowEarlier, highEarlier) = (Low <= later.Low, High >= later.High);
            bool lowFirst = lowEarlier == highEarlier ? lowEarlier ? LowFirst : later.LowFirst : lowEarlier;
            return new(Math.Min(Low, later.Low), Math.Max(High, later.High), lowFirst);
        }
    }
}
