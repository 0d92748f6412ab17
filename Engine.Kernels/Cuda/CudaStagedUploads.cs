using Ssgan.Engine.Kernels.Cuda.Driver;

namespace Ssgan.Engine.Kernels.Cuda;

/// <summary>Copies from pinned memory, on a stream of their own; events order it and the backend's.</summary>
sealed class CudaStagedUploads : IStagedUploads
{
    readonly CudaBackend _backend;
    readonly Slot?[] _slots;
    readonly CudaStream _stream;

    public CudaStagedUploads(CudaBackend backend, int slots, int bytes)
    {
        _backend = backend;
        _slots = new Slot?[slots];
        _stream = backend.CreateStream();
        try
        {
            for (int i = 0; i < slots; i++) _slots[i] = new Slot(backend, bytes);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public void Send(int slot, ReadOnlySpan<byte> source, TensorView destination)
    {
        var own = _slots[slot]!;
        // The copy before must have read the pinned bytes before they change, and the work before must be done with the
        // destination before it is overwritten.
        own.Arrived.Synchronize();
        own.Host.Write(source);
        _stream.WaitFor(own.Released);
        _stream.Upload(own.Host, 0, destination);
        _stream.Record(own.Arrived);
    }

    public void Receive(int slot) => _backend.WaitFor(_slots[slot]!.Arrived);

    public void Release(int slot) => _backend.Record(_slots[slot]!.Released);

    public void Dispose()
    {
        _stream.Synchronize();
        foreach (var slot in _slots) slot?.Dispose();
        _stream.Dispose();
    }

    sealed class Slot : IDisposable
    {
        readonly List<CudaHandle> _owned = [];

        public Slot(CudaBackend backend, int bytes)
        {
            try
            {
                Host = Own(backend.Pin(bytes));
                Arrived = Own(backend.CreateEvent());
                Released = Own(backend.CreateEvent());
            }
            catch
            {
                Dispose();
                throw;
            }
        }

        public PinnedBuffer Host { get; }
        public CudaEvent Arrived { get; }
        public CudaEvent Released { get; }

        public void Dispose()
        {
            foreach (var handle in _owned) handle.Dispose();
        }

        T Own<T>(T handle) where T : CudaHandle
        {
            _owned.Add(handle);
            return handle;
        }
    }
}
