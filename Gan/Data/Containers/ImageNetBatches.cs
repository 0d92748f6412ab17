using System.Text;
using Microsoft.Win32.SafeHandles;
using Ssgan.Engine.Serialization;
using Ssgan.Engine.Serialization.Numpy;

namespace Ssgan.Gan.Data.Containers;

/// <summary>
/// Downsampled ImageNet (Chrabaszcz et al. 2017): batches of records, a plane each of red, green and blue, with labels that count
/// from 1. A batch is a pickle, read in place, or an .npz file, of which two at a time are in memory.
/// </summary>
internal sealed class ImageNetBatches : RawImages
{
    internal const int Classes = 1000;
    static readonly int[] s_sides = [8, 16, 32, 64];

    // A file and where its records begin: one every RecordBytes, or, of text, at places of their own.
    sealed class Batch(string path, SafeFileHandle? file, long offset, long[]? places, int count)
    {
        internal string Path => path;

        internal SafeFileHandle? File => file;

        internal long Offset => offset;

        internal long[]? Places => places;

        internal int Count => count;

        /// <summary>Of a compressed batch, while it is among the last two that were read.</summary>
        internal byte[]? Held { get; set; }
    }

    readonly List<Batch> _batches = [];
    readonly List<int> _labels = [];
    readonly Lock _gate = new();
    readonly Queue<Batch> _held = new();
    ImageLabels _allLabels = ImageLabels.None;
    int _count, _side;

    ImageNetBatches(string place) => Place = place;

    internal override string Place { get; }

    internal override int Count => _count;

    internal override int Side => _side;

    internal override ImageLabels Labels => _allLabels;

    int RecordBytes => _side * _side * 3;

    /// <summary>Reads batches in the order given.</summary>
    /// <exception cref="DatasetException">One is no batch, or damaged, or of another size.</exception>
    internal static ImageNetBatches Open(string place, IReadOnlyList<string> files, CancellationToken cancellation)
    {
        var images = new ImageNetBatches(place);
        try
        {
            foreach (string file in files)
            {
                cancellation.ThrowIfCancellationRequested();
                if (file.EndsWith(".npz", StringComparison.Ordinal)) images.AddArrays(file);
                else images.AddPickle(file);
            }
            images._allLabels = DatasetJson.NumberedClasses([.. images._labels], Classes - 1);
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
        int at = index, batch = 0;
        while (at >= _batches[batch].Count) at -= _batches[batch++].Count;
        Batch found = _batches[batch];
        long[]? places = found.Places;
        if (found.File is null) return Held(found).AsSpan(at * RecordBytes, RecordBytes).ToArray();
        long begin = places is null ? found.Offset + (long)at * RecordBytes : places[at];
        byte[] bytes = new byte[places is null ? RecordBytes : places[at + 1] - begin];
        if (TarIndex.Fill(found.File, bytes, begin) < bytes.Length) throw new DatasetException("is cut short");
        return places is null ? bytes : Encoding.Latin1.GetBytes(Encoding.UTF8.GetString(bytes));
    }

    protected override bool Convert(ReadOnlySpan<byte> record, Span<byte> pixels)
    {
        int plane = _side * _side;
        for (int i = 0; i < plane; i++)
            (pixels[3 * i], pixels[3 * i + 1], pixels[3 * i + 2]) = (record[i], record[plane + i], record[2 * plane + i]);
        return false;
    }

    public override void Dispose()
    {
        foreach (Batch batch in _batches) batch.File?.Dispose();
        base.Dispose();
    }

    void AddPickle(string path)
    {
        (BatchPickle.Span pixels, int[] labels) = BatchPickle.Read(path);
        SafeFileHandle file = File.OpenHandle(path);
        // Owned from here on, whatever is wrong with it.
        _batches.Add(new(path, file, pixels.Offset, null, 0));
        long[]? places = null;
        long bytes = pixels.Bytes;
        if (pixels.IsText) (places, bytes) = Places(path, file, pixels, labels.Length);
        Check(path, bytes, labels);
        _batches[^1] = new(path, file, pixels.Offset, places, labels.Length);
    }

    void AddArrays(string path)
    {
        (byte[] pixels, int[] labels) = Arrays(path);
        Check(path, pixels.Length, labels);
        _batches.Add(new(path, null, 0, null, labels.Length));
    }

    // A compressed array cannot be read in its middle. Images are asked for nearly in order, by many threads.
    byte[] Held(Batch batch)
    {
        lock (_gate)
        {
            if (batch.Held is not null) return batch.Held;
            if (_held.Count == 2) _held.Dequeue().Held = null;
            byte[] pixels = Arrays(batch.Path).Pixels;
            if (pixels.Length != batch.Count * RecordBytes)
                throw new DatasetException($"lies in {batch.Path}, which was changed while it was in use");
            _held.Enqueue(batch);
            return batch.Held = pixels;
        }
    }

    static (byte[] Pixels, int[] Labels) Arrays(string path)
    {
        try
        {
            var arrays = NpzFile.Read(path);
            var data = arrays.FirstOrDefault(static a => a.Name == "data" && a.DType == FileDType.U8)
                ?? throw new DatasetException($"{path} has no array \"data\" of bytes.");
            var labels = arrays.FirstOrDefault(static a => a.Name == "labels")
                ?? throw new DatasetException($"{path} has no array \"labels\".");
            return (data.Values<byte>().ToArray(), Integers(path, labels));
        }
        catch (TensorFileException e)
        {
            throw new DatasetException(e.Message, e);
        }
    }

    void Check(string path, long bytes, int[] labels)
    {
        int side = s_sides.FirstOrDefault(s => labels.Length > 0 && bytes == (long)labels.Length * s * s * 3);
        if (side == 0 || _side != 0 && side != _side)
            throw new DatasetException(
                $"{path} has {bytes:N0} bytes for {labels.Length:N0} images of 8, 16, 32 or 64 pixels a side.");
        _side = side;
        int wrong = Array.FindIndex(labels, static l => l is < 1 or > Classes);
        if (wrong >= 0)
            throw new DatasetException(
                $"{path} is damaged: image {wrong} has label {labels[wrong]}, which is not 1 to {Classes}.");
        foreach (int label in labels) _labels.Add(label - 1);
        _count += labels.Length;
    }

    static int[] Integers(string path, NpyArray array) => array.DType switch
    {
        FileDType.I64 => Array.ConvertAll(array.Values<long>().ToArray(), static l => l is > 0 and <= Classes ? (int)l : 0),
        FileDType.I32 => array.Values<int>().ToArray(),
        FileDType.U8 => Array.ConvertAll(array.Values<byte>().ToArray(), static b => (int)b),
        _ => throw new DatasetException($"{path} has labels that are no whole numbers."),
    };

    // Of bytes in UTF-8 every record begins somewhere else. A byte from 128 on takes two, of which the second begins with 10.
    static (long[] Places, long Bytes) Places(string path, SafeFileHandle file, BatchPickle.Span text, int count)
    {
        byte[] buffer = new byte[1 << 18];
        long length = Characters(long.MaxValue, null);
        long record = count > 0 && length % count == 0 ? length / count : 0;
        if (record == 0) throw new DatasetException($"{path} has {length:N0} bytes for {count:N0} images.");
        long[] places = new long[count + 1];
        Characters(record, places);
        places[count] = text.Offset + text.Bytes;
        return (places, length);

        long Characters(long every, long[]? starts)
        {
            long characters = 0;
            for (long at = 0; at < text.Bytes;)
            {
                int got = TarIndex.Fill(file, buffer.AsSpan(0, (int)Math.Min(buffer.Length, text.Bytes - at)), text.Offset + at);
                if (got == 0) throw new DatasetException($"{path} was cut short while it was in use.");
                for (int i = 0; i < got; i++)
                {
                    if ((buffer[i] & 0xC0) == 0x80) continue;
                    if (starts is not null && characters % every == 0) starts[characters / every] = text.Offset + at + i;
                    characters++;
                }
                at += got;
            }
            return characters;
        }
    }
}
