using System.Collections.Concurrent;
using System.Text;
using Ssgan.Engine.Kernels;
using Ssgan.Gan.Data.Imaging;
using Ssgan.Gan.Data.Storage;

namespace Ssgan.Gan.Data.Sources;

/// <summary>
/// The PNG, JPEG, WebP and BMP images of a folder and the folders below it, cropped to centred squares and resized; the first
/// bytes of a file decide, whatever its name. Linked folders are followed, each image once; hidden files, sheets and folders of
/// training runs are left out, and <see cref="DataOptions.Notice"/> is told what was. Images are decoded once into a pack in the
/// cache directory, found again by a hash over names and contents; they come in ordinal order of their paths.
/// </summary>
public sealed class FolderSource : IImageSource
{
    // Part of the content hash. That stands for the files and the size, not for their decoding: a run goes on after that was
    // mended.
    const int Version = 1;
    const int NamedFiles = 10;

    readonly PackFile _pack;

    FolderSource(string folder, PackFile pack)
    {
        Name = folder;
        _pack = pack;
        ContentHash = Storage.ContentHash.Hex(pack.Hash);
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public long? Count => _pack.Count;

    /// <inheritdoc/>
    public int Size => _pack.Size;

    /// <inheritdoc/>
    public string ContentHash { get; }

    /// <summary>
    /// The names of the subfolders of the first level, in ordinal order, where every image lies in one or deeper; else none.
    /// </summary>
    public IReadOnlyList<string> Classes => _pack.Labels.Classes;

    /// <summary>Files that were left out, each with the reason; empty unless <see cref="DataOptions.SkipBad"/> was set.</summary>
    public IReadOnlyList<string> Skipped => _pack.Notes;

    /// <summary>The side of the square that a folder's first image is cropped to: the size at which it is not resized.</summary>
    /// <exception cref="DatasetException">The folder is missing or has no images, or the first one cannot be read.</exception>
    public static int SideOf(string folder, DataOptions options)
    {
        ArgumentNullException.ThrowIfNull(folder);
        ArgumentNullException.ThrowIfNull(options);
        if (!Directory.Exists(folder)) throw new DatasetException($"The image folder {folder} does not exist.");
        try
        {
            FolderListing listing = FolderListing.Of(folder, options.Cache, default);
            if (listing.Files.Length == 0) throw new DatasetException(NoImages(folder, listing.LeftOut.Describe()));
            string first = Path.Combine(folder, listing.Files[0]);
            return ImageDecoder.Side(first) ?? throw new DatasetException($"{first} is no image that can be read.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DatasetException($"The image folder {folder} cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Opens a folder at a size of 8 to 1024 pixels, packing its images if that was not done before.</summary>
    /// <exception cref="ArgumentException">The size is outside that range.</exception>
    /// <exception cref="DatasetException">
    /// The folder is missing or has no images; or some cannot be read and <see cref="DataOptions.SkipBad"/> is off; or the cache
    /// cannot be written.
    /// </exception>
    /// <exception cref="OperationCanceledException">Cancelled; nothing half-written stays behind.</exception>
    public static FolderSource Open(string folder, int size, DataOptions options, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(folder);
        ArgumentNullException.ThrowIfNull(options);
        ImageSourceGuard.Size(folder, size, 8, 1024);
        if (!Directory.Exists(folder)) throw new DatasetException($"The image folder {folder} does not exist.");
        string[] files;
        byte[] hash;
        try
        {
            FolderListing listing = FolderListing.Of(folder, options.Cache, cancellation);
            files = listing.Files;
            string? leftOut = listing.LeftOut.Describe();
            if (files.Length == 0) throw new DatasetException(NoImages(folder, leftOut));
            if (leftOut is not null) options.Notice?.Invoke($"Left out of {folder}: {leftOut}.");
            hash = HashFiles(folder, files, size, options, cancellation);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DatasetException($"The image folder {folder} cannot be read: {e.Message}", e);
        }
        try
        {
            PackFile pack = PackFile.OpenOrBuild(PackFile.PathIn(options.Cache, PackKey(hash)), size, options, writer =>
            {
                writer.SetContentHash(hash);
                Pack(folder, files, size, options, writer, cancellation);
            }, cancellation);
            return Accept(folder, files.Length, pack, options);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DatasetException($"The image folder {folder} cannot be packed into {options.Cache}: {e.Message}", e);
        }
    }

    /// <inheritdoc/>
    public void Read(long index, Span<byte> pixels)
    {
        ImageSourceGuard.Read(this, index, pixels.Length);
        _pack.Read(index, pixels);
    }

    /// <inheritdoc/>
    public int Label(long index) => _pack.Labels.Of(this, index);

    /// <inheritdoc/>
    public void Dispose() => _pack.Dispose();

    // A pack made with SkipBad may be met again without it.
    static FolderSource Accept(string folder, int files, PackFile pack, DataOptions options)
    {
        if (pack.Notes.Length == 0) return new FolderSource(folder, pack);
        if (!options.SkipBad)
        {
            string[] bad = pack.Notes;
            pack.Dispose();
            throw Refusal(folder, files, bad);
        }
        options.Notice?.Invoke(
            $"Left out {pack.Notes.Length} of {files} images in {folder} that cannot be read: {Names(pack.Notes)}.");
        return new FolderSource(folder, pack);
    }

    static string NoImages(string folder, string? leftOut) =>
        OtherVersion.In(folder) is string other ? $"{folder} holds {other}"
        : $"The folder {folder} has no images{(leftOut is null ? ": it is empty." : $", only {leftOut}.")}";

    static DatasetException Refusal(string folder, int files, IReadOnlyList<string> bad) =>
        new($"{bad.Count} of {files} images in {folder} cannot be read (mend or remove them, or leave bad ones out with "
            + $"--skip-bad): {Names(bad)}.");

    static string Names(IReadOnlyList<string> bad) =>
        string.Join("; ", bad.Take(NamedFiles)) + (bad.Count > NamedFiles ? $"; and {bad.Count - NamedFiles} more" : "");

    static byte[] HashFiles(string folder, string[] files, int size, DataOptions options, CancellationToken cancellation)
    {
        byte[][] hashes = new byte[files.Length][];
        var gate = new ProgressGate(options.Progress, "hash", files.Length);
        Parallel.For(0, files.Length, new ParallelOptions { CancellationToken = cancellation }, i =>
        {
            try
            {
                using FileStream stream = File.OpenRead(Path.Combine(folder, files[i]));
                hashes[i] = Sha256.HashData(stream);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Decoding meets the same file again and reports it by name.
                hashes[i] = Storage.ContentHash.OfText(e.GetType().Name);
            }
            gate.Add(1);
        });
        using var all = new Sha256();
        all.AppendData(Encoding.UTF8.GetBytes($"folder v{Version} size {size}\0"));
        for (int i = 0; i < files.Length; i++)
        {
            all.AppendData(Encoding.UTF8.GetBytes(files[i] + '\0'));
            all.AppendData(hashes[i]);
        }
        return all.GetHashAndReset();
    }

    // Packs of another decoder are not found.
    static byte[] PackKey(byte[] contentHash)
    {
        using var key = new Sha256();
        key.AppendData(Encoding.UTF8.GetBytes($"decoder v{ImageDecoder.Version}\0"));
        key.AppendData(contentHash);
        return key.GetHashAndReset();
    }

    // Chunk by chunk: decoded in parallel, appended in order, so that memory stays bounded however large the folder is.
    static void Pack(string folder, string[] files, int size, DataOptions options, PackWriter writer,
        CancellationToken cancellation)
    {
        int imageBytes = size * size * 3, chunk = Math.Clamp((16 << 20) / imageBytes, 4, 1024);
        byte[] images = new byte[chunk * imageBytes];
        string?[] reasons = new string?[chunk];
        var taken = new List<string>(files.Length);
        var large = new Lock();
        var gate = new ProgressGate(options.Progress, "pack", files.Length);
        for (int start = 0; start < files.Length; start += chunk)
        {
            int first = start, count = Math.Min(chunk, files.Length - start);
            // One file at a time per worker: images differ too much in size for ranges.
            Parallel.ForEach(Partitioner.Create(Enumerable.Range(0, count), EnumerablePartitionerOptions.NoBuffering),
                new ParallelOptions { CancellationToken = cancellation }, i =>
                {
                    reasons[i] = Decode(Path.Combine(folder, files[first + i]), size,
                        images.AsSpan(i * imageBytes, imageBytes), large);
                    gate.Add(1);
                });
            for (int i = 0; i < count; i++)
            {
                if (reasons[i] is string reason)
                {
                    writer.Note($"{files[start + i]} {reason}");
                    continue;
                }
                writer.Append(images.AsSpan(i * imageBytes, imageBytes));
                taken.Add(files[start + i]);
            }
        }
        writer.SetLabels(FolderLabels.Of(taken));
        if (writer.Notes.Count > 0 && (!options.SkipBad || writer.Count == 0)) throw Refusal(folder, files.Length, writer.Notes);
    }

    // Null, or why the file cannot be used.
    static string? Decode(string path, int size, Span<byte> pixels, Lock large)
    {
        try
        {
            var info = new FileInfo(path);
            if (info.Length > ImageDecoder.MaxFileBytes) return $"is above {ImageDecoder.MaxFileBytes >> 20} MB";
            ImageDecoder.Decode(File.ReadAllBytes(path), size, pixels, large);
            return null;
        }
        catch (Exception e) when (e is DatasetException or IOException or UnauthorizedAccessException)
        {
            return e is DatasetException ? e.Message : $"cannot be opened ({e.Message})";
        }
    }
}
