namespace Ssgan.Gan.Data.Sources;

/// <summary>The data sets that have names: one more is a row here and a file with its source.</summary>
internal static class DatasetCatalog
{
    /// <summary>The first is the default. A folder or an archive is of the first one that knows it for its own.</summary>
    internal static IReadOnlyList<Dataset> All { get; } =
    [
        new("shapes", "scenes of a house, tree, boat or face, drawn on the fly",
            static (size, options, _) => new ShapesSource(size, options.ShapesSeed)),
        new("cifar10", "50,000 photos of 32x32 in 10 classes", CifarFormat.Cifar10.Published),
        new("cifar100", "50,000 photos of 32x32 in 100 classes", CifarFormat.Cifar100.Published),
        new("stl10", "100,000 photos of 96x96 without classes", Stl10Source.Published),
        new("noise", "random bytes: what scores say of no image at all", static (size, _, _) => new NoiseSource(size)),
    ];

    /// <summary>The names, in order.</summary>
    internal static string[] Names { get; } = [.. All.Select(static d => d.Name)];

    /// <summary>Those that have files.</summary>
    internal static PublishedSet[] Published { get; } = [.. All.Select(static d => d.Published).OfType<PublishedSet>()];
}
