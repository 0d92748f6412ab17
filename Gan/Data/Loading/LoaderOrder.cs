namespace Ssgan.Gan.Data.Loading;

/// <summary>
/// Which image comes when, as a pure function of a position: an epoch's order is the Fisher-Yates shuffle driven by the stream of
/// (seed, epoch), so that any position can be entered without having been through the ones before. Not for several
/// threads at once.
/// </summary>
internal sealed class LoaderOrder
{
    // Streams of one seed that must not coincide.
    const ulong ShuffleStream = 1, FlipStream = 2, StartStream = 3;

    readonly long? _count;
    readonly int _batchSize;
    readonly bool _dropLast;
    int[] _permutation = [];
    (ulong Seed, long Epoch)? _permutationOf;

    internal LoaderOrder(IImageSource source, LoaderOptions options)
    {
        _count = source.Count;
        _batchSize = options.BatchSize;
        _dropLast = options.DropLast;
    }

    /// <summary>How many images the batch at a normalised position has.</summary>
    internal int BatchCount(LoaderPosition at) => (int)Math.Min(_batchSize, (_count ?? long.MaxValue) - at.Offset);

    /// <summary>The same position, or the start of the next epoch where this one has no batch left.</summary>
    internal LoaderPosition Normalise(LoaderPosition at)
    {
        long needed = _dropLast ? _batchSize : 1;
        return _count is long count && count - at.Offset < needed ? at with { Epoch = at.Epoch + 1, Offset = 0 } : at;
    }

    /// <summary>The position after the batch at a normalised position.</summary>
    internal LoaderPosition After(LoaderPosition at) => Normalise(at with { Offset = at.Offset + BatchCount(at) });

    /// <summary>The source's index of the image that is <paramref name="i"/> after a position.</summary>
    internal long Index(LoaderPosition at, int i)
    {
        if (_count is not long count)
        {
            // Runs of different seeds draw from different stretches of an endless set.
            long start = (long)(SplitMix.For(at.Seed, StartStream).Next() >> 20);
            return start + at.Offset + i;
        }
        if (_permutationOf != (at.Seed, at.Epoch)) Shuffle(at.Seed, at.Epoch, (int)count);
        return _permutation[at.Offset + i];
    }

    /// <summary>Whether an image is mirrored in an epoch.</summary>
    internal static bool Flip(LoaderPosition at, long index) =>
        (SplitMix.For(at.Seed ^ FlipStream << 56, (ulong)at.Epoch, (ulong)index).Next() & 1) != 0;

    void Shuffle(ulong seed, long epoch, int count)
    {
        if (_permutation.Length != count) _permutation = new int[count];
        for (int i = 0; i < count; i++) _permutation[i] = i;
        SplitMix random = SplitMix.For(seed, ShuffleStream, (ulong)epoch);
        for (int i = count - 1; i > 0; i--)
        {
            int j = random.Below(i + 1);
            (_permutation[i], _permutation[j]) = (_permutation[j], _permutation[i]);
        }
        _permutationOf = (seed, epoch);
    }
}
