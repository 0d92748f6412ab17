using System.Globalization;
using Ssgan.Benchmarks.Results;
using Ssgan.Benchmarks.Running;
using Ssgan.Benchmarks.Workloads;
using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Kernels.Cuda;

namespace Ssgan.Benchmarks.Kit;

/// <summary>Times items on a card beside the card's own rates.</summary>
sealed class Bench : IDisposable
{
    /// <summary>Calls in a graph: enough that its launch is a small part.</summary>
    const int CallsPerGraph = 20;

    /// <summary>Time for one way of an item: some sixty items in each part's limit.</summary>
    const double BudgetSeconds = 0.3;

    /// <summary>Timed runs of an item, unless its time is used up before.</summary>
    public const int DefaultRepetitions = 30;

    readonly Device _device;
    readonly CudaBackend _card;
    readonly PartContext _context;
    readonly EventTimer _timer;
    readonly List<string> _notes = [];
    readonly int _repetitions;

    /// <param name="device">An idle card's.</param>
    /// <param name="context">Gets a line per time, and keeps what was measured so far.</param>
    /// <param name="divisor">Divides the sizes at which the card's own rates are measured.</param>
    /// <param name="repetitions">The most timed runs of an item.</param>
    public Bench(Device device, PartContext context, int divisor, int repetitions = DefaultRepetitions)
    {
        (_device, _card, _context, _repetitions) = (device, (CudaBackend)device.Backend, context, repetitions);
        _timer = new EventTimer(_card);
        Ceilings = Ceilings.Of(_card, divisor);
        context.Output.WriteLine(Ceilings.Describe());
    }

    public Ceilings Ceilings { get; }

    public List<Measurement> Measurements { get; } = [];

    /// <summary>Times an item called once, and as one of many in a graph. What breaks is a note; the others go on.</summary>
    public void Time(Workload item)
    {
        bool before = _card.AllowTf32;
        try
        {
            using var bed = new BenchmarkContext(_device);
            _card.AllowTf32 = item.Precision == "tf32";
            var queue = item.Prepare(bed);
            Add(item, "eager", _timer.Measure(queue, Math.Min(5, _repetitions), _repetitions, BudgetSeconds));
            using var graph = _card.Capture(queue, CallsPerGraph);
            Add(item, "graph",
                _timer.Measure(graph.Replay, Math.Min(2, _repetitions), _repetitions, BudgetSeconds).Each(CallsPerGraph));
        }
        catch (Exception e) when (e is DeviceException or NotSupportedException or ArgumentException)
        {
            Leave($"{item.Name} was left out: {e.Message}");
        }
        finally
        {
            _card.AllowTf32 = before;
        }
    }

    /// <summary>Keeps a time.</summary>
    public void Add(Workload item, string way, Timing time, double? peakMib = null)
    {
        Measurements.Add(new(item.Name, way, time, item.Bytes, item.Operations, item.Precision, peakMib));
        _context.Output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{item.Name,-48} {way,-6} {time.MedianMs,10:0.0000} ms"));
        _context.Keep(Result("Stopped before its end"));
    }

    /// <summary>Keeps a sentence, such as why something was left out.</summary>
    public void Leave(string note)
    {
        _notes.Add(note);
        _context.Output.WriteLine(note);
    }

    /// <summary>The part's result; it holds unless nothing could be timed.</summary>
    public PartResult Result(string message) =>
        new(Measurements.Count > 0, _notes.Count == 0 ? $"{message}." : $"{message}. {string.Join(' ', _notes)}")
    {
        Ceilings = Ceilings, Measurements = [.. Measurements], Notes = [.. _notes],
    };

    public void Dispose() => _timer.Dispose();
}
