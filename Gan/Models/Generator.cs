using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Nn;

namespace Ssgan.Gan.Models;

/// <summary>A network that maps noise, and classes where it knows them, to images.</summary>
public abstract class Generator : Module
{
    /// <param name="size">Image side.</param>
    /// <param name="latentSize">Length of a noise vector.</param>
    /// <param name="classes">How many classes it knows; 0 for none.</param>
    protected Generator(int size, int latentSize, int classes) => (Size, LatentSize, Classes) = (size, latentSize, classes);

    /// <summary>Image side.</summary>
    public int Size { get; }

    /// <summary>Length of a noise vector.</summary>
    public int LatentSize { get; }

    /// <summary>How many classes it knows; 0 for none.</summary>
    public int Classes { get; }

    /// <summary>How its noise is distributed.</summary>
    public LatentDistribution Distribution { get; protected init; }

    /// <summary>F32 (N, latent), and labels I32 (N) where there are classes → F32 (N, S, S, 3) in [−1, 1].</summary>
    /// <exception cref="ArgumentException">There are classes and no labels, or the other way round.</exception>
    public abstract Tensor Forward(Latent latent);

    /// <summary>Its layers, for people.</summary>
    /// <param name="batch">Images of a batch.</param>
    public abstract IReadOnlyList<LayerRow> Layers(int batch);

    /// <summary>Noise of its <see cref="Distribution"/>, and classes where there are any.</summary>
    /// <param name="random">Where from.</param>
    /// <param name="count">Number of images.</param>
    /// <param name="labels">Their classes, I32 (count); null draws them uniformly, before the noise, as Mimicry does.</param>
    public Latent Draw(Rng random, int count, Tensor? labels = null)
    {
        ArgumentNullException.ThrowIfNull(random);
        if (Classes > 0) labels ??= random.Integers(new Shape(count), Classes, batchAxis: 0);
        var shape = new Shape(count, LatentSize);
        return new(Distribution == LatentDistribution.Uniform ? random.Uniform(shape, -1, 1, batchAxis: 0)
            : random.Normal(shape, batchAxis: 0), labels);
    }

    /// <summary>Refuses noise without the classes that are needed, or with classes that are not known.</summary>
    protected void CheckLabels(Latent latent) => Conditioning.Check("generator", Classes, latent.Labels, latent.Count);
}
