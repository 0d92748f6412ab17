using Ssgan.Engine.Kernels;

namespace Ssgan.Emulator;

/// <summary>An engine of the emulated cuDNN: one for every reason why a caller should or should not take it.</summary>
/// <param name="Index">Its number in the library.</param>
/// <param name="Notes">Numerical notes.</param>
/// <param name="Lists">Whether it is listed for a graph.</param>
sealed record DnnEngine(int Index, int[] Notes, Func<DnnGraph, bool> Lists)
{
    public const int TensorCore = 0, DownConvert = 1, NonDeterministic = 4, Winograd = 5;

    /// <summary>Numbers of engines that tests name.</summary>
    public const int Varying = 10, Tensor = 11, Compiled = 12, Hungry = 14, Broken = 15, Plain = 18, Fused = 19;

    public int[] Behavior { get; init; } = [];

    /// <summary>The multiple of bytes that it needs of every address.</summary>
    public int Alignment { get; init; } = 4;

    /// <summary>Bytes of workspace beside what the graph's filters take.</summary>
    public long Workspace { get; init; }

    /// <summary>The status of making a plan of it.</summary>
    public int Status { get; init; }

    public bool IsTensor => Notes.Contains(TensorCore);

    /// <summary>The best first.</summary>
    public static readonly IReadOnlyList<DnnEngine> ModeA =
    [
        new(13, [TensorCore, DownConvert], static g => !g.IsFused) { Alignment = 16 },
        new(16, [Winograd], static g => !g.IsFused && g.Problem.W is { H: 3, W: 3 }),
        new(Varying, [TensorCore, NonDeterministic],
            static g => !g.IsFused && g.Direction != DnnDirection.Forward) { Alignment = 16 },
        new(20, [NonDeterministic], static g => !g.IsFused && g.Direction != DnnDirection.Forward),
        new(Hungry, [], static g => !g.IsFused) { Workspace = 1L << 30 },
        new(Broken, [], static _ => true) { Status = 3008 },
        new(Compiled, [TensorCore], static _ => true) { Behavior = [0], Alignment = 16 },
        new(Tensor, [TensorCore], static g => !g.IsFused) { Alignment = 16, Workspace = 512 },
        new(17, [], static g => !g.IsFused) { Workspace = 256 },
    ];

    public static readonly IReadOnlyList<DnnEngine> Fallback =
    [
        new(Plain, [], static g => !g.IsFused) { Alignment = 2 },
        new(Fused, [], static g => g.IsFused),
    ];

    public bool Takes(DnnGraph graph, int computeCapability)
    {
        if (!Lists(graph) || IsTensor && computeCapability < 80) return false;
        return graph.Arrays.All(t => t.Alignment % Math.Min(Alignment, 16) == 0);
    }

    /// <summary>Runs a graph; an engine that rounds more than its notes allow to be overlooked does so.</summary>
    public void Run(DnnGraph graph, DeviceMemory memory, IReadOnlyDictionary<long, ulong> at, bool otherOrder)
    {
        // What a caller who overlooks these notes gets is wrong enough for any tolerance.
        bool coarse = Notes.Contains(DownConvert) || Notes.Contains(Winograd);
        graph = coarse ? graph with { Alpha = graph.Alpha * 1.25f } : graph;
        graph.Run(memory, at, IsTensor && graph.Operand(0).Shape.Type == DType.F32,
            Notes.Contains(NonDeterministic) && otherOrder);
    }
}
