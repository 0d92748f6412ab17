using Ssgan.Engine.Kernels.Cuda.Native;

namespace Ssgan.Engine.Kernels.Cuda.Driver;

/// <summary>
/// Pinned memory that uploads pass through, so that the caller has its source back at once and the copy waits for the stream on
/// its own. Pieces take turns; one is reused when its last copy is done.
/// </summary>
sealed unsafe class UploadStaging(CudaDevice device, nint stream)
{
    const int PieceBytes = 1 << 18, Pieces = 16;
    readonly nint[] _memory = new nint[Pieces], _done = new nint[Pieces];
    readonly Lock _lock = new();
    int _next;

    /// <summary>Queues a copy to the device. Within a lease.</summary>
    public void Upload(ReadOnlySpan<byte> source, nint destination)
    {
        lock (_lock)
        {
            while (!source.IsEmpty)
            {
                var part = source[..Math.Min(PieceBytes, source.Length)];
                byte* piece = Take(out nint done);
                part.CopyTo(new Span<byte>(piece, part.Length));
                device.Check(device.Api.MemcpyHtoDAsync(destination, piece, (nuint)part.Length, stream));
                device.Check(device.Api.EventRecord(done, stream));
                source = source[part.Length..];
                destination += part.Length;
            }
        }
    }

    /// <summary>Gives the memory back; the stream is idle.</summary>
    public void Free()
    {
        for (int i = 0; i < Pieces; i++)
        {
            if (_done[i] != 0) device.Freed(device.Api.EventDestroy(_done[i]));
            if (_memory[i] != 0) device.Freed(device.Api.MemFreeHost((void*)_memory[i]));
        }
    }

    byte* Take(out nint done)
    {
        int i = _next;
        _next = (i + 1) % Pieces;
        if (_done[i] == 0)
        {
            if (_memory[i] == 0)
            {
                void* memory;
                device.Check(device.Api.MemHostAlloc(&memory, PieceBytes, HostAllocFlags.Portable));
                _memory[i] = (nint)memory;
            }
            nint created;
            device.Check(device.Api.EventCreate(&created, EventFlags.DisableTiming));
            _done[i] = created;
        }
        else
        {
            device.AwaitEvent(_done[i]);
        }
        done = _done[i];
        return (byte*)_memory[i];
    }
}
