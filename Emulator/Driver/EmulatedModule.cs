namespace Ssgan.Emulator;

/// <summary>A loaded module: its variables live on the context's device.</summary>
sealed class EmulatedModule(ModuleInstance instance) : DriverObject
{
    public override string Kind => "module";
    public ModuleInstance Instance { get; } = instance;

    /// <summary>Functions that were asked for; they die with the module.</summary>
    public Dictionary<string, EmulatedFunction> Functions { get; } = [];
}

/// <summary>A kernel of a loaded module.</summary>
sealed class EmulatedFunction(EmulatedModule module, PtxKernel kernel) : DriverObject
{
    public override string Kind => "function";
    public EmulatedModule Module { get; } = module;
    public PtxKernel Kernel { get; } = kernel;

    /// <summary>Dynamic shared memory that the caller asked leave for.</summary>
    public int MaxDynamicShared { get; set; }

    /// <summary>
    /// A guess at what an assembler would need: declared registers are written once each, real ones are used again. Bounded by
    /// what the declared block size leaves, as the assembler does by spilling.
    /// </summary>
    public int Registers(EmulatorOptions options)
    {
        long words = Kernel.Registers.Sum(r => r.Value * (long)(r.Key.Bytes() + 3) / 4);
        int guess = (int)Math.Clamp(words / 6, 16, EmulatorOptions.RegistersPerThread);
        int threads = (int)(Kernel.MaxThreads?.Count ?? EmulatorOptions.ThreadsPerBlock);
        return Math.Min((guess + 7) / 8 * 8,
            Math.Min(EmulatorOptions.RegistersPerThread, options.RegistersPerMultiprocessor / Round(threads, 32)));
    }

    public int MaxThreads =>
        (int)Math.Min(Kernel.MaxThreads?.Count ?? EmulatorOptions.ThreadsPerBlock, EmulatorOptions.ThreadsPerBlock);

    /// <summary>How many blocks are resident on a multiprocessor at once.</summary>
    public int ResidentBlocks(EmulatorOptions options, int threads, long dynamicShared)
    {
        int rounded = Round(threads, EmulatorOptions.WarpSize);
        int blocks = Math.Min(options.BlocksPerMultiprocessor, options.ThreadsPerMultiprocessor / rounded);
        blocks = Math.Min(blocks, options.RegistersPerMultiprocessor / (Registers(options) * rounded));
        long shared = Kernel.SharedBytes + dynamicShared + EmulatorOptions.ReservedSharedBytes;
        return (int)Math.Min(blocks, options.SharedBytesPerMultiprocessor / shared);
    }

    static int Round(int value, int multiple) => (value + multiple - 1) / multiple * multiple;
}
