namespace Ssgan.Gan.Models;

/// <summary>The blocks of one resolution.</summary>
/// <param name="Channels">Channels in and out of a block; within it there are twice as many.</param>
/// <param name="Groups">Groups of the 3x3 convolution, which divide twice the channels.</param>
/// <param name="Blocks">How many blocks.</param>
public readonly record struct R3Stage(int Channels, int Groups, int Blocks);

/// <summary>
/// The shapes of R3GAN's two networks at one image size, as data (Huang et al. 2024, R3GAN, and its published presets). A stage
/// doubles the size of the one before it, from 4x4 to the whole image; the discriminator goes through its own backwards.
/// </summary>
public sealed record R3Architecture
{
    const int FirstSize = 4, PublishedWidth = 768, GroupChannels = 16, BlocksPerStage = 2;

    /// <summary>Image side in pixels.</summary>
    public required int Size { get; init; }

    /// <summary>Length of a noise vector.</summary>
    public int Latent { get; init; } = 64;

    /// <summary>Length of what the generator makes of a class, where it knows any.</summary>
    public int LabelWidth { get; init; } = 64;

    /// <summary>The generator's stages, from 4x4.</summary>
    public required IReadOnlyList<R3Stage> Generator { get; init; }

    /// <summary>The discriminator's stages, also from 4x4.</summary>
    public required IReadOnlyList<R3Stage> Discriminator { get; init; }

    /// <summary>The sizes that have an architecture.</summary>
    public static IReadOnlyList<int> Sizes { get; } = [32, 64, 128, 256];

    /// <summary>
    /// The published architecture of a size (CIFAR-10's of 32, FFHQ's of 64 and 256, and what lies between of 128), or the same
    /// with other widths. The 3x3 convolutions have groups of 16 channels as there, or one where there are fewer.
    /// </summary>
    /// <param name="size">32, 64, 128 or 256.</param>
    /// <param name="ngf">Channels of the generator up to 32 pixels; 0 takes the published 768.</param>
    /// <param name="ndf">The same of the discriminator.</param>
    /// <param name="nameOf">From an argument's name to what messages call it; null keeps it.</param>
    /// <exception cref="ArgumentException">No such size, or a width that cannot be divided as it must.</exception>
    public static R3Architecture For(int size, int ngf = 0, int ndf = 0, Func<string, string>? nameOf = null)
    {
        if (!Sizes.Contains(size))
            throw new ArgumentException($"{Name("size")} is {size}; R3GAN has no architecture for images of {size}x{size}, only "
                + $"for {string.Join(", ", Sizes)}.");
        return new()
        {
            Size = size, Generator = Stages(Name("ngf"), ngf, size), Discriminator = Stages(Name("ndf"), ndf, size),
        };

        string Name(string argument) => nameOf?.Invoke(argument) ?? argument;
    }

    static R3Stage[] Stages(string name, int width, int size)
    {
        if (width == 0) width = PublishedWidth;
        var stages = new List<R3Stage>();
        for (int side = FirstSize; side <= size; side *= 2)
        {
            // All are as wide up to 32 pixels, then each is half as wide as the one before.
            int divisor = Math.Max(1, side / 32), channels = width / divisor, inner = 2 * channels;
            if (width < divisor || width % divisor != 0 || (inner > GroupChannels && inner % GroupChannels != 0))
                throw new ArgumentException($"{name} is {width}; at {side} pixels R3GAN needs a multiple of {8 * divisor}, or "
                    + $"of {divisor} below {8 * divisor}.");
            stages.Add(new(channels, Math.Max(1, inner / GroupChannels), BlocksPerStage));
        }
        return [.. stages];
    }
}
