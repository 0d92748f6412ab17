using Ssgan.Gan.Data.Containers;

namespace Ssgan.Gan.Data.Sources;

/// <summary>
/// MNIST and Fashion-MNIST, whose files have the same names: their contents tell which they are. Both splits begin with labels
/// that the other set's do not begin with.
/// </summary>
internal static class MnistSets
{
    static readonly string[] s_digits = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];
    static readonly string[] s_fashion =
        ["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"];
    static readonly byte[][] s_digitsBegin = [[5, 0, 4, 1, 9, 2, 1, 3], [7, 2, 1, 0, 4, 1, 4, 9]],
        s_fashionBegin = [[9, 0, 0, 3, 0, 2, 7, 2], [9, 2, 1, 1, 6, 1, 4, 6]];

    internal static KeptSet Of(string name, string folder, bool fashion) => new(name, folder,
        "train-images-idx3-ubyte and train-labels-idx1-ubyte (t10k-... for --split test), with .gz or without", ["train", "test"],
        place => IsIn(place, fashion) ? place : null,
        static place => ((string[])["train", "test"]).SelectMany(split => (string[])
            [File(place, split, images: true) ?? "", File(place, split, images: false) ?? ""]).Where(static f => f.Length > 0),
        (place, split, options, _) =>
        {
            string images = File(place, split, images: true)
                ?? throw new DatasetException($"{place} has no {FileName(split, images: true)}, with .gz or without.");
            var set = IdxImages.Open(images, images, File(place, split, images: false), _ => fashion ? s_fashion : s_digits);
            options.Notice?.Invoke(
                $"{name} images are grey and {set.Side}x{set.Side}: their value is taken for red, green and blue.");
            return set;
        });

    // Where the labels are neither's, as in a part of a set, it is MNIST unless a folder's name says fashion.
    static bool IsIn(string folder, bool fashion)
    {
        string? images = File(folder, "train", images: true) ?? File(folder, "test", images: true);
        if (images is null) return false;
        foreach (string split in (ReadOnlySpan<string>)["train", "test"])
        {
            if (File(folder, split, images: false) is not { } file) continue;
            byte[] labels = IdxImages.LabelsOf(file);
            if (Begins(labels, s_fashionBegin)) return fashion;
            if (Begins(labels, s_digitsBegin)) return !fashion;
        }
        return fashion == Path.GetFullPath(folder).Contains("fashion", StringComparison.OrdinalIgnoreCase);
    }

    static bool Begins(byte[] labels, byte[][] beginnings) => beginnings.Any(b => labels.AsSpan().StartsWith(b));

    static string FileName(string split, bool images) =>
        $"{(split == "train" ? "train" : "t10k")}-{(images ? "images-idx3" : "labels-idx1")}-ubyte";

    static string? File(string folder, string split, bool images)
    {
        string name = FileName(split, images);
        return ((string[])[name, name + ".gz", name.Replace("-idx", ".idx", StringComparison.Ordinal)])
            .Select(n => Path.Combine(folder, n)).FirstOrDefault(System.IO.File.Exists);
    }
}
