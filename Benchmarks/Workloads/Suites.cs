namespace Ssgan.Benchmarks.Workloads;

/// <summary>Workloads of one kind.</summary>
/// <param name="Name">For filters: "Rotation".</param>
/// <param name="Items">What is timed; nothing where a precision makes no difference.</param>
sealed record Suite(string Name, Func<Variant, IEnumerable<Workload>> Items)
{
    /// <summary>All of them, in the order of a run.</summary>
    public static IReadOnlyList<Suite> All { get; } =
    [
        new("Rotation", Rotations.All),
        new("Convolution", Convolutions.All),
        new("GroupedConvolution", Convolutions.Grouped),
        new("Gemm", Products.All),
        new("SpectralNorm", SpectralNorms.All),
        new("BatchNorm", BatchNorms.All),
        new("Activation", Activations.All),
        new("Attention", Attentions.All),
        new("Upsample", Upsamplings.All),
        new("Pooling", Poolings.All),
        new("CrossEntropy", CrossEntropies.All),
        new("Adam", Optimizers.All),
        new("Random", RandomNumbers.All),
        new("Rewriting", Rewritings.All),
        new("Features", FeatureNetworkRuns.All),
        new("Step", Updates.All),
        new("Checkpoint", Checkpoints.All),
        new("Data", DataLoading.All), new("Streaming", Streaming.All),
        new("Start", Starts.All),
    ];
}
