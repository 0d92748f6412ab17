using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Kernels.Cuda;
using Ssgan.Engine.Kernels.Cuda.Driver;
using Ssgan.Gan.Data;

namespace Ssgan.Gan.Training;

/// <summary>
/// A set that stays on the host. The bytes of the next batches come through two pinned buffers on a stream of their own while an
/// update computes, and are moved to the place that updates read just before the next one.
/// </summary>
sealed class StreamedImages : DeviceImages
{
    readonly CudaBackend _cuda;
    readonly BatchLoader _loader;
    readonly CudaStream _copies;
    readonly Buffer[] _buffers;
    readonly Tensor _pixels, _all;
    LoaderPosition _position;
    int _turn;

    public StreamedImages(Device device, CudaBackend cuda, IImageSource source, LoaderOptions options, LoaderPosition start)
    {
        _cuda = cuda;
        _loader = new BatchLoader(source, options, start);
        var shape = new Shape(options.BatchSize, source.Size, source.Size, 3);
        _pixels = device.Empty(shape, DType.U8).Own();
        _all = device.From([.. Enumerable.Range(0, options.BatchSize)], new Shape(options.BatchSize)).Own();
        _copies = cuda.CreateStream();
        _buffers = [new Buffer(device, cuda, shape), new Buffer(device, cuda, shape)];
        _position = _loader.Position;
        foreach (var buffer in _buffers) Fetch(buffer);
    }

    public override LoaderPosition Position => _position;

    public override void Prepare()
    {
        var buffer = _buffers[_turn];
        _turn = (_turn + 1) % _buffers.Length;
        _cuda.WaitFor(buffer.Arrived);
        _pixels.CopyFrom(buffer.Pixels);
        _cuda.Record(buffer.Moved);
        _position = buffer.After;
        Fetch(buffer);
    }

    public override RealBatch Take() => new(_pixels, _all, null);

    public override void Dispose()
    {
        _loader.Dispose();
        _copies.Synchronize();
        foreach (var buffer in _buffers) buffer.Dispose();
        _copies.Dispose();
        _pixels.Dispose();
        _all.Dispose();
    }

    /// <summary>Queues the copy of the loader's next batch. The loader has mirrored what is to be mirrored.</summary>
    void Fetch(Buffer buffer)
    {
        var batch = _loader.Next();
        buffer.After = _loader.Position;
        // The copy before must have read the pinned bytes before they change, and the batch before must have moved on before
        // its place is taken.
        buffer.Arrived.Synchronize();
        buffer.Host.Write(batch.Pixels);
        _copies.WaitFor(buffer.Moved);
        _copies.Upload(buffer.Host, 0, buffer.Pixels.MutableView);
        _copies.Record(buffer.Arrived);
    }

    sealed class Buffer(Device device, CudaBackend cuda, Shape shape) : IDisposable
    {
        public PinnedBuffer Host { get; } = cuda.Pin((int)shape.Count);
        public Tensor Pixels { get; } = device.Empty(shape, DType.U8).Own();
        public CudaEvent Arrived { get; } = cuda.CreateEvent();
        public CudaEvent Moved { get; } = cuda.CreateEvent();
        public LoaderPosition After { get; set; } = new(0);

        public void Dispose()
        {
            Arrived.Dispose();
            Moved.Dispose();
            Host.Dispose();
            Pixels.Dispose();
        }
    }
}
