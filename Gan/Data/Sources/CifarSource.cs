using Ssgan.Engine.Kernels;
using Ssgan.Gan.Data.Imaging;
using Ssgan.Gan.Data.Storage;

namespace Ssgan.Gan.Data.Sources;

/// <summary>
/// The train split of CIFAR-10 or CIFAR-100 (binary version), held in memory, resized on reading where another size is wanted.
/// </summary>
public sealed class CifarSource : IImageSource
{
    // Small pieces: no allocation depends on what a header claims, and growing copies nothing.
    const int ChunkImages = 256;

    readonly List<byte[]> _chunks = [];
    readonly CifarFormat _format;
    readonly Resampler? _resampler;
    readonly string _content;
    readonly List<byte> _labels = [];
    long _count;

    delegate bool RecordReader(Span<byte> record);

    delegate void RecordSink(ReadOnlySpan<byte> record);

    CifarSource(CifarFormat format, int size, DataOptions options, Func<CifarSource, Sha256, string[]> load)
    {
        ImageSourceGuard.Size(format.Name, size, 8, 1024);
        _format = format;
        Size = size;
        using var hash = new Sha256();
        Classes = load(this, hash);
        _content = Storage.ContentHash.Hex(
            Storage.ContentHash.OfText($"{format.Name} {Storage.ContentHash.Hex(hash.GetHashAndReset())} size {size}"));
        if (size == CifarFormat.Side) return;
        _resampler = new Resampler(CifarFormat.Side, size);
        options.Notice?.Invoke($"{format.Name} images are 32x32: they are resized to {size}x{size}.");
    }

    /// <inheritdoc/>
    public string Name => _format.Name;

    /// <inheritdoc/>
    public long? Count => _count;

    /// <inheritdoc/>
    public int Size { get; }

    /// <inheritdoc/>
    public string ContentHash => _content;

    /// <summary>The ten of CIFAR-10, the hundred fine ones of CIFAR-100.</summary>
    public IReadOnlyList<string> Classes { get; }

    /// <inheritdoc/>
    public void Read(long index, Span<byte> pixels)
    {
        ImageSourceGuard.Read(this, index, pixels.Length);
        ReadOnlySpan<byte> image = _chunks[(int)(index / ChunkImages)].AsSpan((int)(index % ChunkImages) * CifarFormat.PixelBytes,
            CifarFormat.PixelBytes);
        if (_resampler is null) image.CopyTo(pixels);
        else _resampler.Resize(image, pixels);
    }

    /// <inheritdoc/>
    public int Label(long index)
    {
        ImageSourceGuard.Label(this, index);
        return _labels[(int)index];
    }

    /// <inheritdoc/>
    public void Dispose() => _chunks.Clear();

    /// <summary>From a folder with the train files.</summary>
    internal static CifarSource FromFolder(string folder, CifarFormat format, int size, DataOptions options,
        CancellationToken cancellation) =>
        new(format, size, options, (source, hash) =>
        {
            foreach (string name in format.TrainFiles)
            {
                string path = Path.Combine(folder, name);
                if (!File.Exists(path)) throw new DatasetException($"{path} is missing: {format.Name} is not whole without it.");
                using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16);
                source.ReadAll(path, stream.Length,
                    record => stream.ReadAtLeast(record, record.Length, throwOnEndOfStream: false) == record.Length,
                    record => source.Add(record, hash), cancellation);
            }
            return ClassNames.FromFile(Path.Combine(folder, format.NamesFile), format.ClassNames, options);
        });

    /// <summary>
    /// From the .tar.gz, without unpacking it to disk. Its members may come in any order, as in the published ones.
    /// </summary>
    internal static CifarSource FromArchive(string path, CifarFormat format, int size, DataOptions options,
        CancellationToken cancellation) =>
        new(format, size, options, (source, hash) =>
        {
            using TarGz tar = TarGz.Open(path, CifarFormat.MaxUnpackedBytes);
            var gate = new ProgressGate(options.Progress, "unpack", format.TrainFiles.Length);
            // Image numbers and the content hash must not depend on how the set is stored: records of a file that comes early
            // wait. Each leaves its queue when it is taken, so that the set is never in memory twice.
            var early = new Queue<byte[]>?[format.TrainFiles.Length];
            string[] classes = format.ClassNames;
            string? other = null;
            int next = 0;
            while (tar.Next())
            {
                other ??= OtherVersion.Of(tar.Name);
                if (tar.IsFile && format.IsNamesFile(tar.Name))
                    classes = ClassNames.FromArchive(path, tar, format.ClassNames, options);
                int file = tar.IsFile ? format.TrainFile(tar.Name) : -1;
                if (file < 0) continue;
                if (file < next || early[file] is not null)
                    throw new DatasetException($"{path} holds {format.TrainFiles[file]} twice.");
                var waiting = early[file] = new Queue<byte[]>();
                RecordSink sink = file == next ? record => source.Add(record, hash) : record => waiting.Enqueue(record.ToArray());
                source.ReadAll($"{path} ({tar.Name})", tar.Length, tar.TryRead, sink, cancellation);
                gate.Add(1);
                for (; next < early.Length && early[next] is { } ready; next++)
                    while (ready.TryDequeue(out byte[]? record)) source.Add(record, hash);
            }
            if (next == early.Length) return classes;
            throw new DatasetException(other is null ? $"{path} lacks {format.TrainFiles[next]}." : $"{path} holds {other}");
        });

    void ReadAll(string file, long length, RecordReader read, RecordSink sink, CancellationToken cancellation)
    {
        int recordBytes = _format.RecordBytes;
        long records = length / recordBytes;
        if (length % recordBytes != 0 || records is 0 or > CifarFormat.MaxRecordsPerFile)
            throw new DatasetException($"{file} has {length} bytes, which is not 1 to " +
                $"{CifarFormat.MaxRecordsPerFile} {_format.Name} records of {recordBytes} bytes.");
        byte[] record = new byte[recordBytes];
        for (long i = 0; i < records; i++)
        {
            if (i % ChunkImages == 0) cancellation.ThrowIfCancellationRequested();
            if (!read(record)) throw new DatasetException($"{file} is cut short in record {i}.");
            for (int k = 0; k < _format.LabelCounts.Length; k++)
                if (record[k] >= _format.LabelCounts[k])
                    throw new DatasetException(
                        $"{file} is damaged: record {i} has label {record[k]}, but there are {_format.LabelCounts[k]} classes.");
            sink(record);
        }
    }

    void Add(ReadOnlySpan<byte> record, Sha256 hash)
    {
        hash.AppendData(record);
        _labels.Add(record[_format.LabelCounts.Length - 1]);
        if (_count % ChunkImages == 0) _chunks.Add(new byte[ChunkImages * CifarFormat.PixelBytes]);
        Span<byte> pixels = _chunks[^1].AsSpan((int)(_count % ChunkImages) * CifarFormat.PixelBytes, CifarFormat.PixelBytes);
        Interleave(record[_format.LabelCounts.Length..], pixels);
        _count++;
    }

    static void Interleave(ReadOnlySpan<byte> planes, Span<byte> pixels)
    {
        const int plane = CifarFormat.Side * CifarFormat.Side;
        for (int i = 0; i < plane; i++)
        {
            pixels[i * 3] = planes[i];
            pixels[i * 3 + 1] = planes[plane + i];
            pixels[i * 3 + 2] = planes[2 * plane + i];
        }
    }
}
