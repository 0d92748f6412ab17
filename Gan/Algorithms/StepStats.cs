using Ssgan.Engine;
using Ssgan.Engine.Kernels;

namespace Ssgan.Gan.Algorithms;

/// <summary>
/// Named scalars of many steps, summed on the device in one array and read once per report, so that logging costs no wait in a
/// step. A sum has two numbers, the second for what the first one's roundings lose: a mean is right to single precision after any
/// number of steps, and NaN where a value was not finite. Where ranks share a batch, a value is the mean of theirs.
/// </summary>
public sealed class StepStats(Device device) : IDisposable
{
    const int FirstCapacity = 32, Parts = 2;
    readonly Device _device = device ?? throw new ArgumentNullException(nameof(device));
    readonly List<string> _names = [];
    readonly Dictionary<string, (int Index, long Count)> _entries = [];
    readonly List<int> _pending = [];
    Tensor? _sums;

    /// <summary>
    /// Where ranks share a batch: this update's values, by index of their name, until <see cref="Settle"/>. Null: a value counts
    /// at once.
    /// </summary>
    internal Tensor? Pending { get; private set; }

    /// <summary>From here on an update's values count when they are settled.</summary>
    internal void Collect() => Pending ??= _device.Zeros(new Shape(Math.Max(FirstCapacity, _names.Count))).Own();

    /// <summary>Adds the update's values, which <see cref="Pending"/> now has as all ranks' means.</summary>
    internal void Settle()
    {
        foreach (int index in _pending) Sum(index, At(Pending!, index, 1));
        _pending.Clear();
    }

    /// <summary>Adds one step's value.</summary>
    /// <param name="name">For example "loss_d".</param>
    /// <param name="value">An F32 scalar; its history is not kept.</param>
    /// <exception cref="ArgumentException">The value is no F32 scalar.</exception>
    public void Add(string name, Tensor value)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(value);
        if (value.Count != 1 || value.Type != DType.F32)
            throw new ArgumentException($"StepStats: {name} is {value}, not an F32 scalar.");
        if (!_entries.TryGetValue(name, out var entry)) entry = Enter(name, 0);
        var view = value.View.As(new Shape(1));
        if (Pending is null) Sum(entry.Index, view);
        else Await(entry.Index, view);
        _entries[name] = (entry.Index, entry.Count + 1);
    }

    void Sum(int index, TensorView value) => _device.Backend.CompensatedSum(At(_sums!, Parts * index, Parts), value);

    void Await(int index, TensorView value)
    {
        var place = At(Pending!, index, 1);
        if (_pending.Contains(index))
        {
            _device.Backend.Binary(new Add(), place, value, place);
            return;
        }
        _device.Backend.CopyBox(value, [0], place, [0], [1]);
        _pending.Add(index);
    }

    static TensorView At(Tensor values, int index, int count) =>
        new(values.View.Address + index * sizeof(float), new Shape(count), DType.F32);

    /// <summary>How often each name was added since the last report.</summary>
    internal IReadOnlyDictionary<string, long> Counts => _entries.ToDictionary(static e => e.Key, static e => e.Value.Count);

    /// <summary>Counts values that a replayed graph added on the device without this object's knowledge.</summary>
    internal void Count(string name, long more)
    {
        var (index, count) = _entries[name];
        _entries[name] = (index, count + more);
    }

    /// <summary>The means since the last call, in order of first use; waits for the device, and starts over.</summary>
    public IReadOnlyList<(string Name, double Mean)> Take()
    {
        var means = new List<(string, double)>(_names.Count);
        foreach (var sum in Sums)
        {
            var (name, count) = (sum.Name, sum.Count);
            if (count > 0) means.Add((name, sum.Value / count));
            _entries[name] = (_entries[name].Index, 0);
        }
        if (_sums is not null) _device.Backend.Fill(_sums.View, 0);
        return means;
    }

    /// <summary>The sums under way, for a checkpoint; waits for the device.</summary>
    public IReadOnlyList<StatSum> Sums
    {
        get
        {
            float[] sums = _sums?.ToArray() ?? [];
            return [.. _names.Select((name, i) => new StatSum(name, sums[Parts * i], _entries[name].Count, sums[Parts * i + 1]))];
        }
    }

    /// <summary>Continues from saved sums.</summary>
    public void Restore(IReadOnlyList<StatSum> sums)
    {
        ArgumentNullException.ThrowIfNull(sums);
        Clear();
        foreach (var sum in sums) Enter(sum.Name, sum.Count);
        if (_sums is null) return;
        var values = new float[_sums.Count];
        for (int i = 0; i < sums.Count; i++) (values[Parts * i], values[Parts * i + 1]) = (sums[i].Sum, sums[i].Lost);
        _sums.CopyFrom<float>(values);
    }

    /// <summary>The first name whose sum is NaN or infinite, or null; waits for the device.</summary>
    public string? FirstNonFinite() => Sums.FirstOrDefault(static s => !float.IsFinite(s.Sum))?.Name;

    /// <summary>Forgets all sums.</summary>
    public void Dispose()
    {
        Clear();
        Pending?.Dispose();
    }

    (int Index, long Count) Enter(string name, long count)
    {
        int index = _names.Count;
        if (_sums is null || Parts * index == _sums.Count)
        {
            float[] before = _sums?.ToArray() ?? [];
            _sums?.Dispose();
            _sums = _device.Empty(new Shape(Parts * Math.Max(FirstCapacity, 2 * index))).Own();
            _sums.CopyFrom<float>([.. before, .. new float[_sums.Count - before.Length]]);
        }
        if (Pending is not null && index == Pending.Count)
        {
            var before = Pending;
            Pending = _device.From([.. before.ToArray(), .. new float[index]], new Shape(2 * index)).Own();
            before.Dispose();
        }
        _names.Add(name);
        return _entries[name] = (index, count);
    }

    void Clear()
    {
        _sums?.Dispose();
        _sums = null;
        _names.Clear();
        _entries.Clear();
    }
}
