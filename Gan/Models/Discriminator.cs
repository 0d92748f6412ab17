using Ssgan.Engine;
using Ssgan.Engine.Nn;

namespace Ssgan.Gan.Models;

/// <summary>What a discriminator says of a batch.</summary>
/// <param name="Logits">Real or fake, (N, 1); large means real.</param>
/// <param name="Rotation">Logits of the rotation task's classes, (N, K); null where the network has no such head.</param>
public readonly record struct DiscriminatorOutput(Tensor Logits, Tensor? Rotation = null)
{
    /// <summary>What the head sees of each image, F32 (N, D); null where the network does not tell.</summary>
    public Tensor? Features { get; init; }

    /// <summary>Features of an image's places, (N, H, W, C), where the network contrasts images; else null.</summary>
    public Tensor? Local { get; init; }

    /// <summary>Features of the whole image, F32 (N, D); the same.</summary>
    public Tensor? Global { get; init; }
}

/// <summary>A network that judges images, given their classes where it knows them.</summary>
public abstract class Discriminator : Module
{
    /// <param name="size">Image side.</param>
    /// <param name="classes">How many classes it knows; 0 for none.</param>
    protected Discriminator(int size, int classes) => (Size, Classes) = (size, classes);

    /// <summary>Image side.</summary>
    public int Size { get; }

    /// <summary>How many classes it knows; 0 for none.</summary>
    public int Classes { get; }

    /// <summary>Images (N, S, S, 3), and labels I32 (N) where there are classes → F32 logits.</summary>
    /// <exception cref="ArgumentException">The images have another size, or there are classes and no labels, or the other way
    /// round.</exception>
    public abstract DiscriminatorOutput Forward(Tensor images, Tensor? labels = null);

    /// <summary>Its layers, for people.</summary>
    /// <param name="batch">Images of a batch.</param>
    public abstract IReadOnlyList<LayerRow> Layers(int batch);

    /// <summary>Refuses images of another size, and labels that do not fit.</summary>
    protected void CheckInput(Tensor images, Tensor? labels)
    {
        ArgumentNullException.ThrowIfNull(images);
        if (images.Shape.Rank != 4 || images.Shape[1] != Size || images.Shape[2] != Size || images.Shape[3] != 3)
            throw new ArgumentException(
                $"The discriminator takes images (N, {Size}, {Size}, 3); these are {images.Shape}.");
        Conditioning.Check("discriminator", Classes, labels, images.Shape[0]);
    }
}

/// <summary>Whether labels fit a network.</summary>
static class Conditioning
{
    public static void Check(string network, int classes, Tensor? labels, int count)
    {
        if (classes == 0 && labels is not null)
            throw new ArgumentException($"The {network} knows no classes; it takes no labels.");
        if (classes == 0) return;
        if (labels is null) throw new ArgumentException($"The {network} knows {classes} classes and needs labels I32 (N).");
        if (labels.Shape.Rank != 1 || labels.Shape[0] != count)
            throw new ArgumentException($"The {network} needs labels ({count}); these are {labels.Shape}.");
    }
}
