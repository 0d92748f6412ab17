namespace Ssgan.Emulator;

// Copies and sets.
public sealed unsafe partial class EmulatedCuda
{
    void MemcpyHtoD(nint target, nint source, nint bytes)
    {
        MemcpyHtoDAsync(target, source, bytes, 0);
        Current!.Legacy.Drain();
    }

    void MemcpyDtoH(nint target, nint source, nint bytes)
    {
        MemcpyDtoHAsync(target, source, bytes, 0);
        Current!.Legacy.Drain();
    }

    void MemcpyDtoD(nint target, nint source, nint bytes) => MemcpyDtoDAsync(target, source, bytes, 0);

    void MemcpyHtoDAsync(nint target, nint source, nint bytes, nint stream)
    {
        var s = Stream(stream);
        if (!BeginCopy(target, source, bytes)) return;
        var memory = Memory;
        if (Pinned(source, bytes, s))
        {
            Submit(s, new StreamWork("copy host to device", () => memory.Write((ulong)target, Host(source, bytes))));
            return;
        }
        // The real call stages pageable memory before it returns, so that the caller may change it at once.
        byte[] staged = new ReadOnlySpan<byte>((void*)source, checked((int)bytes)).ToArray();
        Submit(s, new StreamWork("copy host to device", () => memory.Write((ulong)target, staged)));
    }

    void MemcpyDtoHAsync(nint target, nint source, nint bytes, nint stream)
    {
        var s = Stream(stream);
        if (!BeginCopy(source, target, bytes)) return;
        var memory = Memory;
        bool pinned = Pinned(target, bytes, s);
        Submit(s, new StreamWork("copy device to host",
            () => memory.Read((ulong)source, pinned ? Host(target, bytes) : Raw(target, bytes))));
        // To pageable memory the real call returns when the bytes are there.
        if (!pinned) s.Drain();
    }

    void MemcpyDtoDAsync(nint target, nint source, nint bytes, nint stream)
    {
        var s = Stream(stream);
        if (!BeginCopy(target, source, bytes)) return;
        var memory = Memory;
        InMemory(memory, source, bytes);
        Submit(s, new StreamWork("copy device to device", () => memory.Copy((ulong)target, (ulong)source, bytes)));
    }

    void Memset(nint target, int value, int width, nint count, nint stream)
    {
        var s = Stream(stream);
        if (count == 0) return;
        Require(target, "dstDevice");
        if (count < 0 || target % width != 0)
            throw new CudaFailure(CudaStatus.InvalidValue, $"{count} elements of {width} bytes at 0x{target:x} cannot be set");
        var memory = Memory;
        InMemory(memory, target, checked(count * width));
        byte[] pattern = BitConverter.GetBytes(value)[..width];
        Submit(s, new StreamWork("set", () => memory.Fill((ulong)target, pattern, count)));
    }

    /// <summary>
    /// False for an empty copy. The device's side must lie in one live allocation, which the real call sees at once, too.
    /// </summary>
    bool BeginCopy(nint device, nint other, nint bytes)
    {
        if (bytes == 0) return false;
        Require(device, "the device pointer");
        Require(other, "the other pointer");
        if (bytes < 0) throw new CudaFailure(CudaStatus.InvalidValue, $"ByteCount is {bytes}");
        InMemory(Memory, device, bytes);
        return true;
    }

    static void InMemory(DeviceMemory memory, nint address, nint bytes)
    {
        if (memory.Find((ulong)address) is not { } block || !block.Contains((ulong)address, bytes))
            throw new CudaFailure(CudaStatus.InvalidValue,
                $"{bytes} bytes at 0x{address:x} are not inside an allocation: {memory.Describe((ulong)address)}");
    }

    bool Pinned(nint host, nint bytes, EmulatedStream stream)
    {
        bool pinned = IsPinned(host, bytes);
        if (!pinned && stream.Capture is { } capture)
        {
            capture.Invalidate();
            throw new CudaFailure(CudaStatus.CaptureUnsupported,
                $"a copy of pageable host memory at 0x{host:x} cannot be captured: it would be read at every replay");
        }
        return pinned;
    }

    /// <summary>Pinned memory at the time of the copy; it may have been freed since the call.</summary>
    Span<byte> Host(nint pointer, nint bytes) => IsPinned(pointer, bytes)
        ? Raw(pointer, bytes)
        : throw new EmulatorFault(FaultKind.OutOfBounds,
            $"A copy of {bytes} bytes found its pinned memory at 0x{pointer:x} freed.");

    static Span<byte> Raw(nint pointer, nint bytes) => new((void*)pointer, checked((int)bytes));
}
