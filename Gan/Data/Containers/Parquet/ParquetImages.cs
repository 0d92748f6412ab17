using System.Buffers.Binary;
using System.Globalization;
using System.Text.Json;
using Microsoft.Win32.SafeHandles;

namespace Ssgan.Gan.Data.Containers.Parquet;

/// <summary>
/// Shards of a set of Hugging Face's: Parquet files with a column of images, image.bytes or another that ends so, and a column
/// "label" or of a like name with whole numbers. Images come in order of their rows, and are named by their number.
/// </summary>
internal sealed class ParquetImages : StoredImages
{
    const int MaxFooter = 1 << 28, PagesHeld = 4, MaxClasses = 1 << 16;

    static readonly string[] s_images = ["image", "img", "picture", "jpg", "png", "webp"],
        s_labels = ["label", "labels", "fine_label", "class", "cls"];

    sealed class Part(ParquetPages column, ParquetPages.Page page, int first)
    {
        internal int First => first;

        /// <summary>While it is among the last ones that were read.</summary>
        internal object?[]? Held { get; set; }

        internal object?[] Read() => column.Read(page);
    }

    readonly List<SafeFileHandle> _files = [];
    readonly List<Part> _parts = [];
    readonly List<int> _labels = [];
    readonly Lock _gate = new();
    readonly Queue<Part> _held = new();
    ImageLabels _allLabels = ImageLabels.None;
    int _count;

    ParquetImages(string place) => Place = place;

    internal override string Place { get; }

    internal override int Count => _count;

    internal override ImageLabels Labels => _allLabels;

    internal override string NameOf(int index) => index.ToString("D8", CultureInfo.InvariantCulture);

    /// <summary>Looks through the shards of a set.</summary>
    /// <exception cref="DatasetException">One is no Parquet file, or has no images, or is written in a way that is not
    /// read.</exception>
    internal static ParquetImages Open(string place, IReadOnlyList<string> shards, DataOptions options,
        CancellationToken cancellation)
    {
        var images = new ParquetImages(place);
        try
        {
            string[] names = [];
            foreach (string shard in shards)
            {
                cancellation.ThrowIfCancellationRequested();
                try
                {
                    images.Add(shard, ref names);
                }
                catch (DatasetException e)
                {
                    throw new DatasetException($"{shard} {e.Message}.", e);
                }
            }
            if (images._count == 0) throw new DatasetException($"{place} has no images.");
            images.SetLabels(names, options);
            return images;
        }
        catch
        {
            images.Dispose();
            throw;
        }
    }

    internal override byte[] Read(int index)
    {
        Part part = _parts.FindLast(p => p.First <= index)!;
        return Held(part)[index - part.First] as byte[] ?? throw new DatasetException("is missing in its row");
    }

    public override void Dispose()
    {
        foreach (SafeFileHandle file in _files) file.Dispose();
        base.Dispose();
    }

    // A page is unpacked as a whole. Images are asked for nearly in order, by many threads.
    object?[] Held(Part part)
    {
        lock (_gate)
        {
            if (part.Held is not null) return part.Held;
            if (_held.Count == PagesHeld) _held.Dequeue().Held = null;
            object?[] values = part.Read();
            _held.Enqueue(part);
            return part.Held = values;
        }
    }

    void Add(string path, ref string[] names)
    {
        SafeFileHandle file = File.OpenHandle(path);
        _files.Add(file);
        ParquetSchema schema = ParquetSchema.Parse(Footer(file));
        int image = Array.FindIndex(schema.Columns, static c => c.Type == ParquetSchema.ByteArray && !c.IsRepeated
            && (c.Path.EndsWith(".bytes", StringComparison.Ordinal) || s_images.Contains(c.Path)));
        if (image < 0)
            throw new DatasetException("has no column of images among "
                + string.Join(", ", schema.Columns.Take(20).Select(static c => c.Path)));
        int label = Array.FindIndex(schema.Columns, static c => s_labels.Contains(c.Path) && !c.IsRepeated
            && c.Type is ParquetSchema.Int32 or ParquetSchema.Int64);
        if (label >= 0 && names.Length == 0) names = ClassNames(schema.HuggingFace, schema.Columns[label].Path);
        foreach (ParquetChunk[] group in schema.Groups)
        {
            var column = new ParquetPages(file, schema.Columns[image], group[image]);
            int first = _count;
            foreach (ParquetPages.Page page in column.List())
            {
                _parts.Add(new(column, page, first + page.First));
                _count = first + page.First + page.Rows;
            }
            if (label < 0) continue;
            var labels = new ParquetPages(file, schema.Columns[label], group[label]);
            foreach (ParquetPages.Page page in labels.List())
                foreach (object? value in labels.Read(page))
                    _labels.Add(value is long and >= 0 and < MaxClasses and var number ? (int)number : -1);
        }
    }

    void SetLabels(string[] names, DataOptions options)
    {
        if (_labels.Count == 0) return;
        int missing = _labels.IndexOf(-1);
        if (missing >= 0 || _labels.Count != _count)
        {
            options.Notice?.Invoke($"{Place} has no class for image {Math.Max(missing, 0)}: images get no labels.");
            return;
        }
        int most = _labels.Max();
        _allLabels = most < names.Length ? new ImageLabels(names, [.. _labels])
            : DatasetJson.NumberedClasses([.. _labels], most);
    }

    // "PAR1" at both ends; before the second one the footer and its length.
    static byte[] Footer(SafeFileHandle file)
    {
        long length = RandomAccess.GetLength(file);
        byte[] end = new byte[8];
        if (length < 12 || TarIndex.Fill(file, end, length - 8) < 8 || !end.AsSpan(4).SequenceEqual("PAR1"u8))
            throw new DatasetException("is no Parquet file, or it is cut short");
        uint bytes = BinaryPrimitives.ReadUInt32LittleEndian(end);
        if (bytes > MaxFooter || bytes > length - 12) throw new DatasetException("is damaged (its footer is too long)");
        byte[] footer = new byte[bytes];
        if (TarIndex.Fill(file, footer, length - 8 - bytes) < footer.Length) throw new DatasetException("is cut short");
        return footer;
    }

    // {"info": {"features": {"label": {"names": ["cat", "dog"], "_type": "ClassLabel"}}}}
    static string[] ClassNames(byte[] huggingFace, string column)
    {
        if (huggingFace.Length == 0) return [];
        try
        {
            using var json = JsonDocument.Parse(huggingFace);
            JsonElement at = json.RootElement;
            foreach (string key in (ReadOnlySpan<string>)["info", "features", column, "names"])
                if (at.ValueKind != JsonValueKind.Object || !at.TryGetProperty(key, out at)) return [];
            return at.ValueKind == JsonValueKind.Array && at.EnumerateArray().All(static n => n.ValueKind == JsonValueKind.String)
                ? [.. at.EnumerateArray().Select(static n => n.GetString()!)] : [];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Or its texts are not UTF-8. A remark of the library that wrote the file; without it classes have numbers.
            return [];
        }
    }
}
