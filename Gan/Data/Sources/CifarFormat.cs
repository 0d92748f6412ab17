using Ssgan.Gan.Data.Storage;

namespace Ssgan.Gan.Data.Sources;

/// <summary>
/// One of the two CIFAR binary versions: train files of records, a record being the label bytes and 3,072 pixel bytes, a 32x32
/// plane each of red, green and blue. Of the label bytes the last is the finest.
/// </summary>
/// <param name="Name">As users write it.</param>
/// <param name="Folder">The archive's only folder.</param>
/// <param name="TrainFiles">In the order of their images.</param>
/// <param name="LabelCounts">For each label byte, how many values it has.</param>
/// <param name="NamesFile">Where the folder names the classes of the last label byte.</param>
/// <param name="ClassNames">The same names, as published.</param>
/// <param name="Archive">What is downloaded.</param>
internal sealed record CifarFormat(string Name, string Folder, string[] TrainFiles, int[] LabelCounts, string NamesFile,
    string[] ClassNames, RemoteArchive Archive)
{
    internal const int Side = 32, PixelBytes = Side * Side * 3, MaxRecordsPerFile = 50_000;

    /// <summary>Unpacked, both versions are 184.4 MB and some text.</summary>
    internal const long MaxUnpackedBytes = 192L << 20;

    internal int RecordBytes => LabelCounts.Length + PixelBytes;

    internal static CifarFormat Cifar10 { get; } = new("cifar10", "cifar-10-batches-bin",
        ["data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin", "data_batch_4.bin", "data_batch_5.bin"], [10],
        "batches.meta.txt", ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"],
        new("cifar10", "cifar-10-binary.tar.gz", new("https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz"), 170_052_171,
            "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd"));

    internal static CifarFormat Cifar100 { get; } = new("cifar100", "cifar-100-binary", ["train.bin"], [20, 100],
        "fine_label_names.txt",
        [
            "apple", "aquarium_fish", "baby", "bear", "beaver", "bed", "bee", "beetle", "bicycle", "bottle", "bowl", "boy",
            "bridge", "bus", "butterfly", "camel", "can", "castle", "caterpillar", "cattle", "chair", "chimpanzee", "clock",
            "cloud", "cockroach", "couch", "crab", "crocodile", "cup", "dinosaur", "dolphin", "elephant", "flatfish", "forest",
            "fox", "girl", "hamster", "house", "kangaroo", "keyboard", "lamp", "lawn_mower", "leopard", "lion", "lizard",
            "lobster", "man", "maple_tree", "motorcycle", "mountain", "mouse", "mushroom", "oak_tree", "orange", "orchid",
            "otter", "palm_tree", "pear", "pickup_truck", "pine_tree", "plain", "plate", "poppy", "porcupine", "possum", "rabbit",
            "raccoon", "ray", "road", "rocket", "rose", "sea", "seal", "shark", "shrew", "skunk", "skyscraper", "snail", "snake",
            "spider", "squirrel", "streetcar", "sunflower", "sweet_pepper", "table", "tank", "telephone", "television", "tiger",
            "tractor", "train", "trout", "tulip", "turtle", "wardrobe", "whale", "willow_tree", "wolf", "woman", "worm",
        ],
        new("cifar100", "cifar-100-binary.tar.gz", new("https://www.cs.toronto.edu/~kriz/cifar-100-binary.tar.gz"), 168_513_733,
            "58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8ec"));

    /// <summary>How the catalog knows it.</summary>
    internal PublishedSet Published => new(Archive, MaxUnpackedBytes, FindIn,
        (folder, size, options, cancellation) => CifarSource.FromFolder(folder, this, size, options, cancellation), Owns,
        (archive, size, options, cancellation) => CifarSource.FromArchive(archive, this, size, options, cancellation));

    /// <summary>
    /// The folder with the train files: the given one or its subfolder of the archive's name; null where neither has any of them.
    /// </summary>
    string? FindIn(string folder)
    {
        string inner = Path.Combine(folder, Folder);
        if (HasAnyIn(inner)) return inner;
        // "train.bin" is a common name: it must have the record length too.
        if (!HasAnyIn(folder)) return null;
        bool fits = LabelCounts.Length == 1 || new FileInfo(Path.Combine(folder, TrainFiles[0])).Length % RecordBytes == 0;
        return fits ? folder : null;
    }

    bool HasAnyIn(string folder) => TrainFiles.Any(name => File.Exists(Path.Combine(folder, name)));

    /// <summary>Whether an archive entry shows that the archive is of this version.</summary>
    bool Owns(string entry) => entry.Split('/').Contains(Folder) || TrainFile(entry) >= 0;

    /// <summary>Which train file an archive entry is, or -1.</summary>
    internal int TrainFile(string entry) => Array.IndexOf(TrainFiles, FileOf(entry));

    /// <summary>Whether an archive entry has the classes' names.</summary>
    internal bool IsNamesFile(string entry) => FileOf(entry) == NamesFile;

    static string FileOf(string entry) => entry[(entry.LastIndexOf('/') + 1)..];
}
