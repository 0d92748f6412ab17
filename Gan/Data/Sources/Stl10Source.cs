using System.Buffers;
using Microsoft.Win32.SafeHandles;
using Ssgan.Engine.Kernels;
using Ssgan.Gan.Data.Imaging;
using Ssgan.Gan.Data.Storage;

namespace Ssgan.Gan.Data.Sources;

/// <summary>
/// The unlabeled split of STL-10 (or its train split, where only that is there), 96x96, resized to the wanted size. Records are
/// 27,648 bytes: a plane each of red, green and blue, every plane column by column.
/// </summary>
public sealed class Stl10Source : IImageSource
{
    delegate void Reader(long index, Span<byte> pixels);

    internal const int Side = 96, RecordBytes = Side * Side * 3;

    // Unpacked, the archive is 3.1 GB.
    const long MaxUnpackedBytes = 3300L << 20;
    const long MaxRecords = 100_000;
    const string FolderName = "stl10_binary", Unlabeled = "unlabeled_X.bin", Train = "train_X.bin";
    const string TrainLabels = "train_y.bin", NamesFile = "class_names.txt";

    static readonly string[] PublishedNames =
        ["airplane", "bird", "car", "cat", "deer", "dog", "horse", "monkey", "ship", "truck"];

    readonly Reader _read;
    readonly IDisposable _store;
    readonly ImageLabels _labels;

    Stl10Source(long count, int size, byte[] hash, ImageLabels labels, Reader read, IDisposable store)
    {
        Count = count;
        Size = size;
        ContentHash = Storage.ContentHash.Hex(hash);
        _labels = labels;
        _read = read;
        _store = store;
    }

    /// <inheritdoc/>
    public string Name => "stl10";

    /// <inheritdoc/>
    public long? Count { get; }

    /// <inheritdoc/>
    public int Size { get; }

    /// <inheritdoc/>
    public string ContentHash { get; }

    /// <summary>The ten of the train split; none of the unlabeled one.</summary>
    public IReadOnlyList<string> Classes => _labels.Classes;

    /// <inheritdoc/>
    public void Read(long index, Span<byte> pixels)
    {
        ImageSourceGuard.Read(this, index, pixels.Length);
        _read(index, pixels);
    }

    /// <inheritdoc/>
    public int Label(long index) => _labels.Of(this, index);

    /// <inheritdoc/>
    public void Dispose() => _store.Dispose();

    // The address is plain http, as published; the checksum is what vouches for the file.
    internal static RemoteArchive Archive { get; } = new("stl10", "stl10_binary.tar.gz",
        new("http://ai.stanford.edu/~acoates/stl10/stl10_binary.tar.gz"), 2_640_397_119,
        "f31fd99273a1acb8609c8db427cebb1de3f71de77758cdc0e22956e1289b9866");

    /// <summary>How the catalog knows it.</summary>
    internal static PublishedSet Published => new(Archive, MaxUnpackedBytes, FindIn, FromFile, Owns, FromArchive);

    /// <summary>The image file in a folder or its subfolder of the archive's name, or null.</summary>
    static string? FindIn(string folder)
    {
        foreach (string name in (ReadOnlySpan<string>)[Unlabeled, Train])
            foreach (string place in (ReadOnlySpan<string>)[Path.Combine(folder, FolderName, name), Path.Combine(folder, name)])
                if (File.Exists(place)) return place;
        return null;
    }

    /// <summary>Whether an archive entry shows that the archive is of this set.</summary>
    static bool Owns(string entry) => entry.Split('/').Contains(FolderName) || FileOf(entry) is Unlabeled or Train;

    static string FileOf(string entry) => entry[(entry.LastIndexOf('/') + 1)..];

    /// <summary>Reads from the .bin file as it is, resizing on the way.</summary>
    static Stl10Source FromFile(string path, int size, DataOptions options, CancellationToken cancellation)
    {
        ImageSourceGuard.Size("stl10", size, 8, 1024);
        long count = CheckLength(path, new FileInfo(path).Length);
        byte[] content = Key(Storage.ContentHash.OfFile(path, options.Progress, cancellation), size);
        ImageLabels labels = LabelsBeside(path, count, options);
        var resampler = new Resampler(Side, size);
        SafeFileHandle handle = File.OpenHandle(path);
        return new Stl10Source(count, size, content, labels,
            (index, pixels) => ReadRecord(handle, path, index, resampler, pixels), handle);
    }

    static ImageLabels LabelsBeside(string path, long count, DataOptions options)
    {
        string folder = Path.GetDirectoryName(path)!, file = Path.Combine(folder, TrainLabels);
        if (Path.GetFileName(path) != Train || !File.Exists(file)) return ImageLabels.None;
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Read);
        byte[] labels = new byte[CheckLabels(file, stream.Length, count)];
        stream.ReadExactly(labels);
        return LabelsOf(file, labels, ClassNames.FromFile(Path.Combine(folder, NamesFile), PublishedNames, options));
    }

    /// <summary>Unpacks and resizes the images of the .tar.gz once, into the cache directory.</summary>
    static Stl10Source FromArchive(string path, int size, DataOptions options, CancellationToken cancellation)
    {
        ImageSourceGuard.Size("stl10", size, 8, 1024);
        byte[] key = Key(Storage.ContentHash.OfFile(path, options.Progress, cancellation), size);
        PackFile pack = PackFile.OpenOrBuild(PackFile.PathIn(options.Cache, key), size, options, writer =>
        {
            byte[]? labels = null;
            string labelsFile = "";
            string[] classes = PublishedNames;
            // The choice of FindIn. The published archive has both splits and is read once; one of the train split is small.
            string? other = null;
            foreach (string name in (ReadOnlySpan<string>)[Unlabeled, Train])
            {
                if (writer.Count > 0) break;
                using TarGz tar = TarGz.Open(path, MaxUnpackedBytes);
                while (tar.Next())
                {
                    other ??= OtherVersion.Of(tar.Name);
                    if (!tar.IsFile) continue;
                    string file = FileOf(tar.Name);
                    if (name == Train && file == TrainLabels)
                    {
                        if (labels is not null) throw new DatasetException($"{path} holds {file} twice.");
                        labelsFile = $"{path} ({tar.Name})";
                        labels = new byte[CheckLabels(labelsFile, tar.Length, null)];
                        if (!tar.TryRead(labels)) throw new DatasetException($"{labelsFile} is cut short.");
                    }
                    if (name == Train && file == NamesFile) classes = ClassNames.FromArchive(path, tar, PublishedNames, options);
                    if (file != name) continue;
                    if (writer.Count > 0) throw new DatasetException($"{path} holds {name} twice.");
                    Unpack(path, tar, size, writer, options, cancellation);
                }
            }
            if (writer.Count == 0)
                throw new DatasetException(other is null ? $"{path} lacks {Unlabeled} and {Train}." : $"{path} holds {other}");
            if (labels is null) return;
            CheckLabels(labelsFile, labels.Length, writer.Count);
            writer.SetLabels(LabelsOf(labelsFile, labels, classes));
        }, cancellation);
        return new Stl10Source(pack.Count, size, pack.Hash, pack.Labels, pack.Read, pack);
    }

    static void Unpack(string path, TarGz tar, int size, PackWriter writer, DataOptions options, CancellationToken cancellation)
    {
        long count = CheckLength($"{path} ({tar.Name})", tar.Length);
        using var hash = new Sha256();
        var gate = new ProgressGate(options.Progress, "unpack", count);
        byte[] record = new byte[RecordBytes], image = new byte[size * size * 3];
        var resampler = new Resampler(Side, size);
        for (long i = 0; i < count; i++, gate.Add(1))
        {
            cancellation.ThrowIfCancellationRequested();
            if (!tar.TryRead(record)) throw new DatasetException($"{path} is cut short in image {i}.");
            hash.AppendData(record);
            Convert(record, resampler, image);
            writer.Append(image);
        }
        // The same hash as the unpacked file's: how a set is stored must not matter.
        writer.SetContentHash(Key(hash.GetHashAndReset(), size));
    }

    static byte[] Key(byte[] hash, int size) => Storage.ContentHash.OfText($"stl10 {Storage.ContentHash.Hex(hash)} size {size}");

    static long CheckLength(string file, long length)
    {
        if (length == 0 || length % RecordBytes != 0 || length / RecordBytes > MaxRecords)
            throw new DatasetException(
                $"{file} has {length} bytes, which is not 1 to {MaxRecords} STL-10 images of {RecordBytes} bytes.");
        return length / RecordBytes;
    }

    // Labels count from one, and an archive's may come before their images.
    static long CheckLabels(string file, long length, long? images)
    {
        if (length == (images ?? length) && length <= MaxRecords) return length;
        throw new DatasetException(
            $"{file} has {length} bytes, which are not the labels of {images?.ToString() ?? $"1 to {MaxRecords}"} images.");
    }

    static ImageLabels LabelsOf(string file, byte[] bytes, string[] classes)
    {
        int[] labels = new int[bytes.Length];
        for (int i = 0; i < labels.Length; i++)
        {
            if (bytes[i] < 1 || bytes[i] > classes.Length)
                throw new DatasetException(
                    $"{file} is damaged: image {i} has label {bytes[i]}, which is not 1 to {classes.Length}.");
            labels[i] = bytes[i] - 1;
        }
        return new ImageLabels(classes, labels);
    }

    static void Convert(ReadOnlySpan<byte> record, Resampler resampler, Span<byte> pixels)
    {
        byte[] image = ArrayPool<byte>.Shared.Rent(RecordBytes);
        try
        {
            for (int c = 0; c < 3; c++)
                for (int x = 0; x < Side; x++)
                    for (int y = 0; y < Side; y++) image[(y * Side + x) * 3 + c] = record[(c * Side + x) * Side + y];
            if (resampler.Target == Side) image.AsSpan(0, RecordBytes).CopyTo(pixels);
            else resampler.Resize(image, pixels);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(image);
        }
    }

    static void ReadRecord(SafeFileHandle handle, string path, long index, Resampler resampler, Span<byte> pixels)
    {
        byte[] record = ArrayPool<byte>.Shared.Rent(RecordBytes);
        try
        {
            for (int got = 0, read; got < RecordBytes; got += read)
            {
                read = RandomAccess.Read(handle, record.AsSpan(got, RecordBytes - got), index * RecordBytes + got);
                if (read == 0) throw new DatasetException($"{path} was cut short while it was in use.");
            }
            Convert(record, resampler, pixels);
        }
        catch (IOException e)
        {
            throw new DatasetException($"{path} cannot be read: {e.Message}", e);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(record);
        }
    }
}
