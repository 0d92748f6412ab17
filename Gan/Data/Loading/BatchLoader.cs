using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;

namespace Ssgan.Gan.Data.Loading;

/// <summary>
/// Shuffled batches of a source, prepared on a thread of their own while the previous ones are used. The order is a pure function
/// of the position, so a loader opened at the position of another continues exactly where that one stood. One consumer at a time.
/// </summary>
public sealed class BatchLoader : IDisposable
{
    readonly IImageSource _source;
    readonly LoaderOptions _options;
    readonly LoaderOrder _order;
    readonly int _classes;
    readonly BlockingCollection<Batch> _free = [];
    readonly BlockingCollection<Batch> _ready = [];
    readonly CancellationTokenSource _stop;
    readonly Thread _thread;
    ExceptionDispatchInfo? _failure;
    Batch? _lent;
    bool _disposed;

    /// <summary>
    /// Starts preparing batches from <paramref name="start"/>. The source stays the caller's and must outlive the loader.
    /// </summary>
    /// <exception cref="ArgumentException">An option is not positive, the position is outside the source, or the source has too
    /// few images.</exception>
    public BatchLoader(IImageSource source, LoaderOptions options, LoaderPosition start, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(start);
        Check(source, options, start);
        _source = source;
        _options = options;
        _classes = source.Classes.Count;
        _order = new LoaderOrder(source, options);
        Position = _order.Normalise(start);
        for (int i = 0; i <= options.Prefetch; i++)
            _free.Add(new Batch(options.Images, source.Size, labelled: _classes > 0), default);
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        _thread = new Thread(Produce) { IsBackground = true, Name = "batch loader" };
        _thread.Start(Position);
    }

    /// <summary>The position after the batches handed out so far; what was prepared ahead does not count.</summary>
    public LoaderPosition Position { get; private set; }

    /// <summary>The next batch; waits for it where it is not ready. The batch before it is taken back.</summary>
    /// <exception cref="OperationCanceledException">One of the two cancellation tokens fired.</exception>
    /// <exception cref="ObjectDisposedException">The loader was disposed.</exception>
    /// <remarks>
    /// What the source throws while preparing a batch is thrown here, when its turn comes and at every call after that.
    /// </remarks>
    public Batch Next(CancellationToken cancellation = default)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        _stop.Token.ThrowIfCancellationRequested();
        if (_lent is not null) _free.Add(_lent, default);
        _lent = null;
        if (!_ready.TryTake(out Batch? batch, Timeout.Infinite, cancellation))
        {
            _failure?.Throw();
            throw new OperationCanceledException(_stop.Token);
        }
        _lent = batch;
        Position = batch.After;
        return batch;
    }

    /// <summary>Stops the thread, which finishes at most the image it is at.</summary>
    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        _stop.Cancel();
        _thread.Join();
        _stop.Dispose();
        _free.Dispose();
        _ready.Dispose();
    }

    void Produce(object? start)
    {
        CancellationToken stop = _stop.Token;
        try
        {
            for (var at = (LoaderPosition)start!; ;)
            {
                Batch batch = _free.Take(stop);
                batch.Count = _options.Share.Of(_order.BatchCount(at));
                int first = _options.Share.First(batch.Count);
                for (int i = 0; i < batch.Count; i++)
                {
                    stop.ThrowIfCancellationRequested();
                    long index = _order.Index(at, first + i);
                    _source.Read(index, batch.Image(i));
                    if (_options.HorizontalFlip && LoaderOrder.Flip(at, index)) Mirror(batch.Image(i), _source.Size);
                    if (_classes > 0) batch.Label(i, Label(index));
                }
                at = _order.After(at);
                batch.After = at;
                _ready.Add(batch, stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Next() reports it to whoever still waits.
        }
        catch (Exception e)
        {
            _failure = ExceptionDispatchInfo.Capture(e);
        }
        finally
        {
            _ready.CompleteAdding();
        }
    }

    int Label(long index)
    {
        int label = _source.Label(index);
        // Others' sources come this way too, and a label is an index into tables of weights later.
        if ((uint)label >= (uint)_classes)
            throw new DatasetException($"{_source.Name}: image {index} has label {label}, but there are {_classes} classes.");
        return label;
    }

    static void Mirror(Span<byte> image, int size)
    {
        for (int y = 0; y < size; y++)
        {
            Span<byte> row = image.Slice(y * size * 3, size * 3);
            // Reversing the whole row mirrors the pixels and turns RGB into BGR; reversing each pixel turns it back.
            row.Reverse();
            for (int x = 0; x < row.Length; x += 3) (row[x], row[x + 2]) = (row[x + 2], row[x]);
        }
    }

    internal static void Check(IImageSource source, LoaderOptions options, LoaderPosition start)
    {
        if (options.BatchSize <= 0) throw new ArgumentException($"BatchLoader: batch size {options.BatchSize} is not positive.");
        if (options.Prefetch <= 0) throw new ArgumentException($"BatchLoader: prefetch {options.Prefetch} is not positive.");
        var (rank, ranks) = options.Share;
        if (rank < 0 || rank >= ranks || options.BatchSize % ranks != 0 || ranks > 1 && !options.DropLast)
            throw new ArgumentException($"BatchLoader: part {rank} of {ranks} is none of batches of {options.BatchSize}"
                + $"{(options.DropLast ? "" : ", whose last one may be smaller")}.");
        if ((long)options.BatchSize * source.Size * source.Size * 3 > Array.MaxLength)
            throw new ArgumentException(
                $"BatchLoader: a batch of {options.BatchSize} images of {source.Size}x{source.Size} is above 2 GB.");
        if (start.Epoch < 0 || start.Offset < 0 || start.Offset > (source.Count ?? long.MaxValue >> 1))
            throw new ArgumentException(
                $"BatchLoader: position (epoch {start.Epoch}, offset {start.Offset}) is outside {source.Name}.");
        if (source.Count is not long count) return;
        if (count > int.MaxValue)
            throw new ArgumentException($"BatchLoader: {source.Name} has {count} images, more than 2^31 - 1.");
        int needed = options.DropLast ? options.BatchSize : 1;
        if (count < needed)
            throw new ArgumentException($"BatchLoader: {source.Name} has {count} images, too few for one batch of {needed}: " +
                "take a smaller batch or more images.");
    }
}
