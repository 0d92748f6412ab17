using Ssgan.Gan.Data.Containers;

namespace Ssgan.Gan.Data.Sources;

/// <summary>The sets that users fetch themselves.</summary>
internal static class KeptSets
{
    const string CelebaZip = "img_align_celeba.zip";

    /// <summary>The aligned images, from the archive as it is published, all of them unless a split is asked for.</summary>
    internal static KeptSet Celeba { get; } = new("celeba", "celeba",
        $"{CelebaZip} (and {CelebaLists.Attributes} for --attribute, "
        + $"{CelebaLists.Partition} for --split)", [CelebaLists.All, "train", "val", "test"],
        static folder => Existing(Path.Combine(folder, CelebaZip)),
        static zip => [zip, Beside(zip, CelebaLists.Attributes), Beside(zip, CelebaLists.Partition)],
        static (zip, split, options, cancellation) =>
        {
            ZipImages images = ZipImages.Open(zip, options, cancellation);
            try
            {
                return CelebaLists.Choose(images, Path.GetDirectoryName(zip)!, split, options.Attribute);
            }
            catch
            {
                images.Dispose();
                throw;
            }
        })
    { HasAttributes = true };

    internal static KeptSet Mnist { get; } = MnistSets.Of("mnist", "mnist", fashion: false);

    internal static KeptSet FashionMnist { get; } = MnistSets.Of("fashion-mnist", "fashion-mnist", fashion: true);

    internal static KeptSet ImageNet32 { get; } = new("imagenet32", "imagenet32",
        "the batches train_data_batch_1 to 10 (or .npz) and val_data of downsampled ImageNet", ["train", "val"],
        static folder => Batches(folder, "train").Length > 0 || Batches(folder, "val").Length > 0 ? folder : null,
        static folder => [.. Batches(folder, "train"), .. Batches(folder, "val")],
        static (folder, split, options, cancellation) =>
        {
            string[] files = Batches(folder, split);
            if (files.Length == 0) throw new DatasetException($"{folder} has no batch of the split {split}.");
            if (split == "train" && files.Length < 10)
                options.Notice?.Invoke($"{folder} has {files.Length} of the 10 batches of downsampled ImageNet.");
            return ImageNetBatches.Open(folder, files, cancellation);
        });

    /// <summary>The bedrooms; any other set of LSUN is given by the path of its database.</summary>
    internal static KeptSet Lsun { get; } = new("lsun-bedroom", "lsun",
        "bedroom_train_lmdb (and bedroom_val_lmdb for --split val)", ["train", "val"],
        static folder => Directory.Exists(Path.Combine(folder, "bedroom_train_lmdb"))
            || Directory.Exists(Path.Combine(folder, "bedroom_val_lmdb")) ? folder : null,
        static folder => [Bedrooms(folder, "train"), Bedrooms(folder, "val")],
        static (folder, split, _, cancellation) => LmdbImages.Open(Existing(Bedrooms(folder, split))
            ?? throw new DatasetException($"{Bedrooms(folder, split)} is missing."), cancellation));

    /// <summary>What is found by its files in a folder that is given by its path.</summary>
    internal static KeptSet[] All { get; } = [Celeba, Mnist, FashionMnist, ImageNet32, Lsun];

    /// <summary>
    /// The folder of one of ImageNet's splits, whose subfolders are WordNet's numbers; null where that is not there.
    /// </summary>
    internal static string? ImageNetFolder(string folder, string split)
    {
        string inner = Path.Combine(folder, split);
        return Directory.Exists(inner) && Directory.EnumerateDirectories(inner).Any(static d =>
            IsWnid(Path.GetFileName(d)))
            ? inner : null;
    }

    static bool IsWnid(string name) =>
        name.Length == 9 && name[0] == 'n' && name.AsSpan(1).IndexOfAnyExceptInRange('0', '9') < 0;

    // Those that follow each other from the first on; one in each form.
    static string[] Batches(string folder, string split)
    {
        string?[] files = split == "val" ? [Batch(folder, "val_data")]
            : [.. Enumerable.Range(1, 10).Select(i => Batch(folder, $"train_data_batch_{i}"))];
        return [.. files.TakeWhile(static f => f is not null)!];
    }

    static string? Batch(string folder, string name) =>
        Existing(Path.Combine(folder, name)) ?? Existing(Path.Combine(folder, name + ".npz"));

    static string Bedrooms(string folder, string split) => Path.Combine(folder, $"bedroom_{split}_lmdb", LmdbImages.FileName);

    static string Beside(string file, string name) => Path.Combine(Path.GetDirectoryName(file)!, name);

    static string? Existing(string path) => File.Exists(path) ? path : null;
}
