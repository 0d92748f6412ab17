namespace Ssgan.Engine.Kernels.Cpu.Threading;

/// <summary>A parallel loop's body: work on items [start, end). A struct, so that a loop allocates nothing.</summary>
interface IParallelBody
{
    void Invoke(int start, int end);
}

/// <summary>
/// Threads that run loops for one backend. They sleep between loops (no spinning: the host program keeps its cores). One loop
/// runs at a time; nested loops run inline. Chunks are handed out dynamically, so results must not depend on which thread ran a
/// chunk. A loop ends when its items are done: a thread that wakes too late to help is not waited for, so a short loop costs no
/// more than the caller's own work.
/// </summary>
sealed unsafe class Workers : IDisposable
{
    const int Closed = 1 << 30;
    readonly Thread[] _threads;
    readonly SemaphoreSlim _go = new(0), _done = new(0);
    delegate*<void*, int, int, void> _run;
    void* _body;
    // Long, so that it cannot wrap when every thread adds a chunk beyond the end.
    long _next;
    int _count, _chunk;
    // Helpers inside the loop now, plus Closed while there is no loop to join.
    int _state = Closed;
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

    /// <summary>
    /// Runs the body over [0, count) in chunks of at least <paramref name="grain"/> items; returns when all are done.
    /// </summary>
    public void For<TBody>(int count, int grain, TBody body) where TBody : unmanaged, IParallelBody
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
        // Sixteen chunks a thread: when another program takes a core for a while, the others lose at most a chunk's
        // time at the end.
        _chunk = Math.Max(Math.Max(grain, 1), (int)(((long)count + 16L * Count - 1) / (16L * Count)));
        _next = 0;
        Interlocked.Exchange(ref _state, 0);
        // Wake-ups left over from a loop that ended first still count.
        int wanted = Math.Min(_threads.Length, (count - 1) / _chunk) - _go.CurrentCount;
        if (wanted > 0) _go.Release(wanted);
        Drain();
        if (Interlocked.Or(ref _state, Closed) != 0) _done.Wait();
        if (_error is { } e)
        {
            _error = null;
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(e);
        }
    }

    static void Invoke<TBody>(void* body, int start, int end) where TBody : unmanaged, IParallelBody =>
        ((TBody*)body)->Invoke(start, end);

    void Drain()
    {
        t_inLoop = true;
        try
        {
            long start;
            while ((start = Interlocked.Add(ref _next, _chunk) - _chunk) < _count)
                _run(_body, (int)start, (int)Math.Min(start + _chunk, _count));
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

    /// <summary>Counts this thread in, unless the loop it was woken for is over.</summary>
    bool TryJoin()
    {
        int state = Volatile.Read(ref _state);
        while ((state & Closed) == 0)
        {
            int seen = Interlocked.CompareExchange(ref _state, state + 1, state);
            if (seen == state) return true;
            state = seen;
        }
        return false;
    }

    void Loop()
    {
        while (true)
        {
            _go.Wait();
            if (_stop) return;
            if (!TryJoin()) continue;
            Drain();
            // The last one out of a loop that the caller has closed wakes the caller.
            if (Interlocked.Decrement(ref _state) == Closed) _done.Release();
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
