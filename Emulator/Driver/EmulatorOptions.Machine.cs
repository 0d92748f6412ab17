namespace Ssgan.Emulator;

// The machine around the device: its libraries, its attributes, and failures that a test asks for.
public sealed partial record EmulatorOptions
{
    /// <summary>What the driver calls the device.</summary>
    public string DeviceName { get; init; } = "Emulated GPU";

    /// <summary>
    /// 1000 times the major number plus 10 times the minor number: 12080 is CUDA 12.8. It bounds the PTX version.
    /// </summary>
    public int DriverVersion { get; init; } = 12080;

    /// <summary>Whether there is a driver.</summary>
    public bool HasDriver { get; init; } = true;
    /// <summary>Whether cuBLAS is installed.</summary>
    public bool HasCuBlas { get; init; } = true;
    /// <summary>Whether cuBLASLt is installed.</summary>
    public bool HasCuBlasLt { get; init; } = true;
    /// <summary>Whether cuDNN is installed.</summary>
    public bool HasCuDnn { get; init; } = true;

    /// <summary>What connects the machine with others by NCCL; null where NCCL is not installed.</summary>
    public EmulatedFabric? Fabric { get; init; }

    /// <summary>10000 times the major number, 100 times the minor number, the patch.</summary>
    public int NcclVersion { get; init; } = 22803;

    /// <summary>12 08 04 03 is cuBLAS 12.8.4.3 without spaces: 120804 in the library's own numbering.</summary>
    public int CuBlasVersion { get; init; } = 120804;

    /// <summary>10000 times the major number, 100 times the minor number, the patch.</summary>
    public int CuDnnVersion { get; init; } = 90600;

    /// <summary>Numbers of cuDNN's engines that this machine has; null for all.</summary>
    public IReadOnlyCollection<int>? Engines { get; init; }

    /// <summary>Numbers of cuBLASLt's algorithms that this machine lacks.</summary>
    public IReadOnlyCollection<int> MissingAlgorithms { get; init; } = [];

    /// <summary>Whether cuDNN takes no word about NaN from a pointwise operation.</summary>
    public bool RefusesNanPropagation { get; init; }

    /// <summary>The type of cuDNN's backend descriptors that this version cannot finalize; null for none.</summary>
    public int? RefusedDescriptor { get; init; }

    /// <summary>
    /// Time that an engine of cuDNN takes by the device's clock, by its number, beside what the emulation takes.
    /// </summary>
    public IReadOnlyDictionary<int, double> EngineMilliseconds { get; init; } = new Dictionary<int, double>();

    /// <summary>Exported names that this machine's libraries are too old to have.</summary>
    public IReadOnlyCollection<string> MissingFunctions { get; init; } = [];

    /// <summary>Calls that fail although nothing is wrong with them.</summary>
    public IReadOnlyList<InjectedFailure> Failures { get; init; } = [];

    /// <summary>Shared memory that every block may have.</summary>
    public int SharedBytesPerBlock { get; init; } = Executor.SharedPerBlock;

    /// <summary>What a block may have where the function's attribute allows it.</summary>
    public int SharedBytesPerBlockOptIn { get; init; } = Executor.SharedPerBlockOptIn;

    /// <summary>Shared memory of a multiprocessor.</summary>
    public int SharedBytesPerMultiprocessor { get; init; } = Executor.SharedPerMultiprocessor;

    /// <summary>Threads that are resident on a multiprocessor at once.</summary>
    public int ThreadsPerMultiprocessor { get; init; } = Executor.ThreadsPerMultiprocessor;

    /// <summary>Blocks that are resident on a multiprocessor at once.</summary>
    public int BlocksPerMultiprocessor { get; init; } = Executor.BlocksPerMultiprocessor;

    /// <summary>32-bit registers of a multiprocessor.</summary>
    public int RegistersPerMultiprocessor { get; init; } = 65536;

    internal const int ThreadsPerBlock = Executor.MaxThreadsPerBlock, WarpSize = 32, RegistersPerThread = 255,
        ReservedSharedBytes = 1024;

    /// <summary>A device attribute by its number; null for one that is not emulated.</summary>
    internal int? Attribute(int number) => number switch
    {
        1 or 2 or 3 => ThreadsPerBlock,
        4 => 64,
        5 => int.MaxValue,
        6 or 7 => 65535,
        8 => SharedBytesPerBlock,
        9 => 65536,
        10 => WarpSize,
        12 or 82 => RegistersPerMultiprocessor,
        13 => 1_500_000,
        16 => Multiprocessors,
        17 or 18 or 32 or 35 or 120 => 0,
        31 or 41 or 78 or 83 or 95 or 115 => 1,
        36 => 8_000_000,
        37 => 256,
        38 => 4 << 20,
        39 => ThreadsPerMultiprocessor,
        40 => 2,
        75 => ComputeCapability / 10,
        76 => ComputeCapability % 10,
        81 => SharedBytesPerMultiprocessor,
        97 => SharedBytesPerBlockOptIn,
        106 => BlocksPerMultiprocessor,
        111 => ReservedSharedBytes,
        _ => null,
    };
}

/// <summary>A call that is to fail.</summary>
/// <param name="Function">The exported name.</param>
/// <param name="Status">What it returns.</param>
/// <param name="Call">Which call fails, counted from 1; 0 for all.</param>
public sealed record InjectedFailure(string Function, int Status, int Call = 0)
{
    internal bool Matches(long call) => Call == 0 || Call == call;
}
