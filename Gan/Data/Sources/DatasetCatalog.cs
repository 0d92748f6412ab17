namespace Ssgan.Gan.Data.Sources;

/// <summary>The data sets that have names: one more is a row here and a file with its source.</summary>
internal static class DatasetCatalog
{
    /// <summary>The first is the default. A folder or an archive is of the first one that knows it for its own.</summary>
    internal static IReadOnlyList<Dataset> All { get; } = Made();

    static Dataset[] Made() =>
    [
        new("shapes", "scenes of a house, tree, boat or face, drawn on the fly",
            static (size, options, _) => new ShapesSource(size, options.ShapesSeed)),
        new("cifar10", "50,000 photos of 32x32 in 10 classes", CifarFormat.Cifar10.Published) { Origin = Cifar },
        new("cifar100", "50,000 photos of 32x32 in 100 classes", CifarFormat.Cifar100.Published) { Origin = Cifar },
        new("stl10", "100,000 photos of 96x96 without classes", Stl10Source.Published)
        {
            Origin = new("http://ai.stanford.edu/~acoates/stl10/", "none stated; photos from ImageNet", "2.6 GB"),
        },
        new("celeba", "202,599 aligned faces of 178x218, with 40 attributes", KeptSets.Celeba)
        {
            Origin = new("https://mmlab.ie.cuhk.edu.hk/projects/CelebA.html", "non-commercial research", "1.4 GB"),
        },
        new("lsun-bedroom", "3,033,042 photos of bedrooms without classes", KeptSets.Lsun)
        {
            Origin = new("https://www.yf.io/p/lsun", "none stated", "43 GB"),
        },
        new("imagenet", "1,281,167 photos in 1,000 classes", OpenImageNet)
        {
            Splits = ["train", "val"], FindFiles = static folder =>
                KeptSets.ImageNetFolder(Path.Combine(folder, "imagenet"), "train")
                ?? KeptSets.ImageNetFolder(folder, "train"),
            Origin = new("https://image-net.org/download-images", "non-commercial research and education", "138 GB"),
        },
        new("imagenet32", "1,281,167 photos of 32x32 in 1,000 classes", KeptSets.ImageNet32)
        {
            Origin = new("https://image-net.org/download-images", "non-commercial research and education", "3.3 GB"),
        },
        new("mnist", "60,000 grey digits of 28x28 in 10 classes", KeptSets.Mnist)
        {
            Origin = new("http://yann.lecun.com/exdb/mnist/", "none stated", "12 MB"),
        },
        new("fashion-mnist", "60,000 grey pictures of clothes of 28x28 in 10 classes", KeptSets.FashionMnist)
        {
            Origin = new("https://github.com/zalandoresearch/fashion-mnist", "MIT", "31 MB"),
        },
        new("noise", "random bytes: what scores say of no image at all", static (size, _, _) => new NoiseSource(size)),
    ];

    static DatasetOrigin Cifar => new("https://www.cs.toronto.edu/~kriz/cifar.html", "none stated", "0.2 GB");

    static FolderSource OpenImageNet(int size, DataOptions options, CancellationToken cancellation)
    {
        string split = options.Split.Length == 0 ? "train" : options.Split;
        string folder = KeptSets.ImageNetFolder(Path.Combine(options.DataDirectory, "imagenet"), split)
            ?? KeptSets.ImageNetFolder(options.DataDirectory, split)
            ?? throw new DatasetException($"imagenet is not in {Path.GetFullPath(options.DataDirectory)}: put ImageNet's "
                + $"folders, {split}/n01440764 and so on, there or into its folder imagenet.");
        return FolderSource.Open(folder, size, options, cancellation);
    }

    /// <summary>The names, in order.</summary>
    internal static string[] Names { get; } = [.. All.Select(static d => d.Name)];

    /// <summary>Those that have files.</summary>
    internal static PublishedSet[] Published { get; } = [.. All.Select(static d => d.Published).OfType<PublishedSet>()];
}
