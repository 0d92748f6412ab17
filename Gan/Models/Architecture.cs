namespace Ssgan.Gan.Models;

/// <summary>One residual block of a discriminator.</summary>
/// <param name="Channels">Output channels.</param>
/// <param name="Downsample">Whether it halves the image.</param>
public readonly record struct DiscriminatorBlock(int Channels, bool Downsample);

/// <summary>
/// The shapes of a residual GAN at one image size, as data (Mimicry's tables; see also Miyato et al. 2018, appendix B). The
/// generator starts at StartSize x StartSize x StartChannels and doubles the size in each block; the discriminator's first block
/// is the optimised one.
/// </summary>
public sealed record Architecture
{
    /// <summary>Image side in pixels.</summary>
    public required int Size { get; init; }

    /// <summary>Length of a noise vector.</summary>
    public int Latent { get; init; } = 128;

    /// <summary>Side of the generator's first feature map.</summary>
    public required int StartSize { get; init; }

    /// <summary>Channels of the generator's first feature map.</summary>
    public required int StartChannels { get; init; }

    /// <summary>Output channels of the generator's blocks.</summary>
    public required IReadOnlyList<int> GeneratorBlocks { get; init; }

    /// <summary>The discriminator's blocks, the first one optimised.</summary>
    public required IReadOnlyList<DiscriminatorBlock> DiscriminatorBlocks { get; init; }

    /// <summary>The number n of the generator's "blockn" behind which self-attention stands; 0 for none.</summary>
    public int GeneratorAttention { get; init; }

    /// <summary>The same in the discriminator.</summary>
    public int DiscriminatorAttention { get; init; }

    /// <summary>
    /// Name of the discriminator's real-or-fake head in Mimicry's files: l5 at 32 and 48, l6 at 64, l7 at 128; of WGAN-GP l6 at
    /// 48 too.
    /// </summary>
    public required string LogitsName { get; init; }

    /// <summary>
    /// Whether the heads' spectral norm is Mimicry's own, which iterates in evaluation too. Its SSGAN has that at 32, and so has
    /// the architecture of that size; its SNGAN has PyTorch's at 32 as everywhere.
    /// </summary>
    public bool HeadsIterateInEvaluation { get; init; }

    /// <summary>The sizes that have an architecture.</summary>
    public static IReadOnlyList<int> Sizes { get; } = [32, 48, 64, 128];

    /// <summary>The published architecture of a size, or the same with other widths.</summary>
    /// <param name="size">32, 48, 64 or 128.</param>
    /// <param name="ngf">Channels of the generator's widest layer; 0 takes the published 256, 512, 1024, 1024.</param>
    /// <param name="ndf">Channels of the discriminator's widest layer; 0 takes the published 128, 1024, 1024, 1024.</param>
    /// <param name="nameOf">From an argument's name to what messages call it; null keeps it.</param>
    /// <exception cref="ArgumentException">No such size, or a width that cannot be halved often enough.</exception>
    public static Architecture For(int size, int ngf = 0, int ndf = 0, Func<string, string>? nameOf = null)
    {
        if (!Sizes.Contains(size))
        {
            throw new ArgumentException($"{Name("size")} is {size}; there is no architecture for images of {size}x{size}, "
                + $"only for {string.Join(", ", Sizes)}.");
        }
        int g = ngf != 0 ? ngf : size switch { 32 => 256, 48 => 512, _ => 1024 };
        int d = ndf != 0 ? ndf : size == 32 ? 128 : 1024;
        // The smallest width that the tables divide by.
        Check(Name("ngf"), g, size switch { 32 => 1, 48 => 8, _ => 16 });
        Check(Name("ndf"), d, size == 32 ? 1 : 16);
        return size switch
        {
            32 => new()
            {
                Size = 32, LogitsName = "l5", StartSize = 4, StartChannels = g, GeneratorBlocks = [g, g, g],
                DiscriminatorBlocks = [new(d, true), new(d, true), new(d, false), new(d, false)],
                HeadsIterateInEvaluation = true,
            },
            48 => new()
            {
                Size = 48, LogitsName = "l5", StartSize = 6, StartChannels = g, GeneratorBlocks = [g / 2, g / 4, g / 8],
                DiscriminatorBlocks = [new(d / 16, true), new(d / 8, true), new(d / 4, true), new(d / 2, true), new(d, false)],
            },
            64 => new()
            {
                Size = 64, LogitsName = "l6", StartSize = 4, StartChannels = g, GeneratorBlocks = [g / 2, g / 4, g / 8, g / 16],
                DiscriminatorBlocks = [new(d / 16, true), new(d / 8, true), new(d / 4, true), new(d / 2, true), new(d, true)],
            },
            _ => new()
            {
                Size = 128, LogitsName = "l7", StartSize = 4, StartChannels = g,
                GeneratorBlocks = [g, g / 2, g / 4, g / 8, g / 16],
                DiscriminatorBlocks = [new(d / 16, true), new(d / 8, true), new(d / 4, true), new(d / 2, true),
                    new(d, true), new(d, false)],
            },
        };

        string Name(string argument) => nameOf?.Invoke(argument) ?? argument;
    }

    /// <summary>The shapes, once both arguments of a network's constructor are seen to be there.</summary>
    internal static Architecture Given(Engine.Rng random, Architecture architecture)
    {
        ArgumentNullException.ThrowIfNull(random);
        ArgumentNullException.ThrowIfNull(architecture);
        return architecture;
    }

    static void Check(string name, int width, int divisor)
    {
        if (width < divisor || width % divisor != 0)
            throw new ArgumentException($"{name} is {width}; it must be a positive multiple of {divisor} at this size.");
    }
}
