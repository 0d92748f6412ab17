using System.Collections.Concurrent;
using Ssgan.Gan.Data.Containers;
using Ssgan.Gan.Data.Storage;

namespace Ssgan.Gan.Data.Sources;

/// <summary>Decodes stored images into a pack, going on where an earlier packing was stopped.</summary>
internal static class Packing
{
    // Decoded at a time: memory stays bounded however large the set is.
    const int ChunkBytes = 16 << 20;

    /// <param name="path">Where the pack belongs.</param>
    /// <param name="images">What it is made of.</param>
    /// <param name="content">Their hash.</param>
    /// <param name="size">The wanted side.</param>
    /// <param name="options">Fit, whom to tell, whether images that cannot be read are left out.</param>
    /// <param name="refusal">What is thrown of images that cannot be read.</param>
    /// <param name="cancellation">Stops; what was decoded is kept.</param>
    internal static void Run(string path, StoredImages images, byte[] content, int size, DataOptions options,
        Func<IReadOnlyList<string>, DatasetException> refusal, CancellationToken cancellation)
    {
        using PartialPack partial = PartialPack.Open(path, size);
        if (partial.Done > images.Count) throw new DatasetException($"{path} was begun for more images; delete it.");
        if (partial.Done > 0) options.Notice?.Invoke($"Packing goes on behind {partial.Done:N0} of {images.Count:N0} images.");
        PackWriter writer = partial.Writer;
        var left = new HashSet<int>(partial.Left);
        int imageBytes = size * size * 3, chunk = Math.Clamp(ChunkBytes / imageBytes, 4, 1024), grey = 0;
        byte[] pixels = new byte[Math.Min(chunk, images.Count) * imageBytes];
        string?[] reasons = new string?[chunk];
        var large = new Lock();
        var gate = new ProgressGate(options.Progress, "pack", images.Count);
        gate.Add(partial.Done);
        for (int start = partial.Done; start < images.Count; start += chunk)
        {
            int first = start, count = Math.Min(chunk, images.Count - start);
            // One image at a time per worker: they differ too much in size for ranges.
            Parallel.ForEach(Partitioner.Create(Enumerable.Range(0, count), EnumerablePartitionerOptions.NoBuffering),
                new ParallelOptions { CancellationToken = cancellation }, i =>
                {
                    reasons[i] = Decode(images, first + i, size, options.Fit, pixels.AsSpan(i * imageBytes, imageBytes), large,
                        ref grey);
                    gate.Add(1);
                });
            for (int i = 0; i < count; i++)
            {
                if (reasons[i] is null)
                {
                    writer.Append(pixels.AsSpan(i * imageBytes, imageBytes));
                    continue;
                }
                reasons[i] = $"{images.NameOf(first + i)} {reasons[i]}";
                writer.Note(reasons[i]!);
                left.Add(first + i);
            }
            partial.Log(reasons.AsSpan(0, count));
        }
        if (writer.Notes.Count > 0 && (!options.SkipBad || writer.Count == 0))
        {
            // Mended files make another set, and another pack.
            var refused = refusal([.. writer.Notes]);
            partial.Discard();
            throw refused;
        }
        if (grey > 0)
            options.Notice?.Invoke(
                $"{grey:N0} of {images.Count:N0} images are grey: their value is taken for red, green and blue.");
        writer.SetContentHash(content);
        writer.SetLabels(LabelsOf(images, left));
        partial.Finish();
    }

    static ImageLabels LabelsOf(StoredImages images, HashSet<int> left)
    {
        int[] taken = [.. Enumerable.Range(0, images.Count).Where(i => !left.Contains(i))];
        if (images.Labels is not { } all) return FolderLabels.Of([.. taken.Select(images.NameOf)]);
        return all.Classes.Count == 0 ? all : new ImageLabels([.. all.Classes], [.. taken.Select(i => all.Values[i])]);
    }

    // Null, or why the image cannot be used.
    static string? Decode(StoredImages images, int index, int size, ImageFit fit, Span<byte> pixels, Lock large, ref int grey)
    {
        try
        {
            if (images.Decode(images.Read(index), size, fit, pixels, large)) Interlocked.Increment(ref grey);
            return null;
        }
        catch (Exception e) when (e is DatasetException or IOException or UnauthorizedAccessException)
        {
            return e is DatasetException ? e.Message : $"cannot be opened ({e.Message})";
        }
    }
}
