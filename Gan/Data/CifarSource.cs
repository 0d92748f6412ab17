using Ssgan.Engine.Kernels;


namespace Ssgan.Gan.Data;

/// <summary>The train split of CIFAR-10 or CIFAR-100 (binary version), held in memory, resized on reading where another size is wanted.</summary>
public sealed class CifarSource : IImageSource
{
    // Small pieces: no allocation depends on what a header claims, and growing copies nothing.
    const int ChunkImages = 256;

    readonly List<byte[]> _chunks = [];
    readonly CifarFormat _format;
    readonly Resampler? _resampler;
    readonly string _content;
    long _count;

    delegate bool RecordReader(Span<byte> record);

    CifarSource(CifarFormat format, int size, DataOptions options, Action<CifarSource, Sha256> load)
    {
        ImageSourceGuard.Size(format.Name, size, 8, 1024);
        _format = format;
        Size = size;
        using var hash = new Sha256();
        load(this, hash);
        _content = Data.ContentHash.Hex(Data.ContentHash.OfText($"{format.Name} {Data.ContentHash.Hex(hash.GetHashAndReset())} size {size}"));
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

    /// <inheritdoc/>
    public void Read(long index, Span<byte> pixels)
    {
        ImageSourceGuard.Read(this, index, pixels.Length);
        ReadOnlySpan<byte> image = _chunks[(int)(index / ChunkImages)].AsSpan((int)(index % ChunkImages) * CifarFormat.PixelBytes, CifarFormat.PixelBytes);
        if (_resampler is null) image.CopyTo(pixels);
        else _resampler.Resize(image, pixels);
    }

    /// <inheritdoc/>
    public void Dispose() => _chunks.Clear();

    /// <summary>From a folder with the train files.</summary>
    internal static CifarSource FromFolder(string folder, CifarFormat format, int size, DataOptions options, CancellationToken cancellation) =>
        new(format, size, options, (source, hash) =>
        {
            foreach (string name in format.TrainFiles)
            {
                string path = Path.Combine(folder, name);
                if (!File.Exists(path)) throw new DatasetException($"{path} is missing: {format.Name} is not whole without it.");
                using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16);
                source.Append(path, stream.Length, hash,
                    record => stream.ReadAtLeast(record, record.Length, throwOnEndOfStream: false) == record.Length, cancellation);
            }
        });

    /// <summary>From the .tar.gz, without unpacking it to disk.</summary>
    internal static CifarSource FromArchive(string path, CifarFormat format, int size, DataOptions options, CancellationToken cancellation) =>
        new(format, size, options, (source, hash) =>
        {
            using TarGz tar = TarGz.Open(path, CifarFormat.MaxUnpackedBytes);
            var gate = new ProgressGate(options.Progress, "unpack", format.TrainFiles.Length);
            int next = 0;
            while (tar.Next())
            {
                int file = tar.IsFile ? format.TrainFile(tar.Name) : -1;
                if (file < 0) continue;
                // Image numbers and the content hash must not depend on how the set is stored.
                string expected = next < format.TrainFiles.Length ? format.TrainFiles[next] : "no further train file";
                if (file != next) throw new DatasetException($"{path} holds {tar.Name} where {expected} belongs.");
                source.Append($"{path} ({tar.Name})", tar.Length, hash, tar.TryRead, cancellation);
                next++;
                gate.Add(1);
            }
            if (next < format.TrainFiles.Length) throw new DatasetException($"{path} lacks {format.TrainFiles[next]}.");
        });

    void Append(string file, long length, Sha256 hash, RecordReader read, CancellationToken cancellation)
    {
        int recordBytes = _format.RecordBytes, labels = _format.Classes.Length;
        long records = length / recordBytes;
        if (length % recordBytes != 0 || records is 0 or > CifarFormat.MaxRecordsPerFile)
            throw new DatasetException($"{file} has {length} bytes, which is not 1 to " +
                $"{CifarFormat.MaxRecordsPerFile} {_format.Name} records of {recordBytes} bytes.");
        byte[] record = new byte[recordBytes];
        for (long i = 0; i < records; i++)
        {
            if (i % ChunkImages == 0) cancellation.ThrowIfCancellationRequested();
            if (!read(record)) throw new DatasetException($"{file} is cut short in record {i}.");
            for (int k = 0; k < labels; k++)
                if (record[k] >= _format.Classes[k])
                    throw new DatasetException($"{file} is damaged: record {i} has label {record[k]}, but there are {_format.Classes[k]} classes.");
            hash.AppendData(record);
            if (_count % ChunkImages == 0) _chunks.Add(new byte[ChunkImages * CifarFormat.PixelBytes]);
            Interleave(record.AsSpan(labels), _chunks[^1].AsSpan((int)(_count % ChunkImages) * CifarFormat.PixelBytes, CifarFormat.PixelBytes));
            _count++;
        }
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
