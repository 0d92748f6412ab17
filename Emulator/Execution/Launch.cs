namespace Ssgan.Emulator;

/// <summary>What all blocks of a launch share.</summary>
sealed class Launch
{
    public required KernelCode Code { get; init; }

    public required DeviceMemory Memory { get; init; }

    public required Dim3 Grid { get; init; }

    public required Dim3 BlockSize { get; init; }

    public required byte[] Parameters { get; init; }

    public required int DynamicSharedBytes { get; init; }

    /// <summary>The bits of each of the code's constants on this device.</summary>
    public required ulong[] Constants { get; init; }

    public required int? Seed { get; init; }

    public required int Multiprocessors { get; init; }

    EmulatorFault? _fault;
    int _progress;

    /// <summary>The first fault; the other blocks stop when they see it.</summary>
    public EmulatorFault? Fault => Volatile.Read(ref _fault);

    public void Fail(EmulatorFault fault) => Interlocked.CompareExchange(ref _fault, fault, null);

    /// <summary>Counts what changes anything: writes of new values, barriers, exits.</summary>
    public int Progress => Volatile.Read(ref _progress);

    public void Advance() => Interlocked.Increment(ref _progress);

    public int Threads => (int)BlockSize.Count;

    public int Warps => (Threads + Lanes.Count - 1) / Lanes.Count;

    public int SharedBytes => Code.DynamicSharedOffset + DynamicSharedBytes;
}
