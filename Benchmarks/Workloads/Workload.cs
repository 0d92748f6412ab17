using Ssgan.Engine.Kernels;

namespace Ssgan.Benchmarks.Workloads;

/// <summary>What a workload consists of, which decides how it can be timed.</summary>
enum WorkloadKind
{
    /// <summary>Primitives on memory that is there: nothing is allocated, and a card can replay them as a graph.</summary>
    Kernel,
    /// <summary>A training update, which captures its own graph.</summary>
    Update,
    /// <summary>Files, threads or processes of the host.</summary>
    Host,
}

/// <summary>One thing to time, on any device.</summary>
/// <param name="Name">Operation, precision and shape; the same as the peer's where it times the same.</param>
/// <param name="Precision">"f32", "tf32" or "bf16": whose matrix rate bounds it, and how it stores what it computes with.</param>
/// <param name="Bytes">
/// The least bytes to move: each input read and each output written once per pass that the algorithm needs; 0: not counted.
/// </param>
/// <param name="Operations">Operations of the plain algorithm, a multiplication and an addition per term; 0 where no products
/// are summed.</param>
/// <param name="Prepare">Allocates and fills; gives what does, or queues, the work once.</param>
sealed record Workload(string Name, string Precision, long Bytes, double Operations, Func<BenchmarkContext, Action> Prepare)
{
    public WorkloadKind Kind { get; init; }

    /// <summary>Whether it belongs to the short selection.</summary>
    public bool IsShort { get; init; }

    /// <summary>The same, in the short selection or not.</summary>
    public Workload Short(bool isShort = true) => this with { IsShort = isShort };
}

/// <summary>For what a suite makes its workloads.</summary>
/// <param name="OnCard">A GPU, with a GPU's batches, instead of the CPU.</param>
/// <param name="Precision">"f32", "tf32" or "bf16".</param>
/// <param name="Divisor">Divides batches and widths, not sides: 1, or more where a test has to be quick.</param>
readonly record struct Variant(bool OnCard, string Precision, int Divisor = 1)
{
    /// <summary>What is stored in memory.</summary>
    public DType Storage => Precision == "bf16" ? DType.BF16 : DType.F32;

    /// <summary>Whether it differs from f32 in the rounding of products only.</summary>
    public bool IsTf32 => Precision == "tf32";

    /// <summary>Whether this is f32, the only precision of what has none of its own.</summary>
    public bool IsF32 => Precision == "f32";

    /// <summary>A batch of training: what one CPU or one card is usually given.</summary>
    public int UsualBatch => OnCard ? 64 : 16;

    /// <summary>So many images, divided; two are left, as batch norm needs.</summary>
    public int Batch(int images) => Math.Max(2, images / Divisor);

    /// <summary>So many channels or elements, divided.</summary>
    public int Width(int channels) => Math.Max(1, channels / Divisor);
}
