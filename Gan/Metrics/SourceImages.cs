using Ssgan.Gan.Data;

namespace Ssgan.Gan.Metrics;

/// <summary>Images of a data set, or a random choice of them without repetition.</summary>
public sealed class SourceImages : MeasuredImages
{
    /// <summary>Keeps the choice of images apart from what else is drawn from a seed.</summary>
    const ulong Stream = 0xA5A3D9E8F1C24B67;

    readonly IImageSource _source;
    readonly long[] _indices;
    readonly string _choice;

    SourceImages(IImageSource source, long[] indices, string choice)
        : base(new ImageRecord(source.Name, source.ContentHash, indices.Length) { Of = source.Count, Choice = choice },
            source.Size) => (_source, _indices, _choice) = (source, indices, choice);

    internal override string Identity => $"source {_source.ContentHash} {_choice} {Count}";

    /// <summary>All images, or so many of them. The source stays the caller's.</summary>
    /// <param name="source">The data set.</param>
    /// <param name="count">How many; 0 takes all. Of an endless set the first, which are random themselves.</param>
    /// <param name="seed">Chooses them.</param>
    /// <exception cref="ArgumentException">There are not so many, or all of an endless set are asked for.</exception>
    public static SourceImages Of(IImageSource source, int count = 0, ulong seed = 0)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        if (source.Count is not { } all)
        {
            if (count == 0) throw new ArgumentException($"{source.Name} has no end; say how many images to take.", nameof(count));
            return new(source, First(count), "first");
        }
        if (all > int.MaxValue) throw new ArgumentException($"{source.Name} has {all} images, more than can be measured.");
        if (count > all) throw new ArgumentException($"{source.Name} has {all} images, fewer than {count}.", nameof(count));
        if (count == 0 || count == all) return new(source, First((int)all), "all");
        return new(source, Choose((int)all, count, seed), $"seed {seed}");
    }

    static long[] First(int count)
    {
        var indices = new long[count];
        for (int i = 0; i < count; i++) indices[i] = i;
        return indices;
    }

    /// <summary>The head of a shuffle, in the set's order, which reads faster.</summary>
    static long[] Choose(int all, int count, ulong seed)
    {
        long[] indices = First(all);
        var random = SplitMix.For(seed, Stream);
        for (int i = 0; i < count; i++)
        {
            int other = i + random.Below(all - i);
            (indices[i], indices[other]) = (indices[other], indices[i]);
        }
        Array.Resize(ref indices, count);
        Array.Sort(indices);
        return indices;
    }

    /// <summary>One of the images, (S, S, 3).</summary>
    internal void ReadOne(int index, Span<byte> pixels) => _source.Read(_indices[index], pixels);

    internal override IEnumerable<ReadOnlyMemory<byte>> Read(int skip, int batch, CancellationToken stop)
    {
        byte[] pixels = new byte[checked(batch * ImageBytes)];
        for (int start = skip; start < Count; start += batch)
        {
            stop.ThrowIfCancellationRequested();
            int n = Math.Min(batch, Count - start), first = start;
            // The first failure by number, whichever thread is first.
            var failures = new Exception?[n];
            Parallel.For(0, n, i =>
            {
                try
                {
                    _source.Read(_indices[first + i], pixels.AsSpan(i * ImageBytes, ImageBytes));
                }
                catch (DatasetException e)
                {
                    failures[i] = e;
                }
            });
            if (failures.FirstOrDefault(static f => f is not null) is { } failure)
                throw new DatasetException(failure.Message, failure);
            yield return pixels.AsMemory(0, n * ImageBytes);
        }
    }
}
