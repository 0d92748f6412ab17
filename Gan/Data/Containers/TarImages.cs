using Microsoft.Win32.SafeHandles;
using Ssgan.Gan.Data.Imaging;

namespace Ssgan.Gan.Data.Containers;

/// <summary>
/// The images of .tar files, which are not unpacked, in ordinal order of their names. In a WebDataset's shards a sample is the
/// files of one key, and KEY.cls, or the number "label" or "cls" of KEY.json, is its class; in others folders are classes.
/// </summary>
internal sealed class TarImages : StoredImages
{
    const int MaxLabelBytes = 1 << 20, MaxClasses = 1 << 16;

    readonly SafeFileHandle[] _files;
    readonly TarIndex.Entry[] _images;
    readonly string[] _names;

    TarImages(string place, SafeFileHandle[] files, TarIndex.Entry[] images, string[] names, ImageLabels? labels,
        string? leftOut) =>
        (Place, _files, _images, _names, Labels, LeftOut) = (place, files, images, names, labels, leftOut);

    internal override string Place { get; }

    internal override int Count => _images.Length;

    internal override ImageLabels? Labels { get; }

    internal override string? LeftOut { get; }

    internal override string NameOf(int index) => _names[index];

    /// <summary>Looks through the shards of a set.</summary>
    /// <exception cref="DatasetException">One is no tar archive, or they have no images.</exception>
    internal static TarImages Open(string place, IReadOnlyList<string> shards, DataOptions options,
        CancellationToken cancellation)
    {
        var files = new List<SafeFileHandle>();
        try
        {
            var images = new List<TarIndex.Entry>();
            var labels = new Dictionary<string, TarIndex.Entry>(StringComparer.Ordinal);
            int others = 0;
            byte[] head = new byte[SheetMark.HeadBytes];
            foreach (string shard in shards)
            {
                files.Add(File.OpenHandle(shard));
                foreach (TarIndex.Entry entry in TarIndex.Of(shard, files[^1], files.Count - 1, cancellation))
                {
                    if (ArchiveNames.IsHidden(entry.Name)) continue;
                    int got = TarIndex.Fill(files[^1], head.AsSpan(0, (int)Math.Min(head.Length, entry.Length)), entry.Offset);
                    if (ArchiveNames.KindOf(entry.Name, head.AsSpan(0, got)) == FileKind.Image) images.Add(entry);
                    // Where a sample has both, the class alone is meant to be one.
                    else if (entry.Name.EndsWith(".cls", StringComparison.Ordinal)) labels[KeyOf(entry.Name)] = entry;
                    else if (IsJson(entry.Name)) labels.TryAdd(KeyOf(entry.Name), entry);
                    else others++;
                }
            }
            if (images.Count == 0) throw new DatasetException($"{place} has no images in its tar files.");
            images.Sort(static (a, b) => string.CompareOrdinal(a.Name, b.Name));
            string[] names = [.. images.Select(static i => i.Name)];
            ImageLabels? own = labels.Count == 0 ? null : Labelled(place, names, files, labels, options);
            var result = new TarImages(place, [.. files], [.. images],
                ArchiveNames.WithoutCommonFolder(names), own,
                others == 0 ? null : $"{others} that are not PNG, JPEG, WebP or BMP");
            files.Clear();
            return result;
        }
        finally
        {
            foreach (SafeFileHandle file in files) file.Dispose();
        }
    }

    internal override byte[] Read(int index)
    {
        TarIndex.Entry image = _images[index];
        if (image.Length > ImageDecoder.MaxFileBytes)
            throw new DatasetException($"is above {ImageDecoder.MaxFileBytes >> 20} MB");
        byte[] bytes = new byte[image.Length];
        if (TarIndex.Fill(_files[image.File], bytes, image.Offset) < bytes.Length) throw new DatasetException("is cut short");
        return bytes;
    }

    public override void Dispose()
    {
        foreach (SafeFileHandle file in _files) file.Dispose();
        base.Dispose();
    }

    /// <summary>The key of a sample: its path up to the first dot of the file's name, as WebDataset has it.</summary>
    static string KeyOf(string name)
    {
        int slash = name.LastIndexOf('/');
        int dot = name.IndexOf('.', slash + 1);
        return dot < 0 ? name : name[..dot];
    }

    static bool IsJson(string name) => name.EndsWith(".json", StringComparison.Ordinal);

    static ImageLabels Labelled(string place, string[] names, List<SafeFileHandle> files,
        Dictionary<string, TarIndex.Entry> labels, DataOptions options)
    {
        int[] classes = new int[names.Length];
        int most = 0;
        for (int i = 0; i < names.Length; i++)
        {
            int label = labels.TryGetValue(KeyOf(names[i]), out TarIndex.Entry? at) ? LabelOf(files[at.File], at) : -1;
            if (label < 0)
            {
                options.Notice?.Invoke($"{place} has no class for {KeyOf(names[i])}: images get no labels.");
                return ImageLabels.None;
            }
            classes[i] = label;
            most = Math.Max(most, label);
        }
        return DatasetJson.NumberedClasses(classes, most);
    }

    // -1 for none.
    static int LabelOf(SafeFileHandle file, TarIndex.Entry entry)
    {
        if (entry.Length > MaxLabelBytes) return -1;
        byte[] text = new byte[entry.Length];
        TarIndex.Fill(file, text, entry.Offset);
        int label = IsJson(entry.Name) ? DatasetJson.Number(text, "label"u8, "cls"u8) ?? -1
            : int.TryParse(text.AsSpan().Trim(" \r\n"u8), System.Globalization.NumberStyles.None, null, out int number)
                ? number : -1;
        return label < MaxClasses ? label : -1;
    }
}
