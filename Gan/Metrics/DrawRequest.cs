namespace Ssgan.Gan.Metrics;

/// <summary>Which images a generator is to draw.</summary>
/// <param name="Seed">Seed of the noise.</param>
/// <param name="Count">How many.</param>
/// <param name="Mapping">How they become bytes.</param>
/// <param name="BatchStatistics">Whether batch norm uses each batch's own statistics, not the running ones.</param>
public sealed record DrawRequest(ulong Seed, int Count, PixelMapping Mapping, bool BatchStatistics)
{
    /// <summary>Images that are drawn at a time: Mimicry's 50, on which its stretching and batch statistics depend.</summary>
    public const int Batch = 50;
}
