using System.IO.Compression;
using System.IO.Hashing;
using Ssgan.Gan.Data.Imaging;

namespace Ssgan.Gan.Data.Containers;

/// <summary>
/// The images of a .zip file, which is not unpacked, in ordinal order of their names. Folders in it are classes, as on a disk;
/// where it has the dataset.json of StyleGAN's tools, that has the labels.
/// </summary>
internal sealed class ZipImages : StoredImages
{
    const string LabelsFile = "dataset.json";

    readonly ZipArchive _zip;
    // The archive has one stream. Entries are small, and decoding them takes far longer than reading.
    readonly Lock _gate = new();
    readonly ZipArchiveEntry[] _entries;
    readonly string[] _names;

    ZipImages(string path, ZipArchive zip, ZipArchiveEntry[] entries, string[] names, ImageLabels? labels, string? leftOut)
    {
        (Place, _zip, _entries, _names, Labels, LeftOut) = (path, zip, entries, names, labels, leftOut);
    }

    internal override string Place { get; }

    internal override int Count => _entries.Length;

    internal override ImageLabels? Labels { get; }

    internal override string? LeftOut { get; }

    internal override string NameOf(int index) => _names[index];

    /// <summary>Looks through an archive.</summary>
    /// <exception cref="DatasetException">It is no zip file, or has no images.</exception>
    internal static ZipImages Open(string path, DataOptions options, CancellationToken cancellation)
    {
        ZipArchive? zip = null;
        try
        {
            zip = new ZipArchive(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read));
            var found = new List<ZipArchiveEntry>();
            int others = 0, sheets = 0;
            ZipArchiveEntry? labels = null;
            byte[] head = new byte[SheetMark.HeadBytes];
            foreach (ZipArchiveEntry entry in zip.Entries)
            {
                cancellation.ThrowIfCancellationRequested();
                string name = ArchiveNames.Of(entry.FullName);
                if (name == LabelsFile) labels = entry;
                if (name.EndsWith('/') || name == LabelsFile || ArchiveNames.IsHidden(name)) continue;
                FileKind kind = ArchiveNames.KindOf(name, Head(entry, head));
                if (kind == FileKind.Image) found.Add(entry);
                else if (kind == FileKind.Sheet) sheets++;
                else others++;
            }
            if (found.Count == 0) throw new DatasetException($"The archive {path} has no images.");
            found.Sort(static (a, b) => string.CompareOrdinal(ArchiveNames.Of(a.FullName), ArchiveNames.Of(b.FullName)));
            string[] names = [.. found.Select(static e => ArchiveNames.Of(e.FullName))];
            ImageLabels? own = labels is null ? null
                : DatasetJson.Labels($"{path} ({LabelsFile})", Contents(labels), names, options);
            var images = new ZipImages(path, zip, [.. found],
                ArchiveNames.WithoutCommonFolder(names), own, Describe(others, sheets));
            zip = null;
            return images;
        }
        catch (Exception e) when (e is InvalidDataException or NotSupportedException or EndOfStreamException)
        {
            throw new DatasetException($"{path} is not a zip file, or it is damaged: {e.Message}", e);
        }
        finally
        {
            zip?.Dispose();
        }
    }

    internal override byte[] Read(int index)
    {
        ZipArchiveEntry entry = _entries[index];
        byte[] bytes;
        try
        {
            lock (_gate) bytes = Contents(entry);
        }
        catch (Exception e) when (e is InvalidDataException or NotSupportedException or EndOfStreamException)
        {
            throw new DatasetException("is damaged in its archive", e);
        }
        // .NET's reader does not look at it.
        if (Crc32.HashToUInt32(bytes) != entry.Crc32) throw new DatasetException("has another checksum than its archive says");
        return bytes;
    }

    public override void Dispose()
    {
        _zip.Dispose();
        base.Dispose();
    }

    static string? Describe(int others, int sheets)
    {
        string[] parts =
        [
            .. others > 0 ? [$"{others} that are not PNG, JPEG, WebP or BMP"] : Array.Empty<string>(),
            .. sheets > 0 ? [$"{sheets} sheet{(sheets == 1 ? "" : "s")} that ssgan drew"] : Array.Empty<string>(),
        ];
        return parts.Length == 0 ? null : string.Join("; ", parts);
    }

    // Of what is named .jpg it decides nothing, and a large archive of photos is looked through faster without.
    static ReadOnlySpan<byte> Head(ZipArchiveEntry entry, byte[] head)
    {
        if (ImageFiles.IsNamedSo(entry.Name) && !entry.Name.EndsWith(".png", StringComparison.OrdinalIgnoreCase)) return default;
        try
        {
            using Stream stream = entry.Open();
            return head.AsSpan(0, stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false));
        }
        catch (InvalidDataException)
        {
            // By its name it is an image or not; one that is meets the damage again when it is read.
            return default;
        }
    }

    static byte[] Contents(ZipArchiveEntry entry)
    {
        using Stream stream = entry.Open();
        return Bounded.ReadAll(stream, entry.Length, ImageDecoder.MaxFileBytes);
    }
}
