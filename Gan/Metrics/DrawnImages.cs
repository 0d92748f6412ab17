using Ssgan.Engine;

namespace Ssgan.Gan.Metrics;

/// <summary>Images that a generator draws while they are measured. The same seed draws the same ones.</summary>
public sealed class DrawnImages : MeasuredImages
{
    readonly Device _device;
    readonly Func<Rng, int, int, Tensor> _draw;
    readonly ulong _seed;
    readonly int _batch;
    readonly PixelMapping _mapping;
    PixelRange? _range;

    /// <summary>Images that are yet to be drawn.</summary>
    /// <param name="record">What a receipt says of them; its hash vouches for the generator's weights, and is empty
    /// where nothing does.</param>
    /// <param name="device">Where they are drawn.</param>
    /// <param name="size">Image side.</param>
    /// <param name="seed">Seed of the noise.</param>
    /// <param name="batch">Images that are drawn at a time: batch norm by the batch's statistics depends on it.</param>
    /// <param name="mapping">How they become bytes.</param>
    /// <param name="draw">Makes images first .. first + n − 1, (n, S, S, 3) in [−1, 1], from (noise, first, n).</param>
    public DrawnImages(ImageRecord record, Device device, int size, ulong seed, int batch, PixelMapping mapping,
        Func<Rng, int, int, Tensor> draw)
        : base(Checked(record), size)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(draw);
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(batch, 1);
        (_device, _draw, _seed, _batch, _mapping) = (device, draw, seed, batch, mapping);
    }

    internal override string? Identity => Record.Hash.Length == 0 ? null
        : $"drawn {Record.Hash} {Record.Weights} {Record.BatchNorm} {Record.Choice} {_mapping} {_batch} {Count} "
            + $"on {_device.Describe()}";

    static ImageRecord Checked(ImageRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        return record;
    }

    internal override IEnumerable<ReadOnlyMemory<byte>> Read(int skip, int batch, CancellationToken stop)
    {
        if (_mapping == PixelMapping.MinMaxOfSet && _range is null)
        {
            // Drawn twice: the floats of all images would not fit into memory.
            var range = PixelRange.None;
            foreach (float[] images in Draw(stop)) range = range.With(images);
            _range = range;
        }
        byte[] pixels = new byte[checked(batch * ImageBytes)];
        int held = 0, left = skip;
        foreach (float[] images in Draw(stop))
        {
            byte[] bytes = Bytes(images);
            // A reader's batches need not be the generator's.
            for (int i = 0; i < bytes.Length; i += ImageBytes)
            {
                if (left > 0)
                {
                    left--;
                    continue;
                }
                bytes.AsSpan(i, ImageBytes).CopyTo(pixels.AsSpan(held++ * ImageBytes));
                if (held < batch) continue;
                yield return pixels;
                held = 0;
            }
        }
        if (held > 0) yield return pixels.AsMemory(0, held * ImageBytes);
    }

    byte[] Bytes(float[] images)
    {
        byte[] bytes = new byte[images.Length];
        if (_mapping == PixelMapping.Fixed) PixelRange.Fixed(images, bytes);
        else (_range ?? PixelRange.None.With(images)).Stretch(images, bytes);
        return bytes;
    }

    IEnumerable<float[]> Draw(CancellationToken stop)
    {
        using var random = new Rng(_device, _seed);
        for (int first = 0; first < Count; first += _batch)
        {
            stop.ThrowIfCancellationRequested();
            yield return Batch(random, first, Math.Min(_batch, Count - first));
        }
    }

    float[] Batch(Rng random, int first, int n)
    {
        using var scope = _device.Scope();
        using var noGrad = _device.NoGrad();
        float[] images = _draw(random, first, n).ToArray<float>();
        if (images.Length != n * ImageBytes)
            throw new ArgumentException($"{Record.Name} drew {images.Length} numbers for {n} images of {Size}x{Size}.");
        foreach (float x in images)
        {
            if (!float.IsNaN(x)) continue;
            throw new ArgumentException(
                $"{Record.Name} draws images that are not numbers (NaN): its weights are too large to compute with in F32.");
        }
        return images;
    }
}
