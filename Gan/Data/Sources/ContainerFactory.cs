using Ssgan.Gan.Data.Containers;
using Ssgan.Gan.Data.Containers.Parquet;
using Ssgan.Gan.Data.Storage;

namespace Ssgan.Gan.Data.Sources;

/// <summary>Opens files that images are kept in, whatever the set: known by their first bytes.</summary>
internal static class ContainerFactory
{
    const int HeadBytes = 512;

    /// <summary>What a file or a folder of nothing but shards holds; null where it is no container of images.</summary>
    internal static IImageSource? Open(string path, int size, DataOptions options, CancellationToken cancellation) =>
        Find(path) is not { } found ? null : PackedSource.Open(path, Path.GetFullPath(path), Stamp.OfFiles(found.Files),
            () => List(path, found, options, cancellation), size, options, cancellation);

    /// <summary>The same without packing it.</summary>
    internal static StoredImages? List(string path, DataOptions options, CancellationToken cancellation) =>
        Find(path) is { } found ? List(path, found, options, cancellation) : null;

    static StoredImages List(string path, (Kind Kind, string[] Files) found, DataOptions options,
        CancellationToken cancellation) => found.Kind switch
        {
            Kind.Zip => ZipImages.Open(path, options, cancellation),
            Kind.Tar => TarImages.Open(path, found.Files, options, cancellation),
            Kind.Parquet => ParquetImages.Open(path, found.Files, options, cancellation),
            _ => LmdbImages.Open(found.Files[0], cancellation),
        };

    static (Kind Kind, string[] Files)? Find(string path)
    {
        if (File.Exists(path)) return KindOf(path) is not Kind.Other and var kind ? (kind, [path]) : null;
        string data = Path.Combine(path, LmdbImages.FileName);
        if (File.Exists(data) && KindOf(data) == Kind.Lmdb) return (Kind.Lmdb, [data]);
        if (Shards(path, ".tar", Kind.Tar) is { Length: > 0 } tars) return (Kind.Tar, tars);
        // A copy of a repository of Hugging Face's has its shards in the folder data.
        string inner = Path.Combine(path, "data");
        return Shards(path, ".parquet", Kind.Parquet) is { Length: > 0 } shards ? (Kind.Parquet, shards)
            : Directory.Exists(inner) && Shards(inner, ".parquet", Kind.Parquet) is { Length: > 0 } within
                ? (Kind.Parquet, within)
            : null;
    }

    // Beside them only texts, such as an index, may lie: in a folder of images an archive is one more file.
    static string[] Shards(string folder, string ending, Kind kind)
    {
        string[] entries = Directory.GetFileSystemEntries(folder);
        string[] shards = [.. entries.Where(e => e.EndsWith(ending, StringComparison.Ordinal) && File.Exists(e))];
        string[] rest = [.. entries.Except(shards).Where(static e => !Path.GetFileName(e).StartsWith('.'))];
        if (shards.Length == 0 || rest.Any(static e => Directory.Exists(e) || Imaging.ImageFiles.IsNamedSo(e))) return [];
        Array.Sort(shards, StringComparer.Ordinal);
        return Array.TrueForAll(shards, s => KindOf(s) == kind) ? shards : [];
    }

    enum Kind
    {
        Other, Zip, Tar, Lmdb, Parquet,
    }

    static Kind KindOf(string path)
    {
        using var file = File.OpenHandle(path);
        byte[] head = new byte[HeadBytes];
        int got = TarIndex.Fill(file, head, 0);
        if (head.AsSpan(0, got).StartsWith("PK\x03\x04"u8) || head.AsSpan(0, got).StartsWith("PK\x05\x06"u8)) return Kind.Zip;
        if (head.AsSpan(0, got).StartsWith("PAR1"u8)) return Kind.Parquet;
        if (got >= 20 && head.AsSpan(16, 4).SequenceEqual((ReadOnlySpan<byte>)[0xDE, 0xC0, 0xEF, 0xBE])) return Kind.Lmdb;
        return got == HeadBytes && TarHeader.Parse(head) is not null ? Kind.Tar : Kind.Other;
    }
}
