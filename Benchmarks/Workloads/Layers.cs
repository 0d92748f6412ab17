using Ssgan.Gan.Models;

namespace Ssgan.Benchmarks.Workloads;

/// <summary>A convolution of a network with stride 1 and padding that keeps the side.</summary>
/// <param name="Side">Side of the images as it runs.</param>
/// <param name="Inputs">Channels in.</param>
/// <param name="Outputs">Channels out.</param>
/// <param name="Kernel">Side of the filters.</param>
readonly record struct ConvLayer(int Side, int Inputs, int Outputs, int Kernel)
{
    /// <summary>Parts that the channels are divided into.</summary>
    public int Groups { get; init; } = 1;

    /// <summary>Its operations for one image.</summary>
    public double Operations => 2.0 * Side * Side * Outputs * Kernel * Kernel * Inputs / Groups;

    /// <summary>Rows and columns of its filters as the matrix that spectral norm sees.</summary>
    public (int Rows, int Columns) Matrix => (Outputs, Kernel * Kernel * Inputs);
}

/// <summary>
/// What the networks of an architecture are made of. Only tests know the networks themselves: there the two are compared.
/// </summary>
static class Layers
{
    /// <summary>
    /// The generator's convolutions in their order; a shortcut runs before the upsampling that it commutes with.
    /// </summary>
    public static IEnumerable<ConvLayer> Generator(Architecture a)
    {
        int side = a.StartSize, channels = a.StartChannels;
        foreach (int width in a.GeneratorBlocks)
        {
            yield return new(2 * side, channels, width, 3);
            yield return new(2 * side, width, width, 3);
            yield return new(side, channels, width, 1);
            (side, channels) = (2 * side, width);
        }
        yield return new(side, channels, 3, 3);
    }

    /// <summary>
    /// The discriminator's convolutions in their order; a shortcut runs after the pooling that it commutes with.
    /// </summary>
    public static IEnumerable<ConvLayer> Discriminator(Architecture a)
    {
        int side = a.Size, channels = 3;
        foreach (var (block, isFirst) in a.DiscriminatorBlocks.Select(static (b, i) => (b, i == 0)))
        {
            int hidden = isFirst ? block.Channels : channels, after = block.Downsample ? side / 2 : side;
            yield return new(side, channels, hidden, 3);
            yield return new(side, hidden, block.Channels, 3);
            if (isFirst || block.Downsample || channels != block.Channels) yield return new(after, channels, block.Channels, 1);
            (side, channels) = (after, block.Channels);
        }
    }

    /// <summary>Every convolution of both networks once.</summary>
    public static IEnumerable<ConvLayer> Convolutions(Architecture a) => Generator(a).Concat(Discriminator(a)).Distinct();

    /// <summary>The discriminator's weights as matrices: convolutions, then the two heads.</summary>
    public static IReadOnlyList<(int Rows, int Columns)> Spectral(Architecture a)
    {
        int features = a.DiscriminatorBlocks[^1].Channels;
        return [.. Discriminator(a).Select(static c => c.Matrix), (1, features), (4, features)];
    }

    /// <summary>Side and channels of what the generator's batch norms see.</summary>
    public static IEnumerable<(int Side, int Channels)> Norms(Architecture a)
    {
        int side = a.StartSize, channels = a.StartChannels;
        foreach (int width in a.GeneratorBlocks)
        {
            yield return (side, channels);
            (side, channels) = (2 * side, width);
            yield return (side, channels);
        }
        yield return (side, channels);
    }

    /// <summary>Elements of the generator's parameters, array by array.</summary>
    public static IEnumerable<int> GeneratorParameters(Architecture a)
    {
        int first = a.StartSize * a.StartSize * a.StartChannels;
        return [first * a.Latent, first, .. Generator(a).SelectMany(Arrays),
            .. Norms(a).SelectMany(static n => (int[])[n.Channels, n.Channels])];
    }

    /// <summary>Elements of the discriminator's parameters, array by array.</summary>
    public static IEnumerable<int> DiscriminatorParameters(Architecture a) =>
        Spectral(a).SelectMany(static m => (int[])[m.Rows * m.Columns, m.Rows]);

    /// <summary>
    /// Operations of a forward of both networks for one image, as the plain algorithm has them: shortcuts at the larger size, but
    /// for the discriminator's first, whose pooling is the algorithm's own.
    /// </summary>
    public static (double Generator, double Discriminator) Forward(Architecture a)
    {
        double g = 2.0 * a.Latent * a.StartSize * a.StartSize * a.StartChannels
            + Generator(a).Sum(static c => c.Kernel == 1 ? 4 * c.Operations : c.Operations);
        double d = 2.0 * a.DiscriminatorBlocks[^1].Channels * 5;
        int side = a.Size;
        foreach (var (c, i) in Discriminator(a).Select(static (c, i) => (c, i)))
        {
            // A shortcut that runs at half the side of what came before was moved behind the pooling.
            d += c.Kernel == 1 && c.Side < side && i > 2 ? 4 * c.Operations : c.Operations;
            side = c.Side;
        }
        return (g, d);
    }

    static int[] Arrays(ConvLayer c) => [c.Matrix.Rows * c.Matrix.Columns, c.Outputs];
}
