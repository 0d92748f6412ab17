using Ssgan.Gan.Metrics.Networks;

namespace Ssgan.Gan.Metrics;

/// <summary>
/// Everything about a score that papers leave out and that moves it. Scores of two protocols are not comparable.
/// </summary>
/// <param name="Name">"standard", "mimicry", "clean".</param>
/// <param name="Description">One line.</param>
public sealed record MetricProtocol(string Name, string Description)
{
    /// <summary>How images get the size that the network takes.</summary>
    public ImageResize Resize { get; init; } = ImageResize.TensorFlow;

    /// <summary>How drawn images become bytes.</summary>
    public PixelMapping Mapping { get; init; } = PixelMapping.Fixed;

    /// <summary>The same for the Inception Score.</summary>
    public PixelMapping ScoreMapping { get; init; } = PixelMapping.Fixed;

    /// <summary>
    /// Whether the generator's batch norm uses each batch's own statistics for the Inception Score, as in Mimicry, whose
    /// generator is in training mode there.
    /// </summary>
    public bool ScoresByBatchStatistics { get; init; }

    /// <summary>Whether each seed compares with other real images, and with as many as are drawn; else all are used.</summary>
    public bool ChoosesReals { get; init; }

    /// <summary>Subsets of KID.</summary>
    public int KernelSubsets { get; init; } = 100;

    /// <summary>Images of a subset of KID; 0 is a tenth of those drawn.</summary>
    public int KernelSubsetSize { get; init; } = 1000;

    /// <summary>Splits of the Inception Score.</summary>
    public int ScoreSplits { get; init; } = 10;

    /// <summary>What torch-fidelity and StyleGAN do: TensorFlow's resizing, a fixed map to bytes, evaluation mode.</summary>
    public static MetricProtocol Standard { get; } =
        new("standard", "TF1 bilinear, fixed map to bytes, evaluation mode, all real images");

    /// <summary>What Mimicry's published scores were computed by.</summary>
    public static MetricProtocol Mimicry { get; } = new("mimicry",
        "TF1 bilinear, images stretched to bytes by their extremes, IS in training mode, as many real images as drawn ones")
    {
        Mapping = PixelMapping.MinMaxOfSet, ScoreMapping = PixelMapping.MinMaxOfBatch, ScoresByBatchStatistics = true,
        ChoosesReals = true, KernelSubsets = 10, KernelSubsetSize = 0,
    };

    /// <summary>Clean-fid's (Parmar, Zhang and Zhu 2022): resizing that does not alias.</summary>
    public static MetricProtocol Clean { get; } =
        new("clean", "antialiased bicubic, otherwise as standard") { Resize = ImageResize.Clean };

    /// <summary>What pytorch-fid does: PyTorch's resizing.</summary>
    public static MetricProtocol PytorchFid { get; } =
        new("pytorch-fid", "bilinear of PyTorch, otherwise as standard") { Resize = ImageResize.PytorchFid };

    /// <summary>All of them; the first is the default.</summary>
    public static IReadOnlyList<MetricProtocol> All { get; } = [Standard, Mimicry, Clean, PytorchFid];

    /// <summary>The protocol of a name.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    public static MetricProtocol Of(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return All.FirstOrDefault(p => p.Name == name) ?? throw new ArgumentException(
            $"There is no protocol \"{name}\", only {string.Join(", ", All.Select(static p => p.Name))}.", nameof(name));
    }

    internal int SubsetSize(int images) => Math.Min(KernelSubsetSize == 0 ? images / 10 : KernelSubsetSize, images);
}
