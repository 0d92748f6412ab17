using System.Diagnostics;

namespace Ssgan.Engine.Kernels.Cpu.Threading;

/// <summary>A parallel loop's body: work on items [start, end). A struct, so that a loop allocates nothing.</summary>
interface IParallelBody
{
    void Invoke(int start, int end);
}

/// <summary>
/// Threads that run loops for one backend. They sleep between loops, after a tenth of a millisecond (the host program keeps its
/// cores). One loop runs at a time; nested loops run inline. Each thread has a part of the items, the same in every loop of as
/// many, so that it finds in its core's caches what it wrote there; then it takes chunks of others' parts, so results must not
/// depend on which thread ran a chunk. A loop ends when its items are done: a thread that wakes too late to help is not waited
/// for, so a short loop costs no more than the caller's own work.
/// </summary>
sealed unsafe class Workers : IDisposable
{
    const int Closed = 1 << 30;
    /// <summary>Two cache lines of longs: processors fetch lines in pairs.</summary>
    const int Apart = 16;
    // Being woken takes about as long.
    static readonly long s_patience = Stopwatch.Frequency / 10_000;
    readonly Thread[] _threads;
    readonly SemaphoreSlim _go = new(0), _done = new(0);
    delegate*<void*, int, int, void> _run;
    void* _body;
    // Of each part the next item. Long, so that it cannot wrap when every thread adds a chunk beyond the end.
    readonly long[] _next;
    int _count, _chunk;
    // Helpers inside the loop now, plus Closed while there is no loop to join.
    int _state = Closed;
    Exception? _error;
    volatile bool _stop;
    [ThreadStatic] static bool t_inLoop;
    [ThreadStatic] static int t_part;

    public Workers(int threads)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        Count = threads;
        _threads = new Thread[threads - 1];
        _next = new long[threads * Apart];
        for (int i = 0; i < _threads.Length; i++)
        {
            int part = i + 1;
            _threads[i] = new Thread(() => Loop(part)) { IsBackground = true, Name = $"ssgan-cpu-{i + 1}" };
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
        for (int i = 0; i < Count; i++) _next[i * Apart] = Start(i);
        Interlocked.Exchange(ref _state, 0);
        // Wake-ups left over from a loop that ended first still count.
        int wanted = Math.Min(_threads.Length, (count - 1) / _chunk) - _go.CurrentCount;
        if (wanted > 0) _go.Release(wanted);
        Drain(0);
        if (Interlocked.Or(ref _state, Closed) != 0) Await(_done);
        if (_error is { } e)
        {
            _error = null;
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(e);
        }
    }

    static void Invoke<TBody>(void* body, int start, int end) where TBody : unmanaged, IParallelBody =>
        ((TBody*)body)->Invoke(start, end);

    /// <summary>Which of a loop's threads this one is, the caller being 0: what it keeps between loops may go by that.</summary>
    public static int Part => t_part;

    /// <summary>Where a part begins: whole chunks, more in the first parts.</summary>
    int Start(int part)
    {
        long chunks = ((long)_count + _chunk - 1) / _chunk;
        return (int)Math.Min((chunks * part + Count - 1) / Count * _chunk, _count);
    }

    /// <summary>Runs a thread's own part, then what others have not come to.</summary>
    void Drain(int own)
    {
        t_inLoop = true;
        try
        {
            for (int i = 0; i < Count; i++)
            {
                int part = (own + i) % Count, end = Start(part + 1);
                ref long next = ref _next[part * Apart];
                long start;
                while ((start = Interlocked.Add(ref next, _chunk) - _chunk) < end)
                    _run(_body, (int)start, (int)Math.Min(start + _chunk, end));
            }
        }
        catch (Exception e)
        {
            Interlocked.CompareExchange(ref _error, e, null);
            for (int i = 0; i < Count; i++) Volatile.Write(ref _next[i * Apart], _count);
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

    void Loop(int part)
    {
        t_part = part;
        while (true)
        {
            Await(_go);
            if (_stop) return;
            if (!TryJoin()) continue;
            Drain(part);
            // The last one out of a loop that the caller has closed wakes the caller.
            if (Interlocked.Decrement(ref _state) == Closed) _done.Release();
        }
    }

    /// <summary>Looks for a while before it sleeps: the next loop of a step, or the end of this one, is near.</summary>
    static void Await(SemaphoreSlim signal)
    {
        long end = Stopwatch.GetTimestamp() + s_patience;
        for (int i = 0; signal.CurrentCount == 0 && Stopwatch.GetTimestamp() < end; i++)
        {
            // Who needs the processor more than this thread gets it.
            if (i % 8 == 7) Thread.Yield();
            else Thread.SpinWait(16);
        }
        signal.Wait();
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
