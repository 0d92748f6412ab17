using Ssgan.Engine.Kernels;

namespace Ssgan.Engine.Data;

/// <summary>How a <see cref="DataLoader"/> makes batches.</summary>
/// <param name="Batch">Samples of a batch.</param>
public sealed record DataLoaderOptions(int Batch)
{
    /// <summary>Whether each epoch has an order of its own, by seed and epoch; else they come as they stand.</summary>
    public bool Shuffle { get; init; }

    /// <summary>What order and transform are drawn from.</summary>
    public ulong Seed { get; init; }

    /// <summary>Whether the last batch of an epoch is left out where it is smaller.</summary>
    public bool DropLast { get; init; }

    /// <summary>Batches that other threads make ahead; 0 makes each when it is asked for.</summary>
    public int Prefetch { get; init; } = 2;

    /// <summary>
    /// What is done to each sample before it is handed out: its values, to be overwritten, and 64 random bits of seed, epoch and
    /// sample, so that a resumed run sees the same. Called from several threads. Null: nothing.
    /// </summary>
    public Action<Memory<float>, ulong>? Transform { get; init; }
}

/// <summary>
/// Batches of samples and labels, epoch after epoch without end. A batch is a pure function of the options and its position, so
/// that the number of threads changes nothing, and a run resumes from <see cref="Position"/>. For one thread at a time.
/// </summary>
public sealed class DataLoader : IDisposable
{
    readonly DataSource _source;
    readonly DataLoaderOptions _options;
    readonly Queue<Task<DataBatch>> _ahead = new();
    readonly Lock _lock = new();
    readonly Dictionary<long, int[]> _orders = [];
    DataPosition _next, _made;
    bool _disposed;

    /// <param name="source">The samples.</param>
    /// <param name="options">How batches are made of them.</param>
    /// <exception cref="ArgumentException">A batch below 1, or larger than what there is where smaller ones are left out, or a
    /// negative number of batches ahead.</exception>
    public DataLoader(DataSource source, DataLoaderOptions options)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(options);
        (_source, _options) = (source, options);
        if (options.Batch < 1) throw new ArgumentException($"DataLoader: a batch of {options.Batch}; at least 1 is needed.");
        if (options.Prefetch < 0)
            throw new ArgumentException($"DataLoader: {options.Prefetch} batches ahead; at least 0 are needed.");
        if (BatchesPerEpoch == 0)
            throw new ArgumentException($"DataLoader: {source.Count} samples make no batch of {options.Batch}.");
    }

    /// <summary>Batches of an epoch.</summary>
    public int BatchesPerEpoch => _options.DropLast ? _source.Count / _options.Batch
        : (int)(((long)_source.Count + _options.Batch - 1) / _options.Batch);

    /// <summary>The batch that <see cref="Next"/> hands out next. Setting it resumes there.</summary>
    /// <exception cref="ArgumentException">There is no such place.</exception>
    public DataPosition Position
    {
        get => _next;
        set
        {
            if (value.Epoch < 0 || value.Batch < 0 || value.Batch >= BatchesPerEpoch)
                throw new ArgumentException($"DataLoader: there is no {value}; an epoch has {BatchesPerEpoch} batches.");
            _ahead.Clear();
            _next = _made = value;
        }
    }

    /// <summary>The next batch, into the next epoch after the last.</summary>
    /// <param name="stop">Ends the wait for a batch that another thread makes; the next call hands that batch out.</param>
    /// <exception cref="ObjectDisposedException">After the end.</exception>
    /// <exception cref="OperationCanceledException">It was asked to stop.</exception>
    public DataBatch Next(CancellationToken stop = default)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        stop.ThrowIfCancellationRequested();
        DataBatch batch;
        if (_options.Prefetch == 0) batch = Make(_next);
        else
        {
            while (_ahead.Count <= _options.Prefetch)
            {
                var position = _made;
                _ahead.Enqueue(Task.Run(() => Make(position)));
                _made = After(position);
            }
            // Waits without taking it from the queue, so that a wait that is given up loses nothing.
            Task.WaitAny([_ahead.Peek()], stop);
            // What the source or the transform throws comes out here, as it was thrown.
            batch = _ahead.Dequeue().GetAwaiter().GetResult();
        }
        _next = After(batch.Position);
        return batch;
    }

    /// <summary>The rest of the current epoch; it ends where the next one begins.</summary>
    /// <param name="stop">As of <see cref="Next"/>.</param>
    public IEnumerable<DataBatch> Epoch(CancellationToken stop = default)
    {
        long epoch = _next.Epoch;
        while (_next.Epoch == epoch) yield return Next(stop);
    }

    /// <summary>Waits for what is being made.</summary>
    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        // Nobody asks for these any more, whatever became of them.
        Task.WhenAll(_ahead).ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default).Wait();
        _ahead.Clear();
    }

    DataPosition After(DataPosition p) => p.Batch + 1 < BatchesPerEpoch ? p with { Batch = p.Batch + 1 } : new(p.Epoch + 1, 0);

    DataBatch Make(DataPosition position)
    {
        int[] order = Order(position.Epoch);
        int first = position.Batch * _options.Batch, count = Math.Min(_options.Batch, order.Length - first);
        int length = (int)_source.Sample.Count;
        var samples = new float[checked(count * length)];
        int[]? labels = _source.HasLabels ? new int[count] : null;
        for (int i = 0; i < count; i++)
        {
            int index = order[first + i];
            var values = samples.AsMemory(i * length, length);
            _source.Read(index, values);
            _options.Transform?.Invoke(values, Mix(Mix(Mix(_options.Seed ^ 1) + (ulong)position.Epoch) + (ulong)index));
            if (labels is not null) labels[i] = _source.Label(index);
        }
        return new DataBatch(samples, labels, Shaped(count), position);
    }

    Shape Shaped(int count)
    {
        Span<int> dims = stackalloc int[_source.Sample.Rank + 1];
        dims[0] = count;
        _source.Sample.CopyTo(dims[1..]);
        return new Shape(dims);
    }

    /// <summary>
    /// The order of an epoch, a function of seed and epoch alone. The last two are kept: batches ahead need both.
    /// </summary>
    int[] Order(long epoch)
    {
        lock (_lock)
        {
            if (_orders.TryGetValue(epoch, out int[]? order)) return order;
            order = [.. Enumerable.Range(0, _source.Count)];
            if (_options.Shuffle)
            {
                ulong state = Mix(Mix(_options.Seed) + (ulong)epoch);
                // Fisher and Yates; the high half of a product is even within 2⁻³².
                for (int i = order.Length - 1; i > 0; i--)
                {
                    int j = (int)((Mix(state++) >> 32) * (ulong)(i + 1) >> 32);
                    (order[i], order[j]) = (order[j], order[i]);
                }
            }
            foreach (long old in _orders.Keys.Where(e => e < epoch - 1 || e > epoch + 1).ToArray()) _orders.Remove(old);
            return _orders[epoch] = order;
        }
    }

    /// <summary>SplitMix64's step and finaliser (Steele et al. 2014).</summary>
    static ulong Mix(ulong z)
    {
        z += 0x9E3779B97F4A7C15;
        z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9;
        z = (z ^ z >> 27) * 0x94D049BB133111EB;
        return z ^ z >> 31;
    }
}
