namespace Ssgan.Engine.Kernels.Cpu;

/// <summary>A parallel loop's body: work on items [start, end). A struct, so that a loop allocates nothing.</summary>
interface IRange
{
    void Invoke(int start, int end);
}

/// <summary>
/// Threads that run loops for one backend. They sleep between loops (no spinning: the host program keeps its cores). One loop
/// runs at a time; nested loops run inline. Chunks are handed out dynamically, so results must not depend on which thread ran a chunk.
/// </summary>
sealed unsafe class Workers : IDisposable
{
    readonly Thread[] _threads;
    readonly SemaphoreSlim _go = new(0), _done = new(0);
    delegate*<void*, int, int, void> _run;
    void* _body;
    int _next, _count, _chunk;
    Exception? _error;
    volatile bool _stop;
    [ThreadStatic] static bool t_inLoop;

    public Workers(int threads)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        Count = threads;
        _threads = new Thread[threads - 1];
        for (int i = 0; i < _threads.Length; i++)
        {
            _threads[i] = new Thread(Loop) { IsBackground = true, Name = $"ssgan-cpu-{i + 1}" };
            _threads[i].Start();
        }
    }

    /// <summary>Threads that take part in a loop, the caller included.</summary>
    public int Count { get; }

    /// <summary>Runs the body over [0, count) in chunks of at least <paramref name="grain"/> items; returns when all are done.</summary>
    public void For<TBody>(int count, int grain, TBody body) where TBody : unmanaged, IRange
    {
        if (count <= 0) return;
        if (t_inLoop || _threads.Length == 0 || count <= grain)
        {
            body.Invoke(0, count);
            return;
        }
        _run = &Invoke<TBody>;
        _body = &body;
        _count = count;
        // Four chunks a thread even out unequal progress without paying for many hand-outs.
        _chunk = Math.Max(grain, (count + 4 * Count - 1) / (4 * Count));
        _next = 0;
        int helpers = Math.Min(_threads.Length, (count + _chunk - 1) / _chunk - 1);
        _go.Release(helpers);
        Drain();
        for (int i = 0; i < helpers; i++) _done.Wait();
        if (_error is { } e)
        {
            _error = null;
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(e);
        }
    }

    static void Invoke<TBody>(void* body, int start, int end) where TBody : unmanaged, IRange => ((TBody*)body)->Invoke(start, end);

    void Drain()
    {
        t_inLoop = true;
        try
        {
            int start;
            while ((start = Interlocked.Add(ref _next, _chunk) - _chunk) < _count) _run(_body, start, Math.Min(start + _chunk, _count));
        }
        catch (Exception e)
        {
            Interlocked.CompareExchange(ref _error, e, null);
            Volatile.Write(ref _next, _count);
        }
        finally
        {
            t_inLoop = false;
        }
    }

    void Loop()
    {
        while (true)
        {
            _go.Wait();
            if (_stop) return;
            Drain();
            _done.Release();
        }
    }

    public void Dispose()
    {
        if (_stop) return;
        _stop = true;
        if (_threads.Length > 0) _go.Release(_threads.Length);
        foreach (var t in _threads) t.Join();
        _go.Dispose();
        _done.Dispose();
    }
}
