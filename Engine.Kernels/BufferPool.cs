namespace Ssgan.Engine.Kernels;

/// <summary>
/// Hands out device memory and keeps what comes back, by exact size (rounded up to 256 bytes): the shapes of a training
/// step repeat, so a free list per size is enough and never fragments. When the device is full the cache is given
/// back and the allocation is tried once more. Safe to call from several threads.
/// <para>
/// A graph replays on the addresses it was captured with, so memory rented during a capture is set apart: it is reused
/// within captures only (replays do not overlap, so one graph's temporaries may be another's), and is given back when the
/// last graph is gone.
/// </para>
/// </summary>
public sealed class BufferPool(Backend backend) : IDisposable
{
    const long Granularity = 256;
    readonly Backend _backend = backend ?? throw new ArgumentNullException(nameof(backend));
    readonly Dictionary<long, Stack<nint>> _free = [], _freeCaptured = [];
    readonly HashSet<nint> _captured = [];
    readonly Lock _lock = new();
    bool _capturing, _disposed, _exact;

    /// <summary>Bytes in use now.</summary>
    public long LiveBytes { get; private set; }

    /// <summary>The largest <see cref="LiveBytes"/> since the start or the last <see cref="ResetPeak"/>.</summary>
    public long PeakBytes { get; private set; }

    /// <summary>Bytes held for reuse.</summary>
    public long CachedBytes { get; private set; }

    /// <summary>Bytes set apart for captured graphs, in use or not.</summary>
    public long CapturedBytes { get; private set; }

    /// <summary>Blocks in use now.</summary>
    public int LiveBlocks { get; private set; }

    /// <summary>How often the device itself was asked for memory: constant in steady state.</summary>
    public long DeviceAllocations { get; private set; }

    /// <summary>
    /// For debugging: blocks have the size that was asked for, and go straight back to the device, so that one that checks
    /// addresses sees each access past a tensor's end and each read of what nothing wrote. Slow.
    /// </summary>
    /// <exception cref="InvalidOperationException">Blocks are in use or cached.</exception>
    public bool Exact
    {
        get => _exact;
        set
        {
            lock (_lock)
            {
                if (LiveBlocks > 0 || CachedBytes > 0 || CapturedBytes > 0)
                    throw new InvalidOperationException("A pool becomes exact before its first block, not after.");
                _exact = value;
            }
        }
    }

    /// <summary>A block of at least <paramref name="bytes"/>, contents undefined.</summary>
    /// <exception cref="OutOfDeviceMemoryException">The device is full even with the cache given back.</exception>
    public nint Rent(long bytes)
    {
        lock (_lock)
        {
            long size = Round(bytes);
            nint address;
            if ((_capturing ? _freeCaptured : _free).TryGetValue(size, out var stack) && stack.Count > 0)
            {
                address = stack.Pop();
                if (!_capturing) CachedBytes -= size;
            }
            else
            {
                address = Allocate(size);
                DeviceAllocations++;
                if (_capturing)
                {
                    _captured.Add(address);
                    CapturedBytes += size;
                }
            }
            LiveBytes += size;
            LiveBlocks++;
            PeakBytes = Math.Max(PeakBytes, LiveBytes);
            return address;
        }
    }

    /// <summary>Takes back a block of <see cref="Rent"/> with the size it was asked for.</summary>
    public void Return(nint address, long bytes)
    {
        lock (_lock)
        {
            long size = Round(bytes);
            LiveBytes -= size;
            LiveBlocks--;
            bool captured = _captured.Contains(address);
            if (_disposed || (_exact && !captured))
            {
                _backend.Free(address, size);
                return;
            }
            Push(captured ? _freeCaptured : _free, size, address);
            if (!captured) CachedBytes += size;
        }
    }

    /// <summary>
    /// From here on blocks come from the memory of captured graphs. The cache is given back first: a capture cannot
    /// do so on its way.
    /// </summary>
    public void BeginCapture()
    {
        lock (_lock)
        {
            Trim();
            _capturing = true;
        }
    }

    /// <summary>Ends what <see cref="BeginCapture"/> began.</summary>
    public void EndCapture()
    {
        lock (_lock) _capturing = false;
    }

    /// <summary>Makes the memory of captured graphs ordinary again; no graph may be replayed any more.</summary>
    public void ReleaseCaptured()
    {
        lock (_lock)
        {
            foreach (var (size, stack) in _freeCaptured)
            {
                while (stack.TryPop(out nint address))
                {
                    Push(_free, size, address);
                    CachedBytes += size;
                }
            }
            _captured.Clear();
            CapturedBytes = 0;
        }
    }

    static void Push(Dictionary<long, Stack<nint>> free, long size, nint address)
    {
        if (!free.TryGetValue(size, out var stack)) free[size] = stack = new Stack<nint>();
        stack.Push(address);
    }

    /// <summary>Gives all cached blocks back to the device.</summary>
    public void Trim()
    {
        lock (_lock)
        {
            _backend.Synchronize();
            foreach (var (size, stack) in _free)
            {
                while (stack.TryPop(out nint address)) _backend.Free(address, size);
            }
            CachedBytes = 0;
        }
    }

    /// <summary>Starts a new peak measurement from the bytes live now.</summary>
    public void ResetPeak()
    {
        lock (_lock) PeakBytes = LiveBytes;
    }

    nint Allocate(long size)
    {
        try
        {
            return _backend.Allocate(size);
        }
        catch (OutOfDeviceMemoryException) when (CachedBytes > 0 && !_capturing)
        {
            Trim();
        }
        catch (OutOfDeviceMemoryException e)
        {
            throw Full(size, e);
        }
        try
        {
            return _backend.Allocate(size);
        }
        catch (OutOfDeviceMemoryException e)
        {
            throw Full(size, e);
        }
    }

    OutOfDeviceMemoryException Full(long size, OutOfDeviceMemoryException e) => new(
        $"{_backend.Name} has no room for {size:N0} bytes: {LiveBytes:N0} live in {LiveBlocks} blocks, {CachedBytes:N0} cached, "
        + $"{CapturedBytes:N0} set apart for graphs, peak {PeakBytes:N0}. {e.Message}");

    long Round(long bytes) =>
        _exact ? Math.Max(1, bytes) : Math.Max(1, (bytes + Granularity - 1) / Granularity) * Granularity;

    /// <summary>Gives the cache back; blocks still in use go straight back to the device when they are returned.</summary>
    public void Dispose()
    {
        _disposed = true;
        ReleaseCaptured();
        // With nothing to give back nothing is waited for: a device that is lost could not be.
        if (CachedBytes > 0) Trim();
    }
}
