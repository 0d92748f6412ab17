using Ssgan.Benchmarks.Results;
using Ssgan.Benchmarks.Workloads;
using Ssgan.Engine;
using Ssgan.Engine.Kernels;

namespace Ssgan.Benchmarks.Running;

/// <summary>A workload on a device, for BenchmarkDotNet: prepared, called, released.</summary>
sealed class Case : IComparable<Case>, IComparable, IDisposable
{
    // A card is waited for once an invocation, which must be long beside that.
    const long BytesPerInvocation = 1L << 30;
    const double OperationsPerInvocation = 1e11;
    const int MostCalls = 200;

    readonly int _order;
    Device? _device;
    BenchmarkContext? _bed;
    ICapturedGraph? _graph;
    Action? _run;

    /// <param name="order">Its place in a run.</param>
    /// <param name="suite">The suite's name.</param>
    /// <param name="workload">What is timed.</param>
    /// <param name="target">On what.</param>
    /// <param name="ceilings">What the device reached, for the columns.</param>
    /// <param name="isDry">Calls once an invocation, whatever the size.</param>
    public Case(int order, string suite, Workload workload, Target target, Ceilings? ceilings, bool isDry)
    {
        (_order, Suite, Workload, Target, Ceilings) = (order, suite, workload, target, ceilings);
        Calls = target.IsCard && !isDry && workload.Kind != WorkloadKind.Host ? CallsOf(workload) : 1;
    }

    public string Suite { get; }

    public Workload Workload { get; }

    public Target Target { get; }

    public Ceilings? Ceilings { get; }

    /// <summary>Calls of the workload in one invocation.</summary>
    public int Calls { get; }

    /// <summary>
    /// Why it could not run, or null. An exception would end BenchmarkDotNet's whole run in process, so there is none.
    /// </summary>
    public string? Failure { get; private set; }

    /// <summary>Managed bytes of one call; null before they were counted.</summary>
    public long? AllocatedBytes { get; private set; }

    /// <summary>Opens the device and fills its memory.</summary>
    public void Prepare() => Try(() =>
    {
        _device = Target.Open(Workload.Precision);
        _bed = new BenchmarkContext(_device);
        _run = Invocation(Workload.Prepare(_bed), _device.Backend);
    });

    /// <summary>One invocation, to the end of the device's work; nothing after a failure.</summary>
    public void Run()
    {
        if (_run is not null) Try(_run);
    }

    /// <summary>Frees everything; it can be prepared again.</summary>
    public void Dispose()
    {
        _graph?.Dispose();
        _bed?.Dispose();
        _device?.Dispose();
        (_run, _graph, _bed, _device) = (null, null, null, null);
    }

    /// <summary>
    /// Managed bytes of one call, of all threads: the least of three, for the runtime now and then charges a quantum.
    /// BenchmarkDotNet's own count has what its engine allocates in process, which is far more than nothing.
    /// </summary>
    public void CountAllocations()
    {
        if (_run is null) return;
        long least = long.MaxValue;
        for (int i = 0; i < 3 && least > 0; i++)
        {
            long before = GC.GetTotalAllocatedBytes(precise: true);
            Run();
            least = Math.Min(least, GC.GetTotalAllocatedBytes(precise: true) - before);
        }
        AllocatedBytes = least / Calls;
    }

    void Try(Action work)
    {
        try
        {
            work();
        }
        catch (Exception e)
        {
            Failure = $"{e.GetType().Name}: {e.Message}".ReplaceLineEndings(" ");
            Dispose();
        }
    }

    /// <summary>What the columns and the files show of it.</summary>
    public ResultItem Result(BenchmarkDotNet.Mathematics.Statistics times)
    {
        var least = Ceilings?.Least(Workload);
        return new()
        {
            Suite = Suite, Name = Workload.Name, Device = Target.Name, Precision = Workload.Precision, MedianNs = times.Median,
            MeanNs = times.Mean, ErrorNs = times.N > 1 ? times.StandardError : 0, MinNs = times.Min, MaxNs = times.Max,
            Samples = times.N, Operations = Workload.Operations, Bytes = Workload.Bytes,
            OfCeiling = least is { } l ? l.Seconds * 1e9 / times.Median : null, Against = least?.Against,
            AllocatedBytes = AllocatedBytes,
        };
    }

    public int CompareTo(Case? other) => _order.CompareTo(other?._order);

    public int CompareTo(object? obj) => CompareTo(obj as Case);

    public override string ToString() => $"{Suite}.{Workload.Name} {Target.Name}";

    static int CallsOf(Workload w)
    {
        double work = Math.Max((double)w.Bytes / BytesPerInvocation, w.Operations / OperationsPerInvocation);
        return (int)Math.Clamp(1 / Math.Max(work, 1.0 / MostCalls), 1, MostCalls);
    }

    Action Invocation(Action call, Backend backend)
    {
        // The CPU returns when it is done; what the host does has waited itself.
        if (!Target.IsCard || Workload.Kind == WorkloadKind.Host) return call;
        call();
        if (Workload.Kind == WorkloadKind.Kernel && backend is IGraphCapture capture)
        {
            _graph = capture.Capture(call, Calls);
            return () =>
            {
                _graph.Replay();
                backend.Synchronize();
            };
        }
        return () =>
        {
            for (int i = 0; i < Calls; i++) call();
            backend.Synchronize();
        };
    }
}

/// <summary>Graphs of repeated calls.</summary>
static class Graphs
{
    /// <summary>So many calls as one graph, in which launches from the host hardly count.</summary>
    public static ICapturedGraph Capture(this IGraphCapture device, Action queue, int calls)
    {
        device.BeginCapture();
        try
        {
            for (int i = 0; i < calls; i++) queue();
        }
        catch
        {
            device.AbandonCapture();
            throw;
        }
        return device.EndCapture();
    }
}
