using System.Diagnostics.CodeAnalysis;

namespace Ssgan.Emulator;

enum FaultKind
{
    /// <summary>An address in no allocation, or an access that runs past the end of one.</summary>
    OutOfBounds,
    Misaligned,

    /// <summary>A read of bytes that nothing wrote.</summary>
    Uninitialised,

    /// <summary>A write to constants or parameters.</summary>
    ReadOnly,

    /// <summary>
    /// A read by ld.global.nc of bytes that the same launch writes: it may see them as they were, or as they will be.
    /// </summary>
    NonCoherent,

    /// <summary>Two threads touch the same bytes of shared memory, one writes, and no barrier is between.</summary>
    SharedRace,

    /// <summary>A barrier that some thread of the block never reaches.</summary>
    DivergentBarrier,

    /// <summary>A warp instruction whose mask names lanes that do not execute it.</summary>
    MissingLanes,

    DoubleFree,

    /// <summary>A free of an address that no allocation starts at.</summary>
    UnknownFree,
    Leak,
    OutOfMemory,

    /// <summary>The launch spins without end.</summary>
    NoProgress,
    Trap,

    /// <summary>A launch that a card would refuse: too many threads, too much shared memory, too few parameter bytes.</summary>
    InvalidLaunch,

    /// <summary>An instruction, modifier or directive the emulator does not know.</summary>
    Unknown,

    /// <summary>PTX for a newer device than the emulated one.</summary>
    UnsupportedTarget,

    /// <summary>Ranks that do not make the same calls, or do not come.</summary>
    Collective,

    /// <summary>Text that is not PTX.</summary>
    InvalidPtx,
}

/// <summary>
/// What a card answers with a sticky error, or not at all. The message is one sentence with kernel, thread and PTX line.
/// </summary>
[SuppressMessage("Naming", "CA1710", Justification = "Fault is the word for what a device reports.")]
sealed class EmulatorFault(FaultKind kind, string message) : Exception(message)
{
    public FaultKind Kind { get; } = kind;
}
