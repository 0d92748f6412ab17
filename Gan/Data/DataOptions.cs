namespace Ssgan.Gan.Data;

/// <summary>How far a long preparation (hashing, packing, downloading) has come.</summary>
/// <param name="Stage">What is being done: "hash", "pack", "download", "unpack", "verify".</param>
/// <param name="Done">Items or bytes finished.</param>
/// <param name="Total">Items or bytes in all; 0 when unknown.</param>
public readonly record struct DataProgress(string Stage, long Done, long Total);

/// <summary>Where datasets live and how they are prepared.</summary>
public sealed record DataOptions
{
    /// <summary>Where named datasets are looked for and downloaded to.</summary>
    public string DataDirectory { get; init; } = "data";

    /// <summary>Where packed copies are kept; a "cache" folder in <see cref="DataDirectory"/> unless set.</summary>
    public string? CacheDirectory { get; init; }

    /// <summary>Seed of the procedural set.</summary>
    public ulong ShapesSeed { get; init; }

    /// <summary>Leave unreadable images out instead of refusing the folder; <see cref="Notice"/> then names them.</summary>
    public bool SkipBad { get; init; }

    /// <summary>How pictures that are not square become so.</summary>
    public ImageFit Fit { get; init; }

    /// <summary>
    /// Which part of a set that has parts is taken: "train", "val", "test" or "all"; empty for what the set's users take.
    /// </summary>
    public string Split { get; init; } = "";

    /// <summary>Which attribute of CelebA is the label of an image, such as "Smiling"; empty for none.</summary>
    public string Attribute { get; init; } = "";

    /// <summary>
    /// Whether all images are read at every start. Else files that have the names, sizes and times that they had are taken for
    /// the same.
    /// </summary>
    public bool VerifyContent { get; init; }

    /// <summary>Whether a named dataset that is not on disk may be downloaded.</summary>
    public bool AllowDownload { get; init; } = true;

    /// <summary>Told of progress, never by two threads at once, and while the work waits.</summary>
    public IProgress<DataProgress>? Progress { get; init; }

    /// <summary>Called with one sentence whenever something was repaired, resized or left out.</summary>
    public Action<string>? Notice { get; init; }

    /// <summary>Transport for downloads; null for the machine's own network.</summary>
    public HttpMessageHandler? Http { get; init; }

    internal string Cache => CacheDirectory ?? Path.Combine(DataDirectory, "cache");
}
