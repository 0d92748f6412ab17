namespace Ssgan.Emulator;

/// <summary>What the emulated machine looks like.</summary>
public sealed partial record EmulatorOptions
{
    /// <summary>Devices of the machine.</summary>
    public int Devices { get; init; } = 1;

    /// <summary>Bytes of memory of each device; an allocation that does not fit fails as on a card.</summary>
    public long MemoryBytes { get; init; } = 4L << 30;

    /// <summary>Multiprocessors of each device: how large a cooperative grid may be.</summary>
    public int Multiprocessors { get; init; } = 4;

    /// <summary>
    /// Ten times the major number plus the minor number: 90 is compute capability 9.0. PTX for a newer target is refused.
    /// </summary>
    public int ComputeCapability { get; init; } = 90;

    /// <summary>Draws the order of blocks and warps and how long each runs; without it the order is fixed.</summary>
    public int? Seed { get; init; }

    /// <summary>Threads of the host that blocks are spread over.</summary>
    public int Workers { get; init; } = Environment.ProcessorCount;
}
