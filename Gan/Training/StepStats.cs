using Ssgan.Engine;
using Ssgan.Engine.Kernels;

namespace Ssgan.Gan.Training;

/// <summary>
/// Named scalars of many steps, summed on the device and read once per report, so that logging costs no wait in a step.
/// </summary>
public sealed class StepStats(Device device) : IDisposable
{
    readonly List<(string Name, Tensor Sum)> _sums = [];
    readonly Dictionary<string, (int Index, long Count)> _entries = [];

    /// <summary>Adds one step's value.</summary>
    /// <param name="name">For example "loss_d".</param>
    /// <param name="value">A scalar; its history is not kept.</param>
    public void Add(string name, Tensor value)
    {
        if (value.Count != 1) throw new ArgumentException($"StepStats: {name} is {value}, not a scalar.");
        if (!_entries.TryGetValue(name, out var entry))
        {
            entry = (_sums.Count, 0);
            _sums.Add((name, device.Zeros(new Shape()).Own()));
        }
        var sum = _sums[entry.Index].Sum;
        device.Backend.Binary(new Add(), sum.View, value.View.As(new Shape()), sum.View);
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
        var means = new List<(string, double)>(_sums.Count);
        foreach (var (name, sum) in _sums)
        {
            var (index, count) = _entries[name];
            if (count == 0) continue;
            means.Add((name, sum.Item() / (double)count));
            device.Backend.Fill(sum.View, 0);
            _entries[name] = (index, 0);
        }
        return means;
    }

    /// <summary>The sums under way, for a checkpoint; waits for the device.</summary>
    public IReadOnlyList<StatSum> Sums => [.. _sums.Select(s => new StatSum(s.Name, s.Sum.Item(), _entries[s.Name].Count))];

    /// <summary>Continues from saved sums.</summary>
    public void Restore(IReadOnlyList<StatSum> sums)
    {
        Clear();
        foreach (var (name, sum, count) in sums)
        {
            _entries[name] = (_sums.Count, count);
            _sums.Add((name, device.Full(new Shape(), sum).Own()));
        }
    }

    /// <summary>The first name whose sum is NaN or infinite, or null; waits for the device.</summary>
    public string? FirstNonFinite()
    {
        foreach (var (name, sum) in _sums) if (!float.IsFinite(sum.Item())) return name;
        return null;
    }

    public void Dispose() => Clear();

    void Clear()
    {
        foreach (var (_, sum) in _sums) sum.Dispose();
        _sums.Clear();
        _entries.Clear();
    }
}
