using Ssgan.Engine.Kernels.Cuda.Native;

namespace Ssgan.Engine.Kernels.Cuda.Driver;

/// <summary>
/// Host memory that the device copies from and to while the host goes on. Dispose of it when the copies are done.
/// </summary>
public sealed unsafe class PinnedBuffer : CudaHandle
{
    readonly byte* _address;

    internal PinnedBuffer(CudaDevice device, int bytes) : base(device)
    {
        void* address;
        Made(device.Api.MemHostAlloc(&address, (nuint)Math.Max(bytes, 1), HostAllocFlags.Portable),
            $"Pinning {bytes} bytes of host memory");
        _address = (byte*)address;
        Bytes = bytes;
    }

    /// <summary>Size.</summary>
    public int Bytes { get; }

    /// <summary>Copies into the buffer.</summary>
    public void Write(ReadOnlySpan<byte> source, int offset = 0)
    {
        using var lease = Enter();
        source.CopyTo(Span(offset, source.Length));
    }

    /// <summary>Copies out of the buffer.</summary>
    public void Read(Span<byte> destination, int offset = 0)
    {
        using var lease = Enter();
        Span(offset, destination.Length).CopyTo(destination);
    }

    /// <summary>The bytes themselves; only while nobody disposes of the buffer.</summary>
    public Span<byte> Span()
    {
        using var lease = Enter();
        return Span(0, Bytes);
    }

    /// <summary>The address of a part.</summary>
    internal byte* At(int offset, long bytes)
    {
        if (offset < 0 || bytes > Bytes - offset)
            throw new ArgumentOutOfRangeException(nameof(offset),
                $"{bytes} bytes at {offset} do not fit into a pinned buffer of {Bytes}.");
        return _address + offset;
    }

    private protected override void Free() => Device.Freed(Device.Api.MemFreeHost(_address));

    Span<byte> Span(int offset, int bytes) => new(At(offset, bytes), bytes);
}
