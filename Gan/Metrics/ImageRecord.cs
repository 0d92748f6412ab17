namespace Ssgan.Gan.Metrics;

/// <summary>Which images a score was computed from.</summary>
/// <param name="Name">The data set's name, or the checkpoint.</param>
/// <param name="Hash">SHA-256 of the data set's content, or of the checkpoint's tensors; lower-case hex.</param>
/// <param name="Count">How many images.</param>
public sealed record ImageRecord(string Name, string Hash, int Count)
{
    /// <summary>How many there are to choose from; null where they have no end or are drawn.</summary>
    public long? Of { get; init; }

    /// <summary>Which were taken: "all", "first", "seed 0"; of drawn ones the classes.</summary>
    public string? Choice { get; init; }

    /// <summary>The GAN that drew them; null for data.</summary>
    public string? Model { get; init; }

    /// <summary>Its finished generator updates; null for data.</summary>
    public long? Step { get; init; }

    /// <summary>Its weights: "g", or "g_ema" for averaged ones; null for data.</summary>
    public string? Weights { get; init; }

    /// <summary>The statistics of its batch norm: "running" or "batch"; null for data.</summary>
    public string? BatchNorm { get; init; }
}
