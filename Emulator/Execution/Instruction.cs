namespace Ssgan.Emulator;

/// <summary>How an instruction moves its lanes on.</summary>
enum Flow
{
    /// <summary>To the next instruction.</summary>
    Next,
    Branch,
    IndirectBranch,
    Exit,

    /// <summary>It runs when every lane of its mask has arrived.</summary>
    Converge,

    /// <summary>As <see cref="Converge"/>, but the lanes may arrive at different instructions of this kind.</summary>
    WarpBarrier,
    BlockBarrier,
    Trap,
}

/// <summary>
/// A decoded instruction. Operands are byte offsets into a warp's register block, where a predicate is a mask of lanes and any
/// other register is 32 lanes of 4 or 8 bytes; constants and special registers have their own places there.
/// </summary>
unsafe struct Instruction
{
    public delegate*<Warp, Instruction*, void> Run;
    public int D, A, B, C, D2;

    /// <summary>The predicate's offset, or -1.</summary>
    public int Guard;
    public uint GuardFlip;
    public Flow Flow;

    /// <summary>Of a branch: the instruction it leads to.</summary>
    public int Target;

    /// <summary>Of <see cref="Flow.Converge"/>: the offset of its mask of lanes.</summary>
    public int Mask;

    /// <summary>
    /// The index of what does not fit in here: <see cref="KernelCode.Memory"/>, <see cref="KernelCode.Tables"/>.
    /// </summary>
    public int Extra;
    public ulong Immediate;
}

/// <summary>A constant in the register block: a number, or the address of a module's variable plus that number.</summary>
readonly record struct ConstantSlot(int Offset, int LaneBytes, ulong Bits, string? Variable);

readonly record struct SpecialSlot(int Offset, string Name);

/// <summary>What a memory instruction touches.</summary>
sealed class MemoryOp
{
    public PtxSpace Space { get; init; }

    public PtxType Type { get; init; }

    /// <summary>Elements of an access: 1, 2 or 4.</summary>
    public int Count { get; init; }

    /// <summary>The registers loaded or stored, one an element; -1 for a result nobody wants.</summary>
    public int[] Registers { get; init; } = [];

    public int Address { get; init; }

    public bool WideAddress { get; init; }

    public long Offset { get; init; }

    public int Index { get; init; }

    /// <summary>Whether it is a read by the path that does not see what the launch writes: ld.global.nc.</summary>
    public bool IsNonCoherent { get; init; }

    /// <summary>Of the whole access.</summary>
    public required int Bytes { get; init; }
}

/// <summary>A kernel ready to run.</summary>
sealed unsafe class KernelCode
{
    readonly Instruction[] _instructions;

    public KernelCode(List<Instruction> instructions)
    {
        _instructions = GC.AllocateUninitializedArray<Instruction>(instructions.Count, pinned: true);
        instructions.CopyTo(_instructions);
        fixed (Instruction* first = _instructions) First = first;
    }

    public Instruction* First { get; }

    public int Count => _instructions.Length;

    public required string Name { get; init; }

    /// <summary>Line and text of each instruction.</summary>
    public required (int Line, string Text)[] Source { get; init; }

    public required MemoryOp[] Memory { get; init; }

    public required MatrixOp[] Matrices { get; init; }

    public required int[][] Tables { get; init; }

    public required ConstantSlot[] Constants { get; init; }

    public required SpecialSlot[] Specials { get; init; }

    public required int RegisterBytes { get; init; }

    /// <summary>As an assembler would lay them out.</summary>
    public required int SharedBytes { get; init; }

    /// <summary>As they are laid out here, with gaps: where dynamic shared memory starts.</summary>
    public required int DynamicSharedOffset { get; init; }

    /// <summary>Start and length of the gaps between shared variables.</summary>
    public required (int Start, int Bytes)[] SharedGaps { get; init; }

    /// <summary>Bytes of the smallest access to shared memory: accesses are watched in these units.</summary>
    public required int SharedGrain { get; init; }

    public required int LocalBytes { get; init; }

    /// <summary>Whether some read is not coherent, so that it must not meet what the launch writes.</summary>
    public required bool ReadsNonCoherently { get; init; }
}
