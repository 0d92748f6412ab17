using Ssgan.Engine;
using Ssgan.Engine.Kernels;

namespace Ssgan.Gan.Training;

/// <summary>Images of noise that is chosen, not only drawn.</summary>
public sealed partial class TrainedGenerator
{
    /// <summary>
    /// The noise that <see cref="Draw(IReadOnlyList{ulong}, IReadOnlyList{int}?, CancellationToken)"/> makes of each seed, the
    /// same numbers on every device.
    /// </summary>
    /// <param name="seeds">The seeds.</param>
    /// <param name="truncation">
    /// The largest magnitude of a number, 0.01 or more: one above it gives way to the next of the seed's stream that is not
    /// [Brock et al. 2019, section 3.1]. Smaller bounds draw more typical images, and less different ones. Infinite leaves all as
    /// it is.
    /// </param>
    public float[][] Noise(IReadOnlyList<ulong> seeds, double truncation = double.PositiveInfinity)
    {
        ArgumentNullException.ThrowIfNull(seeds);
        if (!(truncation >= LatentWalk.LeastTruncation))
            throw new ArgumentException($"The truncation is {truncation}; it takes {LatentWalk.LeastTruncation} or more.");
        return LatentWalk.Noise(seeds, _network.LatentSize, _network.Distribution, truncation);
    }

    /// <summary>
    /// Noise at equal distances on the way through the noise of several seeds, along great circles where it is normal noise
    /// [White 2016], which keeps its length; straight where it is uniform.
    /// </summary>
    /// <param name="seeds">The seeds to go through, two or more.</param>
    /// <param name="frames">How much, the first and the last seed's included: at least as many as there are seeds.</param>
    /// <param name="loop">Whether the way leads back to the first seed, whose noise is not repeated at the end.</param>
    /// <param name="truncation">As of <see cref="Noise"/>.</param>
    public float[][] Walk(IReadOnlyList<ulong> seeds, int frames, bool loop = false,
        double truncation = double.PositiveInfinity)
    {
        ArgumentNullException.ThrowIfNull(seeds);
        ArgumentOutOfRangeException.ThrowIfLessThan(seeds.Count, 2);
        ArgumentOutOfRangeException.ThrowIfLessThan(frames, seeds.Count);
        return LatentWalk.Between(Noise(seeds, truncation), frames, loop, _network.Distribution);
    }

    /// <summary>Noise on that way between two seeds, which stand at 0 and at 1.</summary>
    internal float[] Between(ulong from, ulong to, double way)
    {
        float[][] keys = Noise([from, to]);
        return LatentWalk.Mix(keys[0], keys[1], way, _network.Distribution);
    }

    /// <summary>The class that each seed chooses where none is named; none where it knows no classes.</summary>
    public int[] ClassesOf(IReadOnlyList<ulong> seeds)
    {
        ArgumentNullException.ThrowIfNull(seeds);
        return Classes.Count == 0 ? [] : [.. seeds.SelectMany(s => Chosen(s, 1, null))];
    }

    /// <summary>Pixels (noise, S, S, 3) of noise.</summary>
    /// <param name="noise">A vector for each image, as <see cref="Noise"/> and <see cref="Walk"/> make them.</param>
    /// <param name="labels">The class of each, where it knows classes; else null.</param>
    /// <param name="stop">Ends it between two batches.</param>
    /// <exception cref="ArgumentException">A vector is of another length, or there are no labels where it knows classes, or too
    /// many or too few, or one of no class.</exception>
    /// <exception cref="OperationCanceledException">It was asked to stop.</exception>
    /// <exception cref="Settings.TrainingException">A pixel is NaN.</exception>
    public byte[] Draw(IReadOnlyList<float[]> noise, IReadOnlyList<int>? labels, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(noise);
        ArgumentOutOfRangeException.ThrowIfLessThan(noise.Count, 1);
        int length = _network.LatentSize;
        if (noise.FirstOrDefault(n => n.Length != length) is { } misfit)
            throw new ArgumentException($"Noise of {Source} has {length} numbers, not {misfit.Length}.");
        if (Classes.Count > 0 && labels is null) throw new ArgumentException($"{Source} draws classes, so it takes labels.");
        int[] chosen = Chosen(0, noise.Count, labels);
        int drawn = 0;
        return Pixels.Draw(_device, noise.Count, Images, stop: stop);

        Tensor Images(int n)
        {
            float[] some = [.. noise.Skip(drawn).Take(n).SelectMany(static z => z)];
            var images = Finite(_network.Forward(new(_device.From(some, new Shape(n, length)), Labels(chosen, drawn, n))));
            drawn += n;
            return images;
        }
    }
}
