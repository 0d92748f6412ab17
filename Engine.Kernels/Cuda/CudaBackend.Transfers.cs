using Ssgan.Engine.Kernels.Cuda.Driver;

namespace Ssgan.Engine.Kernels.Cuda;

public sealed unsafe partial class CudaBackend
{
    /// <inheritdoc/>
    public override void Upload(ReadOnlySpan<byte> source, TensorView destination)
    {
        if (source.Length != destination.Bytes)
            throw new ArgumentException($"Upload: {source.Length} bytes for {destination.Bytes}.", nameof(source));
        using var lease = _device.Enter();
        RefuseInCapture("Values were uploaded");
        if (source.IsEmpty) return;
        _staging.Upload(source, destination.Address);
        _device.Counts.Upload(source.Length);
    }

    /// <inheritdoc/>
    public override void Download(TensorView source, Span<byte> destination)
    {
        if (destination.Length != source.Bytes)
            throw new ArgumentException($"Download: {source.Bytes} bytes into {destination.Length}.", nameof(destination));
        using var lease = _device.Enter();
        RefuseInCapture("Values were read");
        if (destination.IsEmpty) return;
        fixed (byte* to = destination)
        {
            // The copy itself waits, where its target is not pinned.
            _device.Guard?.Watch(_stream);
            _device.Check(_device.Api.MemcpyDtoHAsync(to, source.Address, (nuint)destination.Length, _stream));
            // Counted before the wait, which may throw for an earlier kernel.
            _device.Counts.Download(destination.Length);
            _device.Check(_device.Api.StreamSynchronize(_stream));
        }
    }

    /// <summary>y = x, any types of as many bytes, by the driver's own copy.</summary>
    public void Copy(TensorView x, TensorView y)
    {
        if (x.Bytes != y.Bytes) throw new ArgumentException($"Copy: {x.Bytes} bytes into {y.Bytes}.", nameof(y));
        using var lease = _device.Enter();
        _device.Check(_device.Api.MemcpyDtoDAsync(y.Address, x.Address, (nuint)x.Bytes, _stream));
    }

    /// <inheritdoc/>
    public override void Synchronize()
    {
        using var lease = _device.Enter();
        RefuseInCapture("The device was waited for");
        _device.Await(_stream);
    }

    /// <inheritdoc/>
    public override IStagedUploads CreateStagedUploads(int slots, long bytes) =>
        new CudaStagedUploads(this, slots, checked((int)bytes));

    /// <summary>Host memory for copies that the host does not wait for.</summary>
    public PinnedBuffer Pin(int bytes)
    {
        using var lease = _device.Enter();
        return new PinnedBuffer(_device, bytes);
    }

    /// <summary>A stream for copies beside this backend's own.</summary>
    public CudaStream CreateStream()
    {
        using var lease = _device.Enter();
        return new CudaStream(_device);
    }

    /// <summary>An event; a timed one can be measured from and costs more.</summary>
    public CudaEvent CreateEvent(bool timed = false)
    {
        using var lease = _device.Enter();
        return new CudaEvent(_device, timed);
    }

    /// <summary>Marks the end of what is queued on this backend's stream.</summary>
    public void Record(CudaEvent point)
    {
        ArgumentNullException.ThrowIfNull(point);
        using var lease = _device.Enter();
        RefuseInCapture("An event was recorded");
        point.Record(_stream);
    }

    /// <summary>Lets this backend's later work wait for an event.</summary>
    public void WaitFor(CudaEvent point)
    {
        ArgumentNullException.ThrowIfNull(point);
        using var lease = _device.Enter();
        RefuseInCapture("An event was waited for");
        point.Delay(_stream);
    }
}
