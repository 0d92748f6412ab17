using Ssgan.Gan.Data;
using Ssgan.Gan.Metrics.Networks;
using Ssgan.Gan.Metrics.Scores;

namespace Ssgan.Gan.Metrics;

/// <summary>Lets a network look at images.</summary>
/// <param name="network">The network.</param>
/// <param name="arithmetic">What else decides its numbers: resizing, arithmetic.</param>
/// <param name="options">Where features are kept, and who is told how far it is.</param>
sealed class FeatureReader(IFeatureNetwork network, string arithmetic, EvaluationOptions options)
{
    /// <summary>Images that the network sees at a time.</summary>
    public const int Batch = 50;

    /// <summary>The features of images.</summary>
    /// <param name="images">The images.</param>
    /// <param name="stage">What to call them while they are read: "real", "drawn".</param>
    /// <param name="keep">Whether they are kept for another evaluation when they are complete.</param>
    /// <param name="stop">Ends it between two batches; what is done is kept.</param>
    public ImageFeatures Read(MeasuredImages images, string stage, bool keep, CancellationToken stop)
    {
        var info = network.Info;
        int columns = info.Dimensions + info.Classes;
        if ((long)columns * images.Count > Array.MaxLength)
            throw new ArgumentException($"{images.Count} images are more than {info.Name} can be asked about at once: "
                + $"{columns} numbers each.");
        if (options.Ranks is { Size: > 1 } ranks)
            return Split(new SharedFeatures(network, options, ranks).Read(images, stage, columns, stop), columns);
        if (options.CacheFolder is not { } folder || images.Identity is not { } unique)
            return Split(Compute(images, stage, columns, null, null, stop), columns);
        string identity = $"{info.Name} {info.Sha256} {arithmetic} {Batch} | {images.Size} {unique}";
        string path = FeatureFile.PathOf(folder, identity);
        if (FeatureFile.Load(path, identity, columns, images.Count, options.Notice) is { } known) return Split(known, columns);
        float[] rows = new float[columns * images.Count];
        using (var file = FeatureFile.Begin(path, identity, columns, images.Count, Batch, rows))
        {
            Compute(images, stage, columns, rows, file, stop);
            file.Finish();
        }
        if (!keep) File.Delete(path);
        return Split(rows, columns);
    }

    float[] Compute(MeasuredImages images, string stage, int columns, float[]? begun, FeatureFile? file, CancellationToken stop)
    {
        float[] rows = begun ?? new float[columns * images.Count];
        int done = file?.Rows ?? 0;
        options.Progress?.Report(new DataProgress(stage, done, images.Count));
        if (done == images.Count) return rows;
        foreach (var pixels in images.Read(done, Batch, stop))
        {
            int n = pixels.Length / (images.Size * images.Size * 3);
            Describe(network, pixels.Span, images.Size, rows.AsSpan(done * columns, n * columns));
            file?.Append(rows.AsSpan(done * columns, n * columns));
            done += n;
            options.Progress?.Report(new DataProgress(stage, done, images.Count));
        }
        return rows;
    }

    /// <summary>Writes features and logits of images, a row each.</summary>
    public static void Describe(IFeatureNetwork network, ReadOnlySpan<byte> pixels, int size, Span<float> rows)
    {
        int dimensions = network.Info.Dimensions, classes = network.Info.Classes, columns = dimensions + classes,
            n = rows.Length / columns;
        var (features, logits) = network.Read(pixels, n, size);
        for (int i = 0; i < n; i++)
        {
            var row = rows.Slice(i * columns, columns);
            features.AsSpan(i * dimensions, dimensions).CopyTo(row);
            logits.AsSpan(i * classes, classes).CopyTo(row[dimensions..]);
        }
    }

    ImageFeatures Split(float[] rows, int columns)
    {
        int dimensions = network.Info.Dimensions, classes = network.Info.Classes, count = rows.Length / columns;
        if (classes == 0) return new(new FeatureSet(rows, dimensions), null);
        float[] features = new float[count * dimensions], logits = new float[count * classes];
        for (int i = 0; i < count; i++)
        {
            var row = rows.AsSpan(i * columns, columns);
            row[..dimensions].CopyTo(features.AsSpan(i * dimensions));
            row[dimensions..].CopyTo(logits.AsSpan(i * classes));
        }
        return new(new FeatureSet(features, dimensions), new FeatureSet(logits, classes));
    }
}
