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
    readonly (string Name, int File, long Offset, long Length)[] _images;
    readonly string[] _names;

    TarImages(string place, SafeFileHandle[] files, (string, int, long, long)[] images, string[] names, ImageLabels? labels,
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
            var images = new List<(string Name, int File, long Offset, long Length)>();
            var labels = new Dictionary<string, (int File, long Offset, long Length, bool IsJson)>(StringComparer.Ordinal);
            int others = 0;
            byte[] head = new byte[SheetMark.HeadBytes];
            foreach (string shard in shards)
            {
                files.Add(File.OpenHandle(shard));
                foreach (var (entry, offset, length) in TarIndex.Of(shard, files[^1], cancellation))
                {
                    string name = ArchiveNames.Of(entry);
                    if (ArchiveNames.IsHidden(name)) continue;
                    int got = TarIndex.Fill(files[^1], head.AsSpan(0, (int)Math.Min(head.Length, length)), offset);
                    if (ArchiveNames.KindOf(name, head.AsSpan(0, got)) == FileKind.Image)
                        images.Add((name, files.Count - 1, offset, length));
                    else if (name.EndsWith(".cls", StringComparison.Ordinal) || name.EndsWith(".json", StringComparison.Ordinal))
                    {
                        bool json = name.EndsWith(".json", StringComparison.Ordinal);
                        // Where a sample has both, the class alone is meant to be one.
                        if (!json || !labels.ContainsKey(KeyOf(name)))
                            labels[KeyOf(name)] = (files.Count - 1, offset, length, json);
                    }
                    else others++;
                }
            }
            if (images.Count == 0) throw new DatasetException($"{place} has no images in its tar files.");
            images.Sort(static (a, b) => string.CompareOrdinal(a.Name, b.Name));
            ImageLabels? own = labels.Count == 0 ? null : Labelled(place, [.. images.Select(static i => KeyOf(i.Name))],
                key => labels.TryGetValue(key, out var at) ? LabelOf(files[at.File], at.Offset, at.Length, at.IsJson) : null,
                    options);
            var result = new TarImages(place, [.. files], [.. images],
                ArchiveNames.WithoutCommonFolder([.. images.Select(static i => i.Name)]), own,
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
        var (_, file, offset, length) = _images[index];
        if (length > ImageDecoder.MaxFileBytes) throw new DatasetException($"is above {ImageDecoder.MaxFileBytes >> 20} MB");
        byte[] bytes = new byte[length];
        if (TarIndex.Fill(_files[file], bytes, offset) < length) throw new DatasetException("is cut short");
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

    static ImageLabels Labelled(string place, string[] keys, Func<string, int?> labelOf, DataOptions options)
    {
        int[] labels = new int[keys.Length];
        for (int i = 0; i < keys.Length; i++)
        {
            if (labelOf(keys[i]) is not { } label)
            {
                options.Notice?.Invoke($"{place} has no class for {keys[i]}: images get no labels.");
                return ImageLabels.None;
            }
            labels[i] = label;
        }
        return DatasetJson.NumberedClasses(labels, labels.Max());
    }

    static int? LabelOf(SafeFileHandle file, long offset, long length, bool json)
    {
        if (length > MaxLabelBytes) return null;
        byte[] text = new byte[length];
        TarIndex.Fill(file, text, offset);
        int? label = json ? DatasetJson.Number(text, "label"u8, "cls"u8)
            : int.TryParse(text.AsSpan().Trim(" \r\n"u8), System.Globalization.NumberStyles.None, null, out int number)
                ? number : null;
        return label is >= 0 and < MaxClasses ? label : null;
    }
}
