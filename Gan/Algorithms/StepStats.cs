using Ssgan.Engine;
using Ssgan.Engine.Kernels;

namespace Ssgan.Gan.Algorithms;

/// <summary>
/// Named scalars of many steps, summed on the device in one array and read once per report, so that logging costs no wait in a
/// step. A sum has two numbers, the second for what the first one's roundings lose: a mean is right to single precision after any
/// number of steps, and NaN where a value was not finite.
/// </summary>
public sealed class StepStats(Device device) : IDisposable
{
    const int FirstCapacity = 32, Parts = 2;
    readonly Device _device = device ?? throw new ArgumentNullException(nameof(device));
    readonly List<string> _names = [];
    readonly Dictionary<string, (int Index, long Count)> _entries = [];
    Tensor? _sums;

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
        var sum = new TensorView(_sums!.View.Address + entry.Index * Parts * sizeof(float), new Shape(Parts), DType.F32);
        _device.Backend.CompensatedSum(sum, value.View.As(new Shape(1)));
        _entries[name] = (entry.Index, entry.Count + 1);
    }

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
    public void Dispose() => Clear();

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
