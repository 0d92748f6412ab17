using System.Globalization;

namespace Ssgan.Gan.Data.Containers;

/// <summary>
/// The lists that come with CelebA's aligned images: list_attr_celeba.txt (a count, the names of 40 attributes, and for each
/// image its name with a 1 or -1 for each) and list_eval_partition.txt (for each image its name with 0, 1 or 2: train, val,
/// test).
/// </summary>
internal static class CelebaLists
{
    internal const string Attributes = "list_attr_celeba.txt", Partition = "list_eval_partition.txt";
    internal const string All = "all";
    internal static readonly string[] Splits = ["train", "val", "test", All];

    // 27 MB as published.
    const long MaxBytes = 64 << 20;

    /// <summary>The images of a split, labelled by an attribute if one is asked for.</summary>
    /// <param name="images">All images, which the result owns.</param>
    /// <param name="folder">Where the lists lie.</param>
    /// <param name="split">One of <see cref="Splits"/>.</param>
    /// <param name="attribute">An attribute's name; empty for no labels.</param>
    /// <exception cref="DatasetException">A list is missing or damaged, or has no such attribute.</exception>
    internal static ChosenImages Choose(StoredImages images, string folder, string split, string attribute)
    {
        var parts = split == All ? null : PartsOf(Path.Combine(folder, Partition));
        var values = attribute.Length == 0 ? null : ValuesOf(Path.Combine(folder, Attributes), attribute);
        int wanted = Array.IndexOf(Splits, split);
        var chosen = new List<int>();
        var labels = new List<int>();
        for (int i = 0; i < images.Count; i++)
        {
            string name = images.NameOf(i)[(images.NameOf(i).LastIndexOf('/') + 1)..];
            if (parts is not null && Find(parts, name, folder, Partition) != wanted) continue;
            chosen.Add(i);
            if (values is not null) labels.Add(Find(values, name, folder, Attributes) > 0 ? 1 : 0);
        }
        if (chosen.Count == 0) throw new DatasetException($"{images.Place} has no images of the split {split}.");
        return new ChosenImages(images, [.. chosen],
            values is null ? ImageLabels.None : new ImageLabels([$"not {attribute}", attribute], [.. labels]));
    }

    static int Find(Dictionary<string, int> list, string name, string folder, string file) =>
        list.TryGetValue(name, out int value) ? value
            : throw new DatasetException($"{Path.Combine(folder, file)} has no line for {name}.");

    static Dictionary<string, int> PartsOf(string path)
    {
        var parts = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (string line in Lines(path))
        {
            string[] words = Words(line);
            if (words.Length == 0) continue;
            if (words.Length != 2 || words[1] is not ("0" or "1" or "2"))
                throw new DatasetException($"{path} is damaged: \"{Shown(line)}\" is no image with 0, 1 or 2.");
            parts[words[0]] = words[1][0] - '0';
        }
        return parts;
    }

    static Dictionary<string, int> ValuesOf(string path, string attribute)
    {
        var values = new Dictionary<string, int>(StringComparer.Ordinal);
        string[]? names = null;
        int column = -1;
        foreach (string line in Lines(path))
        {
            string[] words = Words(line);
            if (words.Length == 0 || names is null && words.Length == 1) continue;
            if (names is null)
            {
                names = words;
                column = Array.IndexOf(names, attribute);
                if (column < 0)
                    throw new DatasetException(
                        $"--attribute {attribute}: {path} has no such attribute, but {string.Join(", ", names)}.");
                continue;
            }
            if (words.Length != names.Length + 1 || !int.TryParse(words[column + 1], NumberStyles.AllowLeadingSign,
                CultureInfo.InvariantCulture, out int value) || value is not (1 or -1))
                throw new DatasetException(
                    $"{path} is damaged: \"{Shown(line)}\" is no image with 1 or -1 for {names.Length} attributes.");
            values[words[0]] = value;
        }
        return values;
    }

    static IEnumerable<string> Lines(string path)
    {
        var file = new FileInfo(path);
        if (!file.Exists) throw new DatasetException($"{path} is missing: CelebA comes with it.");
        if (file.Length > MaxBytes) throw new DatasetException($"{path} has {file.Length:N0} bytes, far more than the list.");
        return File.ReadLines(path);
    }

    static string[] Words(string line) => line.Split((char[])[' ', '\t', '\r'], StringSplitOptions.RemoveEmptyEntries);

    static string Shown(string line) => line.Length > 60 ? line[..60] + "..." : line;
}
