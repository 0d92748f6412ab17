using System.Globalization;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Kernels.Cuda;
using Ssgan.Engine.Kernels.Cuda.Runtime;

namespace Ssgan.Benchmarks.Kit;

/// <summary>One thing to time.</summary>
/// <param name="Name">The same as the peer's where it times the same.</param>
/// <param name="Precision">Whose matrix rate bounds it; "tf32" also lets products round to it.</param>
/// <param name="Bytes">The least bytes to move; 0 where arithmetic bounds it.</param>
/// <param name="Operations">Operations of the plain algorithm; 0 where memory bounds it.</param>
/// <param name="Prepare">Allocates and fills; gives what queues the work.</param>
sealed record BenchItem(string Name, string Precision, long Bytes, double Operations, Func<CudaBackend, Blocks, Action> Prepare)
{
    public static IReadOnlyList<DType> Storages { get; } = [DType.F32, DType.BF16];

    public static string Spell(DType type) => type == DType.BF16 ? "bf16" : "f32";
}

/// <summary>Times items on a card beside the card's own rates.</summary>
sealed class Bench : IDisposable
{
    /// <summary>Calls in a graph: enough that its launch is a small part.</summary>
    const int CallsPerGraph = 20;

    /// <summary>Time for one way of an item: some sixty items in each part's limit.</summary>
    const double BudgetSeconds = 0.3;

    /// <summary>Timed runs of an item, unless its time is used up before.</summary>
    public const int DefaultRepetitions = 30;

    readonly CudaBackend _card;
    readonly PartContext _context;
    readonly EventTimer _timer;
    readonly List<string> _notes = [];
    readonly int _repetitions;

    /// <param name="card">An idle card.</param>
    /// <param name="context">Gets a line per time, and keeps what was measured so far.</param>
    /// <param name="divisor">Divides the sizes at which the card's own rates are measured.</param>
    /// <param name="repetitions">The most timed runs of an item.</param>
    public Bench(CudaBackend card, PartContext context, int divisor, int repetitions = DefaultRepetitions)
    {
        (_card, _context, _timer, _repetitions) = (card, context, new EventTimer(card), repetitions);
        Ceilings = Measure(card, divisor);
        context.Output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"copy {Ceilings.CopyGigabytes:0} GB/s; products ")
            + string.Join(", ", Ceilings.Teraflops.Select(static t => string.Create(CultureInfo.InvariantCulture, $"{t.Key} {t.Value:0.0} TFLOP/s"))));
    }

    public Ceilings Ceilings { get; }

    public List<Measurement> Measurements { get; } = [];

    /// <summary>The card's rates at full size, divided by as much as a test needs.</summary>
    public static Ceilings Measure(CudaBackend card, int divisor)
    {
        var speed = CardSpeed.Measure(card, (1L << 30) / divisor / divisor, Math.Max(16, 8192 / divisor / divisor));
        return new(speed.CopyBytesPerSecond / 1e9, speed.Products.ToDictionary(static p => p.Precision, static p => p.OperationsPerSecond / 1e12));
    }

    /// <summary>Times an item called once, and as one of many in a graph. What breaks is a note; the others go on.</summary>
    public void Time(BenchItem item)
    {
        bool before = _card.AllowTf32;
        try
        {
            using var memory = new Blocks(_card);
            _card.AllowTf32 = item.Precision == "tf32";
            var queue = item.Prepare(_card, memory);
            Add(item, "eager", _timer.Measure(queue, Math.Min(5, _repetitions), _repetitions, BudgetSeconds));
            using (var graph = Capture(queue)) Add(item, "graph", _timer.Measure(graph.Replay, Math.Min(2, _repetitions), _repetitions, BudgetSeconds).Each(CallsPerGraph));
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

    CudaGraph Capture(Action queue)
    {
        _card.BeginCapture();
        try
        {
            for (int i = 0; i < CallsPerGraph; i++) queue();
        }
        catch
        {
            _card.AbandonCapture();
            throw;
        }
        return _card.EndCapture();
    }

    /// <summary>Keeps a time.</summary>
    public void Add(BenchItem item, string way, Timing time, double? peakMib = null)
    {
        Measurements.Add(new(item.Name, way, time, item.Bytes, item.Operations, item.Precision, peakMib));
        _context.Output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{item.Name,-48} {way,-6} {time.MedianMs,10:0.0000} ms"));
        _context.Keep(Result("Stopped before its end"));
    }

    /// <summary>Keeps a sentence, such as why something was left out.</summary>
    public void Leave(string note)
    {
        _notes.Add(note);
        _context.Output.WriteLine(note);
    }

    /// <summary>The part's result; it holds unless nothing could be timed.</summary>
    public PartResult Result(string message) => new(Measurements.Count > 0, _notes.Count == 0 ? $"{message}." : $"{message}. {string.Join(' ', _notes)}")
    {
        Ceilings = Ceilings, Measurements = [.. Measurements], Notes = [.. _notes],
    };

    public void Dispose() => _timer.Dispose();
}
