namespace Ssgan.Gan.Data;

/// <summary>
/// One of the two CIFAR binary versions: train files of records, a record being the label bytes and 3,072 pixel bytes, a 32x32
/// plane each of red, green and blue.
/// </summary>
internal sealed record CifarFormat(string Name, string Folder, string[] TrainFiles, int[] Classes, RemoteArchive Archive)
{
    internal const int Side = 32, PixelBytes = Side * Side * 3, MaxRecordsPerFile = 50_000;

    /// <summary>Unpacked, both versions are 184.4 MB and some text.</summary>
    internal const long MaxUnpackedBytes = 192L << 20;

    internal int RecordBytes => Classes.Length + PixelBytes;

    internal static CifarFormat Cifar10 { get; } = new("cifar10", "cifar-10-batches-bin",
        ["data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin", "data_batch_4.bin", "data_batch_5.bin"], [10],
        new("cifar10", "cifar-10-binary.tar.gz", new("https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz"), 170_052_171,
            "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd"));

    internal static CifarFormat Cifar100 { get; } = new("cifar100", "cifar-100-binary", ["train.bin"], [20, 100],
        new("cifar100", "cifar-100-binary.tar.gz", new("https://www.cs.toronto.edu/~kriz/cifar-100-binary.tar.gz"), 168_513_733,
            "58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8ec"));

    internal static IEnumerable<CifarFormat> All => [Cifar10, Cifar100];

    /// <summary>
    /// The folder with the train files: the given one or its subfolder of the archive's name; null where neither has any of them.
    /// </summary>
    internal string? FindIn(string folder)
    {
        string inner = Path.Combine(folder, Folder);
        if (HasAnyIn(inner)) return inner;
        // "train.bin" is a common name: it must have the record length too.
        if (!HasAnyIn(folder)) return null;
        return Classes.Length == 1 || new FileInfo(Path.Combine(folder, TrainFiles[0])).Length % RecordBytes == 0 ? folder : null;
    }

    bool HasAnyIn(string folder) => TrainFiles.Any(name => File.Exists(Path.Combine(folder, name)));

    /// <summary>Whether an archive entry shows that the archive is of this version.</summary>
    internal bool Owns(string entry) => entry.Split('/').Contains(Folder) || TrainFile(entry) >= 0;

    /// <summary>Which train file an archive entry is, or -1.</summary>
    internal int TrainFile(string entry) => Array.IndexOf(TrainFiles, entry[(entry.LastIndexOf('/') + 1)..]);
}
